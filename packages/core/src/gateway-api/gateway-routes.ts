import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { MOST_HOSTNAMES, MOST_PARENTS } from './limits.ts';
import {
  type BackendReference,
  GATEWAY_API_GROUP,
  type ParentReference,
  readBackends,
  readParent,
} from './references.ts';

/** A route of the Gateway API, of whatever kind. */
export interface GatewayRoute {
  readonly resource: Resource;
  readonly spec: Field;
  readonly parents: readonly ParentReference[];
  /** Empty when none is written: then it is for all. undefined where some are filled in later. */
  readonly hostnames: readonly string[] | undefined;
  readonly backends: readonly BackendReference[];
}

const ROUTE_KINDS: ReadonlySet<string> = new Set(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute']);

/** The types of what `gatewayRouteOf` reads. */
export const GATEWAY_ROUTE_TYPES: readonly string[] = [...ROUTE_KINDS].map((kind) => `${GATEWAY_API_GROUP}/${kind}`);

/** The route that a resource is; undefined for others, and for patches. */
export function gatewayRouteOf(mesh: Mesh, resource: Resource): GatewayRoute | undefined {
  if (resource.group !== GATEWAY_API_GROUP || !ROUTE_KINDS.has(resource.kind) || resource.partial) return undefined;
  const known = mesh.derive(knownRoutes);
  let route = known.get(resource);
  if (!route) known.set(resource, (route = readRoute(resource)));
  return route;
}

// Several rules ask for each route.
function knownRoutes(): Map<Resource, GatewayRoute> {
  return new Map();
}

function readRoute(resource: Resource): GatewayRoute {
  const spec = resource.body.at('spec');
  const namespace = resource.namespace ?? '';
  const written = spec.at('hostnames');
  const hostnames = (written.items() as Field[]).slice(0, MOST_HOSTNAMES + 1).map((field) => field.string());
  const known =
    !isPatchedAt(resource, 'spec', 'hostnames') &&
    hostnames.length <= MOST_HOSTNAMES &&
    !hostnames.includes(undefined) &&
    (!written.hasValue || written.isList);
  return {
    resource,
    spec,
    parents: isPatchedAt(resource, 'spec', 'parentRefs')
      ? []
      : (spec.at('parentRefs').items() as Field[])
          .slice(0, MOST_PARENTS)
          .flatMap((field) => readParent(field, namespace) ?? []),
    hostnames: known ? (hostnames as string[]) : undefined,
    backends: isPatchedAt(resource, 'spec', 'rules') ? [] : readBackends(spec, namespace),
  };
}
