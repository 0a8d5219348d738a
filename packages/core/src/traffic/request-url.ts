import type { RequestProtocol } from './request.ts';

/** What a URL says of a request. */
export interface RequestUrl {
  readonly protocol: RequestProtocol;
  /** The caller's own program speaks TLS: `https` and `tls`. */
  readonly tls: boolean;
  /** In small letters; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** With the query; `/` where none is written, and for TCP. */
  readonly path: string;
}

/** A URL that is read, or what is wrong with it, in a clause. */
export type ReadUrl = { readonly url: RequestUrl } | { readonly fault: string };

interface Scheme {
  readonly protocol: RequestProtocol;
  readonly tls: boolean;
  /** The port where none is written; TCP has none. */
  readonly port?: number;
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['http', { protocol: 'http', tls: false, port: 80 }],
  ['https', { protocol: 'http', tls: true, port: 443 }],
  ['tcp', { protocol: 'tcp', tls: false }],
  ['tls', { protocol: 'tcp', tls: true }],
]);

/** Whether a word is meant as a URL: it begins with a scheme and `://`, which no path does that anybody writes. */
export function looksLikeUrl(word: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(word);
}

/** Reads `http://cart/api/items`, `https://`, `tcp://db:5432` or `tls://`. A fragment never leaves the caller, and is left out. */
export function readRequestUrl(text: string): ReadUrl {
  const [, word = '', authority = '', rest = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (word === '') return { fault: 'it is no URL such as http://cart/api/items' };
  const scheme = SCHEMES.get(word.toLowerCase());
  if (!scheme) return { fault: `it begins with neither of ${[...SCHEMES.keys()].map((s) => `${s}://`).join(', ')}` };
  if (authority.includes('@')) return { fault: 'a name and a password in it are not asked for; leave them out' };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(authority) ?? [];
  const host = (bracketed ?? plain ?? '').toLowerCase();
  const wrong = hostFault(host);
  if (wrong !== undefined) return { fault: wrong };
  const port = digits === undefined || digits === '' ? scheme.port : portOf(digits);
  if (port === undefined)
    return { fault: digits ? `"${digits}" is no port` : `${word.toLowerCase()}:// needs a port, as in tcp://db:5432` };
  const path = rest.replace(/#.*$/s, '');
  if (scheme.protocol === 'tcp' && path !== '' && path !== '/')
    return { fault: `a ${word.toLowerCase()}:// URL has no path` };
  const wrongPath = pathFault(path.startsWith('/') ? path : `/${path}`);
  if (wrongPath !== undefined) return { fault: wrongPath };
  return {
    url: { protocol: scheme.protocol, tls: scheme.tls, host, port, path: path.startsWith('/') ? path : `/${path}` },
  };
}

/** What is wrong with a host, in a clause. Whether such a name exists is for DNS to say. */
export function hostFault(host: string): string | undefined {
  if (host === '') return 'it has no host';
  if (host.length > LONGEST_HOST) return `its host is longer than the ${LONGEST_HOST} characters of a name`;
  return /^[\w.:-]+$/.test(host) ? undefined : 'its host is no name and no address';
}

/** What is wrong with a path, in a clause. It may hold a query. */
export function pathFault(path: string): string | undefined {
  if (!path.startsWith('/')) return 'it begins with no /';
  if (path.length > LONGEST_PATH) return `it is longer than ${LONGEST_PATH} characters`;
  return /[\s\u0000-\u001f\u007f]/.test(path) ? 'its path has a space in it, which is written %20' : undefined;
}

/** A port by its digits. */
export function portOf(digits: string): number | undefined {
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

// RFC 1035; and the most that a proxy takes for the headers of a request, path included (Envoy: max_request_headers_kb 60).
const LONGEST_HOST = 253;
const LONGEST_PATH = 60 * 1024;
