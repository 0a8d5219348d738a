import {
  defineRule,
  groupBy,
  isForMesh,
  lookupHost,
  type Mesh,
  meshRoutes,
  nameOf,
  type Resource,
  registryOf,
  type Service,
  settledRoutes,
  virtualServiceToJudge,
} from '@meshvet/core';
import { hostText } from '../shared/words/route-words.ts';

export const routeDestinationNoEndpoints = defineRule({
  meta: {
    id: 'route-destination-no-endpoints',
    summary: 'A route leads to a Service without selector for which nobody has written endpoints.',
    why: 'A destination is the endpoints of a Service and nothing else: the VirtualService of that host is not asked again, so requests get 503.',
    fix: 'Lead to the Service that has the pods, give the Service a selector, or write an EndpointSlice for it.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'kubernetes: Services, Services without selectors',
      'istio.io/docs/reference/config/networking/virtual-service/#Destination',
    ],
    messages: {
      none: '{route}: destination {host} is {service}, which has neither selector nor endpoints; requests get 503.',
      chained:
        '{route}: destination {host} is {service}, which has neither selector nor endpoints; {other}, which is for that host, is not asked again, and requests get 503.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the gateway leads to a mere name, for which another VirtualService routes',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: front, namespace: shop }
          spec: { ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: outside, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [edge/front]
            http:
              - route:
                  - destination:
                      host: front #~ chained \`front\`
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: inside, namespace: shop }
          spec:
            hosts: [front]
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
    good: [
      {
        title: 'endpoints written by hand',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: old, namespace: shop }
          spec: { ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: discovery.k8s.io/v1
          kind: EndpointSlice
          metadata: { name: old-1, namespace: shop, labels: { kubernetes.io/service-name: old } }
          addressType: IPv4
          ports: [{ name: http, port: 8080 }]
          endpoints: [{ addresses: [192.0.2.7] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: outside, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [edge/front]
            http: [{ route: [{ destination: { host: old } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    // Endpoints may be made by anybody; that nobody does is known where everything was read.
    if (!virtualService || !mesh.settings.closedWorld) return;
    for (const { destinations } of settledRoutes(virtualService)) {
      for (const { host, hostField, weight } of destinations) {
        if (!host || (destinations.length > 1 && weight === 0)) continue;
        const lookup = lookupHost(mesh, host.written, resource);
        const targets = lookup.state === 'found' ? lookup.value : [];
        const [first] = targets;
        if (!first?.service || !targets.every((t) => t.service && hasNoEndpoints(mesh, t.service))) continue;
        const words = { route: nameOf(resource), host: hostText({ host }), service: nameOf(first.resource) };
        const related = [{ at: first.resource.body.at('spec'), note: `${nameOf(first.resource)} has no selector` }];
        const other = (mesh.derive(meshRoutesByHost).get(host.fqdn) ?? []).find((r) => r !== resource);
        if (other) report(hostField, 'chained', { ...words, other: nameOf(other) }, { related });
        else report(hostField, 'none', words, { related });
      }
    }
  },
});

function hasNoEndpoints(mesh: Mesh, { resource, selector, type }: Service): boolean {
  if (selector || type === 'ExternalName' || resource.body.at('spec').at('selector').hasValue) return false;
  const { namespace = '', name } = resource;
  if (mesh.externals.service(namespace, name) || (namespace === 'default' && name === 'kubernetes')) return false;
  if (mesh.derive(servicesWithEndpoints).has(`${namespace}/${name}`)) return false;
  // Another cluster of the mesh may have pods for it, and a ServiceEntry of the same host endpoints.
  if (mesh.clusters.size > 0) return false;
  const host = registryOf(mesh).service(namespace, name)?.host;
  return host === undefined || registryOf(mesh).at(host).length <= 1;
}

function servicesWithEndpoints(mesh: Mesh): ReadonlySet<string> {
  const slices = mesh
    .ofType('discovery.k8s.io/EndpointSlice')
    .map((r) => `${r.namespace}/${r.labels.get('kubernetes.io/service-name') ?? ''}`);
  return new Set([...slices, ...mesh.ofType('Endpoints').map((r) => `${r.namespace}/${r.name}`)]);
}

function meshRoutesByHost(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const pairs = mesh
    .derive(meshRoutes)
    .filter(({ virtualService }) => isForMesh(virtualService))
    .flatMap(({ hosts, resource }) => hosts.map((host) => ({ host, resource })));
  return new Map([...groupBy(pairs, (p) => p.host)].map(([host, list]) => [host, list.map((p) => p.resource)]));
}
