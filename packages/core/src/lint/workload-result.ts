import type { Protocol, ProtocolClass, ProtocolSource } from '../cluster/protocol.ts';
import type { Cause, Outcome } from '../injection/injection.ts';
import type { MembershipMode } from '../injection/membership.ts';
import type { SidecarForm } from '../injection/sidecar.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { ResolvedTarget } from '../mesh/targets.ts';
import type { Finding, Location, ResourceRef } from './result.ts';

/** A fact in words, and where it is written. */
export interface FactReport {
  /** One clause: "namespace shop has label istio-injection=enabled". */
  readonly text: string;
  /** Absent where nothing is written: a default, a missing manifest. */
  readonly location?: Location;
}

/** What a mesh does with the pods of a workload, as plain JSON. */
export interface WorkloadReport {
  readonly resource: ResourceRef;
  readonly location: Location;
  /** Whether the pods are in a mesh, by any way. */
  readonly membership: { readonly answer: Answer; readonly mode: MembershipMode | null; readonly reason: FactReport };
  /** The decision of Istio's injector, with the chain of facts that led there. */
  readonly istio: {
    readonly outcome: Outcome;
    readonly cause: Cause;
    readonly revision: string | null;
    readonly templates: readonly string[];
    readonly facts: readonly FactReport[];
    /** The smallest change that turns the answer, as an order; null where no label turns it. */
    readonly change: string | null;
  };
  readonly ambient: {
    readonly answer: Answer;
    readonly facts: readonly FactReport[];
    /** What brings pods back that opted out of ambient mode, as an order; null for all others. */
    readonly change: string | null;
  };
  readonly linkerd: {
    readonly outcome: Exclude<Outcome, 'rejected'>;
    readonly mode: 'enabled' | 'ingress' | null;
    readonly facts: readonly FactReport[];
  };
  /** Istio's sidecar; `form` says which it would be even where there is none. */
  readonly sidecar: {
    readonly present: Answer;
    readonly form: SidecarForm;
    /** Whether the proxy stands in the manifest, and is not left to the injector. */
    readonly written: boolean;
    readonly reason: string;
  };
  /** The Services that surely select the pods. */
  readonly services: readonly ServiceReport[];
  /** Ports that containers declare and that no Service leads to. */
  readonly otherPorts: readonly {
    readonly number: number;
    readonly name: string | null;
    readonly location: Location;
    readonly inbound: string;
  }[];
  /** How telemetry and policies of Istio name the pods. */
  readonly identity: {
    readonly name: IdentityPart;
    readonly revision: IdentityPart;
    readonly serviceAccount: string;
  };
  /** Findings about the workload and its Services, of the rules that ran. */
  readonly findings: readonly Finding[];
}

/** A Service in front of the pods. */
export interface ServiceReport {
  readonly resource: ResourceRef;
  readonly location: Location;
  /** ClusterIP, NodePort, ... and `headless`. */
  readonly type: string;
  readonly ports: readonly PortReport[];
}

/** A port of a Service as the proxies read it. */
export interface PortReport {
  readonly number: number | null;
  readonly name: string | null;
  /** The number that the pods listen on; null when it does not resolve or is not known. */
  readonly target: number | null;
  readonly targetState: ResolvedTarget['state'];
  readonly protocol: Protocol;
  readonly class: ProtocolClass;
  /** What the protocol was read from. */
  readonly source: ProtocolSource;
  /** Why it is that protocol, in a clause: "from the port name http-web". */
  readonly reason: string;
  /** What a client in the mesh does with traffic to the port. */
  readonly outbound: string;
  /** What the proxy of the pods does with it. */
  readonly inbound: string;
  readonly location: Location;
}

/** A part of the identity: null where some later step fills it in. */
export interface IdentityPart {
  readonly value: string | null;
  readonly from: FactReport;
}
