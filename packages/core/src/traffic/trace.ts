import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';

/**
 * What comes of a request. `forwarded`: to destinations. `passthrough`: to an address that the mesh does not know, as it is.
 * `blocked`: to nobody, since the outbound mode is REGISTRY_ONLY. `direct-response` and `redirect`: the proxy answers itself.
 * `no-route`: 404, no virtual host or no route of it fits. `https-redirect`: 301 of a Gateway server. The rest ends the connection at the
 * proxy of the caller or of the gateway: `no-listener`, `no-filter-chain`, `protocol-error`, `tls-required`, `mtls-required`.
 * `unknown`: the files do not tell; `needs` says what would.
 */
export type Outcome =
  | 'forwarded'
  | 'passthrough'
  | 'blocked'
  | 'direct-response'
  | 'redirect'
  | 'no-route'
  | 'https-redirect'
  | 'no-listener'
  | 'no-filter-chain'
  | 'protocol-error'
  | 'tls-required'
  | 'mtls-required'
  | 'unknown';

/** What a proxy speaks to an endpoint: mutual TLS of the mesh, TLS, TLS with a client certificate of its own, or plain text. */
export type UpstreamTls = 'istio' | 'simple' | 'mutual' | 'none';

/** Which question a step answers. */
export type StepKind =
  | 'name'
  | 'listener'
  | 'route'
  | 'destination'
  | 'upstream'
  | 'arrival'
  | 'authorization'
  | 'gateway';

/** One decision on the way, with what decided it. */
export interface Step {
  readonly kind: StepKind;
  /** One clause: "host cart is Service shop/cart". */
  readonly text: string;
  /** What decided, where it is written. */
  readonly field?: Field | undefined;
  /** What was looked at and did not decide, each with the reason. */
  readonly passedOver?: readonly PassedOver[];
}

/** Something that nearly decided. */
export interface PassedOver {
  readonly resource: Resource;
  readonly field?: Field | undefined;
  /** Why it did not: "its exportTo keeps it in namespace bank". */
  readonly why: string;
}

/** Where a request, or a share of it, goes. */
export interface TraceDestination {
  readonly host: string;
  readonly port: number;
  readonly subset: string | null;
  /** Percent; 100 for the only one. */
  readonly weight: number;
  /** There is no such cluster: the subset or port is defined nowhere that this caller sees, so it gets 503. */
  readonly missing: boolean;
  readonly endpoints: readonly TraceEndpoint[];
  /** False where endpoints may exist that were not read. */
  readonly endpointsKnown: boolean;
}

/** One endpoint of a destination, and what becomes of the connection there. */
export interface TraceEndpoint {
  /** `namespace/name` of the workload, or the address outside. */
  readonly name: string;
  readonly workload: Workload | undefined;
  /** Port of the pod. */
  readonly port: number;
  /** undefined where the files do not tell whether the endpoint has a proxy. */
  readonly tls: UpstreamTls | undefined;
  readonly arrival: Arrival;
}

/** What the server's proxy makes of a connection and of the request in it. */
export interface Arrival {
  /** Whether the proxy takes the connection: PeerAuthentication and protocol. True where there is no proxy. undefined: the files do not tell. */
  readonly arrives: boolean | undefined;
  /** Whether AuthorizationPolicies let the request in. Absent (undefined) where nothing arrives or there is no proxy; `'unknown'` where the files do not tell. */
  readonly allowed: boolean | 'unknown' | undefined;
  readonly steps: readonly Step[];
  readonly needs: readonly string[];
}

/** A mirrored copy. */
export interface TraceMirror {
  readonly host: string;
  readonly port: number;
  readonly subset: string | null;
  readonly percent: number;
}

/** The whole answer. */
export interface Trace {
  readonly outcome: Outcome;
  /** What the caller's proxy (or the gateway's) takes the bytes for. */
  readonly handledAs: 'http' | 'tcp' | undefined;
  /** Status of a direct response. */
  readonly status?: number | undefined;
  /** `namespace/name` of the VirtualService or route that decided; undefined for a default route. */
  readonly route?: Resource | undefined;
  /** `name` of its http rule, where it has one. */
  readonly rule?: string | undefined;
  readonly destinations: readonly TraceDestination[];
  readonly mirrors: readonly TraceMirror[];
  /** As written: "0.5s". */
  readonly timeout?: string | undefined;
  readonly rewrite?: TraceRewrite | undefined;
  readonly fault?: TraceFault | undefined;
  /** At a gateway, or at the waypoint that a call goes through: whether its own AuthorizationPolicies let the request in. */
  readonly gatewayAllowed?: boolean | 'unknown' | undefined;
  readonly steps: readonly Step[];
  /** What would have to be read to know more; empty where the files prove the answer. */
  readonly needs: readonly string[];
}

/** What a route writes anew. */
export interface TraceRewrite {
  readonly uri?: string;
  readonly authority?: string;
}

/** What a route breaks on purpose, each with the percent of requests that it hits. */
export interface TraceFault {
  readonly delay?: { readonly fixed: string; readonly percent: number };
  readonly abort?: { readonly status: number; readonly percent: number };
}
