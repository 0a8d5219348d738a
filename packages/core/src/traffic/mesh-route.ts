import type { Resource } from '../manifest/resource.ts';
import type { VirtualService } from '../routing/routes.ts';
import type { Contradiction, Delegation, HttpRule, LostDelegate } from './http-rule.ts';

/** A VirtualService in the order and shape in which istiod uses it: delegates put in, and what is not one of its own left out. */
export interface MeshRoute {
  readonly virtualService: VirtualService;
  readonly resource: Resource;
  readonly http: readonly HttpRule[];
  /** Hosts as the namespace of the VirtualService means them. */
  readonly hosts: readonly string[];
  readonly gateways: readonly string[];
  /** Delegates that a rule names and that nobody can see, or that are none. */
  readonly lostDelegates: readonly LostDelegate[];
  readonly contradictions: readonly Contradiction[];
  /** The delegates whose rules it has, and the rules that name them. */
  readonly delegates: readonly Delegation[];
  /** The namespaces that see it, where the resource does not say so itself. */
  readonly exports?: readonly string[];
}

/** The name of all sidecars among the gateways of a VirtualService. */
export const MESH_GATEWAY = 'mesh';
