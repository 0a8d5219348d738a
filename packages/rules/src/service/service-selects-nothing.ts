import {
  defineRule,
  destinationsByHost,
  endpointsOfService,
  type Field,
  hasReadableLabels,
  hostNameOf,
  type LeadingRoute,
  type Mesh,
  nameOf,
  readsPortsOf,
  type Service,
} from '@meshvet/core';

export const serviceSelectsNothing = defineRule({
  meta: {
    id: 'service-selects-nothing',
    summary: 'The selector of a Service matches none of the pods beside it.',
    why: 'The Service has no endpoint, so Envoy answers its clients with 503 (no healthy upstream) until pods with these labels appear.',
    fix: 'Write labels that the pod template carries into the selector, or declare the workload under externals in the config when something else makes it.',
    severity: 'info',
    subject: 'service',
    sources: [
      'kubernetes: Services, Defining a Service',
      'istio/istio pilot/pkg/serviceregistry/kube/controller/endpointslice.go',
    ],
    messages: {
      nothing: '{service}: the selector {selector} matches the pods of no workload in namespace {namespace}.',
      routed:
        '{service}: the selector {selector} matches the pods of no workload in namespace {namespace}, and {route} leads to it; these requests get 503.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the pods have another label',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: card } #~ nothing \`selector\`
            ports: [{ name: http, port: 80 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'without a selector the endpoints are managed by hand; and alone nothing can be known',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: outside, namespace: shop }
          spec: { ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: elsewhere, namespace: ops }
          spec: { selector: { app: elsewhere }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    // Kubernetes ignores the selector of an ExternalName.
    if (service.type === 'ExternalName' || !service.selector || !readsPortsOf(mesh, service)) return;
    if (mesh.behind(service).state !== 'missing') return;
    const [leading] = leadingRoutes(mesh, service);
    if (!leading && isRouted(mesh, service)) return;
    // A WorkloadEntry, or pods in another cluster of the mesh.
    if (endpointsOfService(mesh, service, service.resource).endpoints.length > 0) return;
    // Labels that cannot be read may be the ones.
    const { namespace = '' } = service.resource;
    if (mesh.derive(unreadableNamespaces).has(namespace)) return;
    const selector = (service.selector.requirements ?? []).map((r) => `${r.key}=${r.values[0] ?? ''}`).join(',');
    const words = { service: nameOf(service.resource), selector, namespace };
    if (!leading) report(service.selector.field, 'nothing', words);
    else
      report(
        service.selector.field,
        'routed',
        { ...words, route: nameOf(leading.resource) },
        {
          severity: 'warning',
          related: [{ at: leading.destination.hostField, note: `the destination of ${nameOf(leading.resource)}` }],
        },
      );
  },
});

// A route that stands beside the Service, so that it is surely for this one.
function leadingRoutes(mesh: Mesh, { resource }: Service): readonly LeadingRoute[] {
  const { fqdn } = hostNameOf(mesh, resource.name, resource.namespace ?? '');
  const all = (mesh.derive(destinationsByHost).get(fqdn) ?? []).slice(0, MOST);
  return all.filter((route) => mesh.settings.closedWorld || mesh.near(route.resource, resource));
}

const MOST = 50;

function unreadableNamespaces(mesh: Mesh): ReadonlySet<string> {
  return new Set(mesh.workloads.filter((w) => !hasReadableLabels(w)).map((w) => w.resource.namespace ?? ''));
}

// A Service may be no more than a name that routes send elsewhere: its own endpoints are then never asked for.
function isRouted(mesh: Mesh, service: Service): boolean {
  return mesh.derive(routedServices).has(`${service.resource.namespace}/${service.resource.name}`);
}

/** `namespace/name` of the Services that some route is for. */
function routedServices(mesh: Mesh): ReadonlySet<string> {
  const routed = new Set<string>();
  for (const split of mesh.ofType('split.smi-spec.io/TrafficSplit')) {
    routed.add(`${split.namespace}/${split.body.at('spec').at('service').text()}`);
  }
  for (const route of mesh.ofType('networking.istio.io/VirtualService')) {
    for (const host of route.body.at('spec').at('hosts').items() as Field[]) {
      const text = host.text();
      if (text === undefined) continue;
      const [name, namespace = route.namespace, ...rest] = text.split('.');
      const suffix = rest.join('.');
      if (suffix === '' || suffix === 'svc' || suffix === 'svc.cluster.local') routed.add(`${namespace}/${name}`);
    }
  }
  for (const route of mesh.resources.filter((r) => r.group === 'gateway.networking.k8s.io')) {
    for (const parent of route.body.at('spec').at('parentRefs').items() as Field[]) {
      if (parent.at('kind').text() !== 'Service') continue;
      routed.add(`${parent.at('namespace').text() ?? route.namespace}/${parent.at('name').text()}`);
    }
  }
  return routed;
}
