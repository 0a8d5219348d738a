import { refusedBy, waypointChoice, waypointNamed, waypointOf } from '../ambient/waypoints.ts';
import type { Service } from '../cluster/services.ts';
import { gatewayRouteOf } from '../gateway-api/gateway-routes.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { mappings } from '../manifest/written-fields.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import { hostNameOf } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { writtenDestinations } from './virtual-service-parts.ts';

/** Label by which gateways, too, send to the waypoint of a Service; on Services since 1.24, on Namespaces since 1.25. */
export const INGRESS_USE_WAYPOINT_KEY = 'istio.io/ingress-use-waypoint';

/** A policy at the waypoint of a Service, past which a gateway sends. */
export interface WaypointBypass {
  /** The name in targetRefs. */
  readonly field: Field;
  readonly service: Resource;
  readonly waypoint: Resource;
  /** The route by which a gateway sends to the Service. */
  readonly route: Resource;
}

const MOST = 50;

/**
 * The Services that a policy names as its targets, that have a waypoint, and to which a gateway sends without it: a gateway sends to the pods,
 * unless the label says otherwise on the Service or its Namespace. Source: `serviceregistry/kube/controller/ambient/services.go`,
 * ingressUseWaypointFromLabels. Policies that name a Gateway too know of it.
 */
export function waypointBypasses(mesh: Mesh, resource: Resource): readonly WaypointBypass[] {
  if (resource.partial || isPatchedAt(resource, 'spec') || !mesh.istioAtLeast('1.22')) return [];
  const references = mappings(resource.body.at('spec').at('targetRefs'));
  if (references.length === 0 || references.length > MOST) return [];
  const { namespace = '' } = resource;
  if (mesh.assumesNamespace(resource) || mesh.derive(gatewayPolicies).has(`${resource.type}\n${namespace}`)) return [];
  return references.flatMap((reference): WaypointBypass[] => {
    const field = reference.at('name');
    const name = field.string();
    const group = reference.at('group').text() ?? '';
    if (!name || reference.at('kind').text() !== 'Service' || (group !== '' && group !== 'core')) return [];
    const found = mesh.service(namespace, name);
    const [service, ...variants] = found.state === 'found' ? found.value : [];
    if (!service || variants.length > 0) return [];
    const waypoint = waypointOfService(mesh, service);
    const route = mesh
      .derive(gatewayRoutes)
      .get(`${namespace}/${name}`)
      ?.find((r) => mesh.near(r, resource) || mesh.together(r, resource));
    return waypoint && route && goesPast(mesh, service) ? [{ field, service: service.resource, waypoint, route }] : [];
  });
}

function waypointOfService(mesh: Mesh, { resource }: Service): Resource | undefined {
  const choice = waypointChoice(mesh, resource, resource.labels);
  if (choice.state !== 'named') return undefined;
  const [waypoint, ...others] = waypointNamed(mesh, choice.waypoint);
  const from = { name: resource.namespace ?? '', manifests: namespacesOf(mesh, resource) ?? [] };
  return waypoint && others.length === 0 && !refusedBy(waypoint, 'service', from) ? waypoint.resource : undefined;
}

function goesPast(mesh: Mesh, { resource }: Service): boolean {
  const namespaces = namespacesOf(mesh, resource) ?? [];
  if (namespaces.length === 0 || resource.labels.mayChange(INGRESS_USE_WAYPOINT_KEY)) return false;
  if (resource.labels.has(INGRESS_USE_WAYPOINT_KEY)) return resource.labels.get(INGRESS_USE_WAYPOINT_KEY) === 'false';
  return namespaces.every(
    ({ resource: { labels } }) =>
      labels.lacks(INGRESS_USE_WAYPOINT_KEY) || labels.get(INGRESS_USE_WAYPOINT_KEY) === 'false',
  );
}

/** Kind and namespace of policies that name a Gateway of the Gateway API. */
function gatewayPolicies(mesh: Mesh): ReadonlySet<string> {
  const types = ['security.istio.io/AuthorizationPolicy', 'security.istio.io/RequestAuthentication'];
  return new Set(
    types.flatMap((type) =>
      mesh
        .ofType(type)
        .filter((r) => mappings(r.body.at('spec').at('targetRefs')).some((t) => t.at('kind').text() === 'Gateway'))
        .map((r) => `${type}\n${r.namespace ?? ''}`),
    ),
  );
}

/** The routes by which gateways send, by `namespace/name` of the Service. */
function gatewayRoutes(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const waypoints = new Set(
    mesh
      .ofType('gateway.networking.k8s.io/Gateway')
      .filter(
        (r) =>
          waypointOf(mesh, r) || !/^istio(?:-remote)?$/.test(r.body.at('spec').at('gatewayClassName').text() ?? ''),
      )
      .map((r) => `${r.namespace ?? ''}/${r.name}`),
  );
  const gateways = new Set(
    mesh.ofType('gateway.networking.k8s.io/Gateway').map((r) => `${r.namespace ?? ''}/${r.name}`),
  );
  const routes = new Map<string, Resource[]>();
  for (const kind of ['HTTPRoute', 'GRPCRoute']) {
    for (const resource of mesh.ofType(`gateway.networking.k8s.io/${kind}`)) {
      const route = gatewayRouteOf(mesh, resource);
      const atGateway = route?.parents.some((p) => {
        const name = `${p.namespace}/${p.name}`;
        return p.kind === 'Gateway' && gateways.has(name) && !waypoints.has(name);
      });
      if (!route || !atGateway) continue;
      for (const backend of route.backends)
        if (backend.kind === 'Service' && !backend.isMirror)
          addTo(routes, `${backend.namespace}/${backend.name}`, resource);
    }
  }
  for (const resource of mesh.ofType('networking.istio.io/VirtualService')) {
    if (resource.partial) continue;
    const spec = resource.body.at('spec');
    const bound = (spec.at('gateways').items() as Field[]).some((g) => (g.string() ?? 'mesh') !== 'mesh');
    if (!bound) continue;
    for (const { destination } of writtenDestinations(spec).slice(0, MOST)) {
      const host = hostNameOf(mesh, destination.at('host').string() ?? '', resource.namespace ?? '').service;
      if (host) addTo(routes, `${host.namespace}/${host.name}`, resource);
    }
  }
  return routes;
}
