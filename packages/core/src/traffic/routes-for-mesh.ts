import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { exportsOf, isVisibleIn } from '../names/hosts.ts';
import { type VirtualService, virtualServices } from '../routing/routes.ts';
import { addTo } from '../source/grouping.ts';
import { compareAge } from './age.ts';
import { apiRoutes } from './api-routes.ts';
import { mergedWithDelegates } from './delegates.ts';
import type { Delegation, LostDelegate } from './http-rule.ts';
import { MESH_GATEWAY, type MeshRoute } from './mesh-route.ts';

/**
 * All VirtualServices that have hosts, oldest first, with their delegates. Of the variants of one object each stands for itself.
 * Source: `pilot/pkg/model/push_context.go`, initVirtualServices.
 */
export function meshRoutes(mesh: Mesh): readonly MeshRoute[] {
  return mesh
    .derive(virtualServices)
    .filter((v) => !v.isDelegate)
    .sort((a, b) => compareAge(a.resource, b.resource))
    .map((virtualService) => {
      const { http, lost, contradictions, delegates } = mergedWithDelegates(mesh, virtualService);
      return {
        virtualService,
        resource: virtualService.resource,
        http,
        hosts: [...new Set(virtualService.hosts.map((h) => h.name.fqdn))],
        gateways: gatewayNames(virtualService),
        lostDelegates: lost,
        contradictions,
        delegates,
      };
    });
}

/** A VirtualService as istiod uses it; undefined for delegates, and for what is none. */
export function meshRouteOf(mesh: Mesh, resource: Resource): MeshRoute | undefined {
  return mesh.derive(routesByResource).get(resource);
}

function routesByResource(mesh: Mesh): ReadonlyMap<Resource, MeshRoute> {
  return new Map(mesh.derive(meshRoutes).map((route) => [route.resource, route]));
}

/** The rules that hand over to each delegate. */
export function delegationsByDelegate(mesh: Mesh): ReadonlyMap<Resource, readonly Delegation[]> {
  const index = new Map<Resource, Delegation[]>();
  for (const { delegates } of mesh.derive(meshRoutes)) for (const one of delegates) addTo(index, one.delegate, one);
  return index;
}

/** `namespace/name` of all VirtualServices that some rule names as its delegate, found or not. */
export function namedDelegates(mesh: Mesh): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { delegates, lostDelegates } of mesh.derive(meshRoutes)) {
    for (const { delegate } of delegates) names.add(`${delegate.namespace}/${delegate.name}`);
    for (const { namespace, name } of lostDelegates) names.add(`${namespace}/${name}`);
  }
  return names;
}

/** How sure it is that a delegate that was not found exists nowhere; undefined where it may. */
export function missingDelegate(mesh: Mesh, lost: LostDelegate, root: Resource): 'sure' | 'likely' | undefined {
  const { externals, settings } = mesh;
  if (lost.why !== 'missing' || lost.name === '' || externals.namespace(lost.namespace)) return undefined;
  if (settings.closedWorld) return 'sure';
  if (mesh.assumesNamespace(root) || mesh.hasUnreadBeside(root)) return undefined;
  const near = mesh
    .ofType('networking.istio.io/VirtualService')
    .slice(0, MOST_NEIGHBOURS)
    .filter((r) => r !== root && r.namespace === lost.namespace && !r.partial && mesh.near(r, root));
  const settled = near.every((r) => r.name !== '' && !r.rewrites?.name && !mesh.assumesNamespace(r));
  return near.length > 0 && settled ? 'likely' : undefined;
}

const MOST_NEIGHBOURS = 1000;

function gatewayNames({ gateways, spec }: VirtualService): readonly string[] {
  const written = spec.at('gateways');
  if (!written.hasValue || (written.isList && written.items().length === 0)) return [MESH_GATEWAY];
  return gateways.map((g) => (g.mesh ? MESH_GATEWAY : `${g.namespace}/${g.name}`));
}

/** The VirtualServices by the gateway they are bound to: `mesh`, or `namespace/name`. */
export function routesByGateway(mesh: Mesh): ReadonlyMap<string, readonly MeshRoute[]> {
  return byGateway(mesh.derive(meshRoutes));
}

/** As `routesByGateway`, with routes of the Gateway API among them. */
export function allRoutesByGateway(mesh: Mesh): ReadonlyMap<string, readonly MeshRoute[]> {
  const routes = apiRoutes(mesh, MESH_GATEWAY);
  if (routes.length === 0) return mesh.derive(routesByGateway);
  return byGateway([...mesh.derive(meshRoutes), ...routes].sort((a, b) => compareAge(a.resource, b.resource)));
}

function byGateway(routes: readonly MeshRoute[]): ReadonlyMap<string, readonly MeshRoute[]> {
  const index = new Map<string, MeshRoute[]>();
  for (const route of routes) for (const name of new Set(route.gateways)) addTo(index, name, route);
  return index;
}

/**
 * The routes of a gateway, or of the mesh, that proxies of a namespace see, those of the Gateway API among them, in the order in which istiod asks them: those exported
 * to the namespace alone, then those exported to it by name, then those that all see.
 */
export function routesSeenIn(mesh: Mesh, namespace: string, gateway: string): readonly MeshRoute[] {
  const all = mesh.derive(allRoutesByGateway).get(gateway) ?? [];
  const seen = all.filter((route) =>
    route.exports
      ? route.exports.includes('*') || route.exports.includes(namespace)
      : isVisibleIn(mesh, route.resource, namespace) !== 'no',
  );
  const rank = (route: MeshRoute) => {
    const exports = route.exports ?? exportsOf(mesh, route.resource);
    if (exports === undefined || exports.includes('*')) return 2;
    return route.resource.namespace === namespace ? 0 : 1;
  };
  return [0, 1, 2].flatMap((wanted) => seen.filter((route) => rank(route) === wanted));
}
