import {
  type Destination,
  defineRule,
  fileOf,
  type Mesh,
  nameOf,
  settledRoutes,
  type VirtualService,
  virtualServices,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routeSubsetNotForIngress = defineRule({
  meta: {
    id: 'route-subset-not-for-ingress',
    summary: 'A route of a gateway goes to a host whose subsets another VirtualService chooses for the mesh alone.',
    why: 'A gateway follows only the routes that are bound to it, so requests from outside reach all versions of the host, whatever share the other VirtualService gives them.',
    fix: 'Name the subset in the route of the gateway too, or bind one VirtualService to the gateway and to mesh.',
    severity: 'warning',
    advice: true,
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0140'],
    sources: [
      'istio.io/docs/ops/common-problems/network-issues/#route-rules-have-no-effect-on-ingress-gateway-requests',
      'istio/istio pkg/config/analysis/analyzers/virtualservice/destinationhosts.go (ingress route rules)',
    ],
    messages: {
      unaffected:
        '{route}: requests from a gateway to {host} do not follow {other}, which chooses its subsets for the mesh.',
    },
  },
  examples: {
    bad: [
      {
        title: 'all clients in the mesh get v1, and those outside get any version',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: front, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [edge]
            http:
              - route:
                  - destination:
                      host: cart #~ unaffected
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route: [{ destination: { host: cart, subset: v1 } }]
        `,
      },
    ],
    good: [
      {
        title: 'the gateway chooses a subset as well',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: front, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [edge]
            http:
              - route: [{ destination: { host: cart, subset: v1 } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route: [{ destination: { host: cart, subset: v1 } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService?.gateways.some((gateway) => !gateway.mesh)) return;
    const told = new Set<VirtualService>();
    const asked = new Set<string>();
    for (const { host, subset, subsetField, hostField } of httpDestinations(virtualService)) {
      if (!host || subset !== undefined || subsetField.hasValue || asked.has(host.fqdn)) continue;
      asked.add(host.fqdn);
      for (const other of mesh.derive(subsetChoosers).get(host.fqdn) ?? []) {
        if (told.has(other) || told.size >= MOST || !isBeside(mesh, virtualService, other)) continue;
        told.add(other);
        const chosen = httpDestinations(other).find((one) => one.subset && one.host?.fqdn === host.fqdn);
        report(
          hostField,
          'unaffected',
          { route: nameOf(resource), host: host.written, other: nameOf(other.resource) },
          {
            // istioctl compares hosts as they are written.
            codes: chosen?.host?.written === host.written ? ['IST0140'] : [],
            related: chosen ? [{ at: chosen.subsetField, note: 'chosen here, for the mesh' }] : [],
          },
        );
      }
    }
  },
});

const MOST = 3;
const MOST_OF_A_HOST = 50;

function httpDestinations(virtualService: VirtualService): readonly Destination[] {
  return settledRoutes(virtualService).flatMap((route) => (route.kind === 'http' ? route.destinations : []));
}

function isBeside(mesh: Mesh, { resource }: VirtualService, other: VirtualService): boolean {
  return (
    resource !== other.resource &&
    !mesh.sameObject(resource, other.resource) &&
    (mesh.settings.closedWorld || mesh.appliedTogether(resource, other.resource))
  );
}

/** VirtualServices that choose a subset of their own host, for the mesh and for no gateway, by that host. */
function subsetChoosers(mesh: Mesh): ReadonlyMap<string, readonly VirtualService[]> {
  const index = new Map<string, VirtualService[]>();
  for (const one of mesh.derive(virtualServices)) {
    if (one.gateways.some((gateway) => !gateway.mesh)) continue;
    const own = new Set(one.hosts.map(({ name }) => name.fqdn));
    const chosen = httpDestinations(one).flatMap(({ host, subset }) => (subset && host ? host.fqdn : []));
    for (const host of new Set(chosen)) {
      if (!own.has(host)) continue;
      const list = index.get(host) ?? [];
      if (list.length < MOST_OF_A_HOST) list.push(one);
      index.set(host, list);
    }
  }
  // Whatever the order of the input, the same ones are named.
  for (const list of index.values()) list.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  return index;
}

function placeOf({ resource }: VirtualService): string {
  return `${nameOf(resource)} ${fileOf(resource)}`;
}
