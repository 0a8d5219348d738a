import type { RequestProtocol } from '../traffic/request.ts';
import type { Outcome, StepKind, TraceFault, UpstreamTls } from '../traffic/trace.ts';
import type { Location, ResourceRef } from './result.ts';

export type { Outcome, RequestProtocol, StepKind, TraceFault, UpstreamTls };

/**
 * What the caller gets, in one word. `allowed`: all of it reaches servers that let it in. `refused`: an AuthorizationPolicy turns it away.
 * `undelivered`: it reaches no server: no route, no cluster, no endpoint, or a proxy that does not take the connection. `partial`: its
 * shares fare differently. `answered`: a proxy answers itself, as it is told to. `passthrough`: it leaves for an address that the mesh does
 * not know. `unknown`: the files do not tell.
 */
export type Verdict = 'allowed' | 'refused' | 'undelivered' | 'partial' | 'answered' | 'passthrough' | 'unknown';

/** `true`, `false`, or that the files do not tell. */
export type Told = boolean | 'unknown';

/** What becomes of a request, as plain JSON. What is not there does not apply. */
export interface TraceReport {
  /** That of the request. It comes again where the manifests of the caller differ in their answer. */
  readonly id: string;
  readonly request: RequestReport;
  readonly verdict: Verdict;
  /** Whether the files prove it: nothing that was not read could say something else. */
  readonly certain: boolean;
  /** The answer in one line. */
  readonly answer: string;
  /** What decided the verdict, where one step did. */
  readonly reason?: StepReport;
  readonly outcome: Outcome;
  /** What the proxy of the caller, or the gateway, takes the bytes for; absent where it sends them nowhere. */
  readonly handledAs?: 'http' | 'tcp';
  /** Of a direct response. */
  readonly status?: number;
  /** `namespace/name` of the VirtualService whose http rule decided. */
  readonly virtualService?: string;
  /** Name of that rule. */
  readonly rule?: string;
  /** The VirtualService or route of the Gateway API that decided. */
  readonly route?: PlaceReport;
  readonly destinations?: readonly DestinationReport[];
  /** As written: "0.5s". */
  readonly timeout?: string;
  /** The path that the server sees. */
  readonly rewrite?: string;
  /** The host that the server sees. */
  readonly rewriteAuthority?: string;
  readonly mirrors?: readonly {
    readonly host: string;
    readonly port: number;
    readonly subset: string | null;
    readonly percent: number;
  }[];
  readonly fault?: TraceFault;
  /** Whether the policies of the gateway itself let the request in; of a call from a pod in ambient mode those of the waypoint on its way. */
  readonly gatewayAllowed?: Told;
  /** Where that is not known: what it would be if there were nothing but what was read. */
  readonly gatewayAllowedAsRead?: boolean;
  readonly steps: readonly StepReport[];
  /** What would have to be read to know more, a clause each. */
  readonly needs: readonly string[];
}

/** The request, as it was asked and understood. */
export interface RequestReport {
  /** In a few words: "GET http://cart:80/api". */
  readonly text: string;
  /** The manifest of the caller, or of the gateway that a request from outside reaches. */
  readonly from: PlaceReport;
  /** The other manifests of the caller that have the same answer. */
  readonly variants?: readonly Location[];
  readonly gateway: boolean;
  readonly host: string;
  readonly port: number;
  readonly protocol: RequestProtocol;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: boolean;
  readonly sni: string;
}

/** A resource, and where it stands. */
export interface PlaceReport {
  readonly resource: ResourceRef;
  readonly location: Location;
}

/** Where a share of the request goes. */
export interface DestinationReport {
  readonly host: string;
  readonly port: number;
  readonly subset: string | null;
  /** Percent. */
  readonly weight: number;
  /** There is no such cluster: the subset or port is defined nowhere that the caller sees. The caller gets 503. */
  readonly missing?: true;
  /** There may be endpoints that were not read. */
  readonly endpointsUnknown?: true;
  readonly endpoints?: readonly EndpointReport[];
}

/** A server of a destination, and what becomes of the request there. */
export interface EndpointReport {
  /** `namespace/name` of the workload, or the address outside. */
  readonly workload: string;
  /** Port of the pod. */
  readonly port: number;
  /** What the proxy of the caller speaks to it. */
  readonly tls: UpstreamTls | 'unknown';
  /** Whether its proxy takes the connection. */
  readonly arrives: Told;
  /** Whether policies let the request in; absent where nothing arrives. */
  readonly allowed?: Told;
  /** Where one of the two is not known: what it would be if there were nothing but what was read. The verdict goes by it, and is not certain. */
  readonly asRead?: { readonly arrives: boolean; readonly allowed?: boolean };
  readonly steps: readonly StepReport[];
  readonly needs: readonly string[];
}

/** One decision on the way. */
export interface StepReport {
  readonly kind: StepKind;
  /** One clause. */
  readonly text: string;
  /** Where it is written what decided. */
  readonly location?: Location;
  /** What was looked at and did not decide. */
  readonly passedOver?: readonly {
    readonly resource: ResourceRef;
    readonly location: Location;
    readonly why: string;
  }[];
}

/** Who can call what: callers by ports of Services and ServiceEntries, or by the requests that were asked about. */
export interface ReachReport {
  /** Workloads that get the same answer at every target are one class of callers. */
  readonly callers: readonly { readonly workloads: readonly PlaceReport[] }[];
  readonly targets: readonly TargetReport[];
  /** For each class of callers the answers at all targets, in their order. */
  readonly answers: readonly (readonly ReachAnswer[])[];
  /** What would have to be read to know more, a clause each. */
  readonly needs: readonly string[];
  /** What was left out, since there is too much of it. */
  readonly left: { readonly callers: number; readonly targets: number };
}

/** What is called. */
export interface TargetReport {
  /** `shop/cart:80` for a Service, `api.example.com:443` for a ServiceEntry; or the request that was asked about. */
  readonly name: string;
  /** What the proxies take the port for; null where no Service was asked about. */
  readonly protocol: string | null;
  /** The requests that were tried, the plain one first. */
  readonly tried: readonly string[];
  /** The port, where it is written. */
  readonly location?: Location;
}

/** What a class of callers gets at a target. */
export interface ReachAnswer {
  readonly verdict: Verdict;
  /** Whether nothing that was not read could say something else. */
  readonly certain: boolean;
  readonly answer: string;
  /** Whether the proxy of the caller speaks mutual TLS of the mesh to all servers that it reaches. */
  readonly mtls?: boolean;
  readonly reason?: StepReport;
  /** Where requests fare differently: those that fare differently from the first one that was tried. */
  readonly differing?: readonly { readonly request: string; readonly verdict: Verdict }[];
}
