import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { covers, overlap } from '../names/hosts.ts';
import { attachmentOf } from './attachment.ts';
import { GATEWAY_ROUTE_TYPES, type GatewayRoute, gatewayRouteOf } from './gateway-routes.ts';
import { type KubernetesGateway, type Listener, lookupKubernetesGateway } from './kubernetes-gateways.ts';
import type { ParentReference } from './references.ts';
import { surelyMeets } from './refused-parents.ts';

/** A route that is surely attached to a listener. */
export interface AttachedRoute {
  readonly route: GatewayRoute;
  readonly parent: ParentReference;
  readonly place: ListenerPlace;
  /** The hostnames for which it is served there, in lower case, without those that a closer listener of the port takes; `*` for any. */
  readonly hosts: readonly string[];
}

/** A listener with the routes that are surely attached to it. */
export interface ListenerPlace {
  readonly gateway: KubernetesGateway;
  readonly listener: Listener;
  readonly routes: readonly AttachedRoute[];
}

interface Attachments {
  readonly places: readonly ListenerPlace[];
  readonly byRoute: ReadonlyMap<Resource, readonly AttachedRoute[]>;
}

/** Where a route is surely attached, by listener. */
export function placesOfRoute(mesh: Mesh, route: Resource): readonly AttachedRoute[] {
  return mesh.derive(attachments).byRoute.get(route) ?? [];
}

/** The listeners of the input that have routes. */
export function listenerPlaces(mesh: Mesh): readonly ListenerPlace[] {
  return mesh.derive(attachments).places;
}

type OpenPlace = ListenerPlace & { readonly routes: AttachedRoute[] };

function attachments(mesh: Mesh): Attachments {
  const places = new Map<Listener, OpenPlace>();
  const byRoute = new Map<Resource, AttachedRoute[]>();
  const closerOf = new Map<Listener, readonly string[]>();
  for (const resource of GATEWAY_ROUTE_TYPES.flatMap((type) => mesh.ofType(type))) {
    const route = gatewayRouteOf(mesh, resource);
    if (!route?.hostnames) continue;
    const mine: AttachedRoute[] = [];
    for (const parent of route.parents) {
      const gateway = surelyMeant(mesh, parent, resource);
      for (const listener of gateway?.listeners ?? []) {
        // Two parent references may mean one listener.
        if (!gateway || mine.some((one) => one.place.listener === listener)) continue;
        const alone = { ...gateway, listeners: [listener] };
        if (attachmentOf(mesh, alone, parent, route).state !== 'attached') continue;
        const closer = closerOf.get(listener) ?? closerHosts(gateway, listener);
        closerOf.set(listener, closer);
        const hosts = hostsAt(listener, closer, route.hostnames);
        if (hosts.length === 0) continue;
        const place = places.get(listener) ?? { gateway, listener, routes: [] };
        places.set(listener, place);
        const attached = { route, parent, place, hosts };
        place.routes.push(attached);
        mine.push(attached);
      }
    }
    if (mine.length > 0) byRoute.set(resource, mine);
  }
  return { places: [...places.values()], byRoute };
}

// Of several manifests of one Gateway nobody knows which holds.
function surelyMeant(mesh: Mesh, parent: ParentReference, route: Resource): KubernetesGateway | undefined {
  const { kind } = parent;
  if (kind !== 'Gateway' && kind !== 'ListenerSet') return undefined;
  const lookup = lookupKubernetesGateway(mesh, parent, route);
  if (lookup.state !== 'found' || lookup.value.length !== 1) return undefined;
  const [gateway] = lookup.value;
  return gateway && surelyMeets(mesh, gateway.resource, route) ? gateway : undefined;
}

/**
 * The hostnames that a route has at a listener: those that both have, in the narrower form. A listener with a closer hostname on the port takes
 * what it covers. Source: `pilot/pkg/config/kube/gateway/conversion.go`, hostnameAllowedByIsolation.
 */
function hostsAt({ hostname }: Listener, closer: readonly string[], hostnames: readonly string[]): readonly string[] {
  const own = hostname?.toLowerCase();
  if (own === undefined) return [];
  const written = hostnames.length === 0 ? [own] : hostnames.map((h) => h.toLowerCase());
  const shared = written.filter((h) => overlap(own, h)).map((h) => (covers(own, h) ? h : own));
  return [...new Set(shared)].filter((h) => !closer.some((c) => covers(c, h)));
}

/** The hostnames of other listeners of the port that are within that of a listener. */
function closerHosts({ listeners }: KubernetesGateway, listener: Listener): readonly string[] {
  const own = listener.hostname?.toLowerCase();
  return listeners.flatMap((other) => {
    const host = other.hostname?.toLowerCase();
    const isCloser = own !== undefined && host !== undefined && host !== own && covers(own, host);
    return isCloser && other.port === listener.port && other.protocol === listener.protocol ? [host] : [];
  });
}
