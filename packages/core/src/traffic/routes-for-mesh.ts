import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { exportsOf, isVisibleIn } from '../names/hosts.ts';
import { type VirtualService, virtualServices } from '../routing/routes.ts';
import { addTo } from '../source/grouping.ts';
import { compareAge } from './age.ts';
import { mergedWithDelegates } from './delegates.ts';
import type { HttpRule, LostDelegate } from './http-rule.ts';

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
}

/** The name of all sidecars among the gateways of a VirtualService. */
export const MESH_GATEWAY = 'mesh';

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
      const { http, lost } = mergedWithDelegates(mesh, virtualService);
      return {
        virtualService,
        resource: virtualService.resource,
        http,
        hosts: [...new Set(virtualService.hosts.map((h) => h.name.fqdn))],
        gateways: gatewayNames(virtualService),
        lostDelegates: lost,
      };
    });
}

function gatewayNames({ gateways, spec }: VirtualService): readonly string[] {
  const written = spec.at('gateways');
  if (!written.hasValue || (written.isList && written.items().length === 0)) return [MESH_GATEWAY];
  return gateways.map((g) => (g.mesh ? MESH_GATEWAY : `${g.namespace}/${g.name}`));
}

/** The routes by the gateway they are bound to: `mesh`, or `namespace/name`. */
export function routesByGateway(mesh: Mesh): ReadonlyMap<string, readonly MeshRoute[]> {
  const index = new Map<string, MeshRoute[]>();
  for (const route of mesh.derive(meshRoutes)) for (const name of new Set(route.gateways)) addTo(index, name, route);
  return index;
}

/**
 * The VirtualServices of a gateway, or of the mesh, that proxies of a namespace see, in the order in which istiod asks them: those exported
 * to the namespace alone, then those exported to it by name, then those that all see.
 */
export function routesSeenIn(mesh: Mesh, namespace: string, gateway: string): readonly MeshRoute[] {
  const all = mesh.derive(routesByGateway).get(gateway) ?? [];
  const seen = all.filter((route) => isVisibleIn(mesh, route.resource, namespace) !== 'no');
  const rank = (route: MeshRoute) => {
    const exports = exportsOf(mesh, route.resource);
    if (exports === undefined || exports.includes('*')) return 2;
    return route.resource.namespace === namespace ? 0 : 1;
  };
  return [0, 1, 2].flatMap((wanted) => seen.filter((route) => rank(route) === wanted));
}
