import {
  defineRule,
  type Field,
  isForMesh,
  type Mesh,
  nameOf,
  type Resource,
  seenTogether,
  type VirtualService,
  virtualServicesByHost,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routeHostDuplicate = defineRule({
  meta: {
    id: 'route-host-duplicate',
    summary: 'Two VirtualServices route one host for the same proxies.',
    why: 'Sidecars follow only one of them, most often the older, and the routes of the other are lost; a gateway puts both together, in an order that nobody writes down.',
    fix: 'Put the routes into one VirtualService, let it delegate to the others, or export each to other namespaces.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0109', 'KIA1106'],
    sources: [
      'istio.io/docs/ops/best-practices/traffic-management/#split-virtual-services',
      'istio/istio pkg/config/analysis/analyzers/virtualservice/conflictingmeshgatewayhosts.go',
      'kiali business/checkers/virtualservices/single_host_checker.go',
    ],
    messages: {
      mesh: '{route}: host {host} is routed by {others} too; sidecars follow one of them, and the routes of the other are lost.',
      gateway:
        '{route}: {others} takes all requests for host {host} on Gateway {gateway} too; which of them answers is not defined.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one host under its short and its full name',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts:
              - reviews #~ mesh \`reviews\`
            http: [{ route: [{ destination: { host: reviews } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews-timeout, namespace: shop }
          spec:
            hosts:
              - reviews.shop.svc.cluster.local #~ mesh
            http: [{ timeout: 2s, route: [{ destination: { host: reviews } }] }]
        `,
      },
      {
        title: 'two answers for everything on one gateway',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: old, namespace: shop }
          spec:
            hosts: [shop.example.com] #~ gateway
            gateways: [front]
            http: [{ route: [{ destination: { host: old } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: new, namespace: shop }
          spec:
            hosts: [shop.example.com] #~ gateway
            gateways: [shop/front]
            http: [{ route: [{ destination: { host: new } }] }]
        `,
      },
    ],
    good: [
      {
        title: 'two parts of one host on a gateway; delegates; another gateway',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http: [{ match: [{ uri: { prefix: /cart } }], route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: rest, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http: [{ delegate: { name: parts } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: parts, namespace: shop }
          spec: { http: [{ route: [{ destination: { host: rest } }] }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: inside, namespace: shop }
          spec:
            hosts: [shop.example.com]
            http: [{ route: [{ destination: { host: rest } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService || resource.name === '') return;
    const index = mesh.derive(virtualServicesByHost);
    const told = new Set<string>();
    for (const { name, field } of virtualService.hosts) {
      const others = index
        .at(name.fqdn)
        .slice(0, MOST)
        .filter((other) => meets(mesh, virtualService, other));
      if (others.length === 0) continue;
      const rivals = isForMesh(virtualService)
        ? others.filter(
            (other) =>
              isForMesh(other) && shareKind(virtualService, other) && seenTogether(mesh, resource, other.resource),
          )
        : [];
      // One finding for each of them, whatever the number of hosts that they have in common.
      if (rivals.length > 0 && !told.has('mesh')) {
        told.add('mesh');
        report(
          field,
          'mesh',
          { ...words(resource, rivals), host: name.written },
          { related: related(rivals, name.fqdn) },
        );
      }
      for (const gateway of gatewayKeys(virtualService)) {
        const onGateway = others.filter(
          (other) => gatewayKeys(other).has(gateway) && takesAll(virtualService) && takesAll(other),
        );
        if (onGateway.length === 0 || told.has(gateway)) continue;
        told.add(gateway);
        report(
          field,
          'gateway',
          { ...words(resource, onGateway), host: name.written, gateway },
          { codes: ['KIA1106'], related: related(onGateway, name.fqdn) },
        );
      }
    }
  },
});

const MOST = 40;

function words(resource: Resource, others: readonly VirtualService[]) {
  const names = [...new Set(others.map((other) => nameOf(other.resource)))].sort();
  return { route: nameOf(resource), others: names.slice(0, 3).join(', ') + (names.length > 3 ? ', ...' : '') };
}

function related(others: readonly VirtualService[], fqdn: string) {
  return others.slice(0, 3).map((other) => ({
    at: other.hosts.find((h) => h.name.fqdn === fqdn)?.field ?? other.spec,
    note: `the host in ${nameOf(other.resource)}`,
  }));
}

// Whether both are surely applied. Steps of a tutorial lie side by side under several names; that they do is known of one file, of one
// Kustomization, and of a closed world.
function meets(mesh: Mesh, one: VirtualService, other: VirtualService): boolean {
  const [a, b] = [one.resource, other.resource];
  if (a === b || b.name === '' || mesh.sameObject(a, b) || a.rewrites?.name || b.rewrites?.name) return false;
  return mesh.appliedTogether(a, b);
}

// Routes of several kinds for one host stand beside each other: http for one port, tls for another.
function shareKind(a: VirtualService, b: VirtualService): boolean {
  const kinds = new Set(a.routes.map((route) => route.kind));
  return kinds.size === 0 || b.routes.length === 0 || b.routes.some((route) => kinds.has(route.kind));
}

function gatewayKeys({ gateways }: VirtualService): ReadonlySet<string> {
  return new Set(gateways.filter((g) => !g.mesh).map((g) => `${g.namespace}/${g.name}`));
}

/** Whether some http route takes every request: no match, or one that demands nothing. */
function takesAll({ routes }: VirtualService): boolean {
  return routes.some(({ kind, field }) => {
    if (kind !== 'http') return false;
    const matches = field.at('match').items() as Field[];
    return matches.length === 0
      ? !field.at('match').hasValue || field.at('match').isList
      : matches.some(demandsNothing);
  });
}

function demandsNothing(match: Field): boolean {
  return match
    .entries()
    .every(([key, value]) => key === 'name' || (key === 'uri' && value.at('prefix').string() === '/'));
}
