import type { RequestProtocol } from './request.ts';

/** A request as somebody writes it down: the caller is a name yet, and no workload. */
export interface RequestSpec {
  /** Tells the answers apart. */
  readonly id: string;
  /** Where it is written down: `requests.yaml:3:5`. */
  readonly place?: string;
  /** Who calls: `shop/web`, `deployment/web`, `deployment/shop/web` or `web`. For a request from outside the gateway that it reaches. */
  readonly from: string;
  /** The request comes from outside and reaches the gateway `from`. */
  readonly gateway: boolean;
  readonly host: string;
  readonly port: number;
  readonly protocol: RequestProtocol;
  readonly path: string;
  readonly method: string;
  /** Names in small letters. `host` is the Host header, where it is not the host that the request goes to. */
  readonly headers: ReadonlyMap<string, string>;
  /** The caller's own program speaks TLS. */
  readonly tls: boolean;
  readonly sni: string;
}

/** "GET http://cart:80/api", "tcp://db:5432": a request in a few words. */
export function requestText(request: Omit<RequestSpec, 'id' | 'from' | 'gateway' | 'headers' | 'sni'>): string {
  const { protocol, tls, method, path, port } = request;
  const host = request.host.includes(':') ? `[${request.host}]` : request.host;
  if (protocol === 'tcp') return `${tls ? 'tls' : 'tcp'}://${host}:${port}`;
  return `${method} ${tls ? 'https' : 'http'}://${host}:${port}${path}`;
}

/** What is wrong with the name of a method, in a clause. Methods are written in capitals, and proxies compare them so. */
export function methodFault(method: string): string | undefined {
  if (!TOKEN.test(method)) return 'it is no method such as GET';
  return method === method.toUpperCase() ? undefined : `methods are written in capitals: ${method.toUpperCase()}`;
}

/** What is wrong with a header, in a clause: a name is a token (RFC 9110), and a value one line. */
export function headerFault(name: string, value: string): string | undefined {
  if (!TOKEN.test(name)) return `${JSON.stringify(name)} is no name of a header`;
  return /[\u0000\r\n]/.test(value) ? `the value of ${name} has a line break in it` : undefined;
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,256}$/;
