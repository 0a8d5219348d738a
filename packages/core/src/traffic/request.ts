import type { Workload } from '../cluster/workloads.ts';

/** What the client's program writes on the wire, before any proxy sees it. */
export type RequestProtocol = 'http' | 'http2' | 'tcp';

/** One request, or one connection, as the program of a caller makes it. */
export interface TrafficRequest {
  /** Who calls; for a request from outside the gateway that it reaches. */
  readonly from: Workload;
  /** The request comes from outside the mesh and reaches the gateway `from` at a port of its Service. */
  readonly gateway: boolean;
  /** The name that is asked of DNS and, for HTTP, stands in the Host header (with `:port` unless it is 80). */
  readonly host: string;
  readonly port: number;
  readonly protocol: RequestProtocol;
  /** The caller's own program speaks TLS. */
  readonly tls: boolean;
  /** Server name of that TLS; the host unless said otherwise. */
  readonly sni: string;
  /** With the query behind `?`, if any. HTTP only. */
  readonly path: string;
  readonly method: string;
  /** Names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
}
