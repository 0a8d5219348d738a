import { type BackendReference, GATEWAY_API_GROUP, readBackends } from '../gateway-api/references.ts';
import { linkerdServes } from '../linkerd/linkerd-evidence.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { LINKERD_POLICY_GROUP, type PolicyReference, readReference } from './objects.ts';

/** A route that Linkerd reads: before a Server (inbound), or for the calls to a Service or EgressNetwork (outbound). */
export interface LinkerdRoute {
  readonly resource: Resource;
  readonly parents: readonly PolicyReference[];
  readonly backends: readonly BackendReference[];
  readonly rules: readonly Field[];
}

const KINDS = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'];
const MOST_PARENTS = 32;

/** The types of routes that Linkerd reads. */
export const LINKERD_ROUTE_TYPES: readonly string[] = [
  `${LINKERD_POLICY_GROUP}/HTTPRoute`,
  ...KINDS.map((kind) => `${GATEWAY_API_GROUP}/${kind}`),
];

/** The route in a resource, where it is one for Linkerd's kinds of parents; undefined else. */
export function linkerdRouteOf(resource: Resource): LinkerdRoute | undefined {
  if (!LINKERD_ROUTE_TYPES.includes(resource.type) || resource.partial || isPatchedAt(resource, 'spec'))
    return undefined;
  const spec = resource.body.at('spec');
  const parents = (spec.at('parentRefs').items() as Field[])
    .slice(0, MOST_PARENTS)
    .flatMap((f) => readReference(f) ?? []);
  return {
    ...{ resource, parents },
    backends: readBackends(spec, resource.namespace ?? ''),
    rules: (spec.at('rules').items() as Field[]).slice(0, 100),
  };
}

/** Whether a parent is a Server. */
export function isServer({ group, kind }: PolicyReference): boolean {
  return group === LINKERD_POLICY_GROUP && kind === 'Server';
}

/** The routes that stand before the Servers of the mesh, by `namespace/name` of the Server. */
export function inboundRoutes(mesh: Mesh): ReadonlyMap<string, readonly LinkerdRoute[]> {
  return mesh.derive(routesByServer);
}

function linkerdRoutes(mesh: Mesh): readonly LinkerdRoute[] {
  return LINKERD_ROUTE_TYPES.flatMap((type) => mesh.ofType(type).flatMap((resource) => linkerdRouteOf(resource) ?? []));
}

function routesByServer(mesh: Mesh): ReadonlyMap<string, readonly LinkerdRoute[]> {
  const found = new Map<string, LinkerdRoute[]>();
  for (const route of mesh.derive(linkerdRoutes))
    for (const { name, namespace = route.resource.namespace ?? '' } of route.parents.filter(isServer))
      addTo(found, `${namespace}/${name}`, route);
  return found;
}

/** The routes for the calls to Services, by `namespace/name` of the Service. */
export function outboundRoutes(mesh: Mesh): ReadonlyMap<string, readonly LinkerdRoute[]> {
  return mesh.derive(routesByService);
}

function routesByService(mesh: Mesh): ReadonlyMap<string, readonly LinkerdRoute[]> {
  const found = new Map<string, LinkerdRoute[]>();
  for (const route of mesh.derive(linkerdRoutes))
    for (const { group, kind, name, namespace = route.resource.namespace ?? '' } of route.parents)
      if (group === '' && kind === 'Service') addTo(found, `${namespace}/${name}`, route);
  return found;
}

/**
 * Whether a route is Linkerd's to follow for calls: it is of Linkerd's own group, or its Service is evidently served by Linkerd. Routes for
 * Gateways are read by what made the Gateway.
 */
export function isOutboundOfLinkerd(mesh: Mesh, { resource, parents }: LinkerdRoute): boolean {
  return parents.some(({ group, kind, name, namespace }) => {
    if (group !== '' || kind !== 'Service') return false;
    if (resource.group === LINKERD_POLICY_GROUP) return true;
    const found = mesh.service(namespace ?? resource.namespace ?? '', name);
    return found.state === 'found' && found.value.some((service) => linkerdServes(mesh, service));
  });
}

/** Filters of a route that Linkerd's proxies know; with another one the route is left out. */
const FILTERS: ReadonlySet<string> = new Set([
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestRedirect',
  'FailureInjector',
]);

/**
 * The filters of a route that Linkerd does not know, for calls: with one of them the route is not translated at all. Source: linkerd2
 * `policy-controller/k8s/index/src/outbound/index/http.rs` and `grpc.rs`.
 */
export function unknownFilters({ rules }: LinkerdRoute): readonly { readonly type: string; readonly field: Field }[] {
  const holders = rules.flatMap((rule) => [rule, ...(rule.at('backendRefs').items() as Field[]).slice(0, 16)]);
  return holders
    .flatMap((holder) => holder.at('filters').items() as Field[])
    .flatMap((filter) => {
      const field = filter.at('type');
      const type = field.string();
      return type !== undefined && !FILTERS.has(type) ? [{ type, field }] : [];
    })
    .slice(0, 20);
}
