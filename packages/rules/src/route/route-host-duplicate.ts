import {
  covers,
  defineRule,
  type Field,
  isForMesh,
  type Mesh,
  meshRouteOf,
  nameOf,
  type Resource,
  seenTogether,
  shadowedHosts,
  type VirtualHost,
  type VirtualService,
  virtualServices,
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
      narrower:
        '{route}: {others} is for the narrower host {otherHost}; sidecars follow it alone there, so nothing of these routes holds.',
      wider: '{route}: sidecars follow it alone for host {host}; nothing of {others} ({otherHost}) is added to it.',
      shadowed:
        '{route}: on Gateway {gateway} {others} is for host {otherHost}, and a gateway takes the rules of the most specific host alone; those for {host} are not tried there.',
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
    const options = { severity: 'info', advice: true } as const;
    const overlap = told.has('mesh') ? undefined : overlapInMesh(mesh, virtualService);
    if (overlap) {
      const { own, other, otherHost, wider } = overlap;
      report(
        own.field,
        wider ? 'wider' : 'narrower',
        { ...words(resource, [other]), host: own.name.written, otherHost: otherHost.name.written },
        { ...options, related: [{ at: otherHost.field, note: `the host of ${nameOf(other.resource)}` }] },
      );
    }
    const route = meshRouteOf(mesh, resource);
    const shadow = ((route && mesh.derive(shadowedHosts).get(route)) ?? []).find((one) =>
      meets(mesh, virtualService, one.other.virtualService),
    );
    if (shadow && hasNarrowRules(virtualService)) {
      const { host, otherHost, gateway, other } = shadow;
      report(
        virtualService.spec.at('hosts'),
        'shadowed',
        { ...words(resource, [other.virtualService]), host, otherHost, gateway },
        {
          ...options,
          codes: [],
          related: [{ at: other.virtualService.spec.at('hosts'), note: `the hosts of ${nameOf(other.resource)}` }],
        },
      );
    }
  },
});

interface Overlap {
  readonly own: VirtualHost;
  readonly other: VirtualService;
  readonly otherHost: VirtualHost;
  /** The other one is the wider. */
  readonly wider: boolean;
}

// The first other VirtualService of the mesh whose host covers one of these, or is covered.
function overlapInMesh(mesh: Mesh, virtualService: VirtualService): Overlap | undefined {
  if (!isForMesh(virtualService)) return undefined;
  const rivals = (other: VirtualService) =>
    isForMesh(other) &&
    meets(mesh, virtualService, other) &&
    shareKind(virtualService, other) &&
    seenTogether(mesh, virtualService.resource, other.resource);
  const hosts = virtualService.hosts.slice(0, MOST);
  for (const own of hosts)
    for (const other of mesh.derive(virtualServicesByHost).covering(own.name.fqdn).slice(0, MOST)) {
      const otherHost = other.hosts.find(
        (h) => h.name.wildcard && h.name.fqdn !== own.name.fqdn && covers(h.name.fqdn, own.name.fqdn),
      );
      if (otherHost && rivals(other)) return { own, other, otherHost, wider: true };
    }
  for (const own of hosts)
    for (const [other, otherHost] of mesh.derive(narrowerHosts).get(own.name.fqdn) ?? [])
      if (rivals(other)) return { own, other, otherHost, wider: false };
  return undefined;
}

// For each wildcard the VirtualServices of narrower hosts, found from their side.
function narrowerHosts(mesh: Mesh): ReadonlyMap<string, readonly (readonly [VirtualService, VirtualHost])[]> {
  const found = new Map<string, (readonly [VirtualService, VirtualHost])[]>();
  for (const one of mesh.derive(virtualServices))
    for (const host of one.hosts.slice(0, MOST))
      for (const wider of mesh.derive(virtualServicesByHost).covering(host.name.fqdn).slice(0, MOST))
        for (const { name } of wider.hosts.slice(0, MOST)) {
          if (!name.wildcard || name.fqdn === host.name.fqdn || !covers(name.fqdn, host.name.fqdn)) continue;
          const list = found.get(name.fqdn);
          if (!list) found.set(name.fqdn, [[one, host]]);
          else if (list.length < MOST && !list.some(([known]) => known === one)) list.push([one, host]);
        }
  return found;
}

// One for everything is the answer for hosts that nobody names; one for a path is meant for all hosts.
function hasNarrowRules({ routes }: VirtualService): boolean {
  return routes.some(
    ({ kind, field }) =>
      kind === 'http' && (field.at('match').items() as Field[]).some((match) => !demandsNothing(match)),
  );
}

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
