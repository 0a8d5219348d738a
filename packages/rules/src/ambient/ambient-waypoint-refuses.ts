import {
  ambientNamespaces,
  DATAPLANE_KEY,
  defineRule,
  type Field,
  isManagedGateway,
  isSettled,
  type Labels,
  type Mesh,
  type NamedWaypoint,
  type Namespace,
  namedWaypoint,
  nameOf,
  namespacesOf,
  podMetadataOf,
  type Resource,
  refusedBy,
  WAYPOINT_FOR_KEY,
  WORKLOAD_TYPES,
  waypointNamed,
} from '@meshvet/core';

export const ambientWaypointRefuses = defineRule({
  meta: {
    id: 'ambient-waypoint-refuses',
    summary: 'A waypoint is named that takes nothing of what names it.',
    why: 'Traffic goes past such a waypoint in silence, so its routes, HTTP policies and request authentication do not hold; istiod says so in a status only.',
    fix: 'Label the Gateway istio.io/waypoint-for: all, service or workload as is asked of it, and let allowedRoutes of its HBONE listener admit the namespace.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: ['Namespace', 'Service', 'networking.istio.io/ServiceEntry', ...WORKLOAD_TYPES],
    since: '1.22',
    sources: [
      'istio/istio pilot/pkg/serviceregistry/kube/controller/ambient/waypoints.go (fetchWaypointForService, fetchWaypointForWorkload, makeWaypointSelector)',
      'istio.io: Configure waypoint proxies',
    ],
    messages: {
      traffic:
        '{resource} names waypoint {waypoint} in istio.io/use-waypoint, which takes {taken}: {asked} goes past it. Gateway label istio.io/waypoint-for says what it takes, and service where it is not written.',
      namespace:
        '{resource} names waypoint {waypoint} in istio.io/use-waypoint, which does not admit namespace {namespace}: allowedRoutes of its listener says who may use it, and its own namespace alone where nothing is written.',
    },
  },
  examples: {
    bad: [
      {
        title: 'pods name a waypoint that is for Services',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: waypoint, namespace: shop }
          spec:
            gatewayClassName: istio-waypoint
            listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  istio.io/use-waypoint: waypoint #~ traffic \`waypoint\`
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
      {
        title: 'a waypoint that is shared, and admits its own namespace alone',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: shared, namespace: infra }
          spec:
            gatewayClassName: istio-waypoint
            listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
          ---
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio.io/dataplane-mode: ambient
              istio.io/use-waypoint: shared #~ namespace
              istio.io/use-waypoint-namespace: infra
        `,
      },
    ],
    good: [
      {
        title: 'it admits all namespaces',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: shared, namespace: infra }
          spec:
            gatewayClassName: istio-waypoint
            listeners:
              - { name: mesh, port: 15008, protocol: HBONE, allowedRoutes: { namespaces: { from: All } } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio.io/dataplane-mode: ambient
              istio.io/use-waypoint: shared
              istio.io/use-waypoint-namespace: infra
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    // istiod gives no waypoint to a waypoint; its charts label all that they make.
    if (!mesh.istioAtLeast('1.22') || resource.partial || isManagedGateway(resource.labels)) return;
    const wanted = wantedBy(mesh, resource);
    if (!wanted) return;
    const { field, traffic, from, waypoint } = wanted;
    const manifests = waypointNamed(mesh, waypoint);
    const refusals = manifests.map((one) => refusedBy(one, traffic, from));
    const [first] = manifests;
    const [why] = refusals;
    if (!first || !why || refusals.some((other) => other !== why) || !manifests.every((w) => isSettled(w.resource)))
      return;
    const name = nameOf(resource);
    const full = `${waypoint.namespace}/${waypoint.name}`;
    const metadata = first.resource.body.at('metadata');
    const label = first.resource.labels.has(WAYPOINT_FOR_KEY) ? first.resource.labels.at(WAYPOINT_FOR_KEY) : undefined;
    const related = [{ at: label ?? first.listener ?? metadata.at('name'), note: 'the waypoint' }];
    if (why === 'namespace') {
      report(field, 'namespace', { resource: name, waypoint: full, namespace: from.name }, { related });
      return;
    }
    const asked = traffic === 'service' ? 'traffic to the Service' : 'traffic to the addresses of the pods';
    const taken = TAKEN[first.traffic ?? ''] ?? `"${first.traffic}", which istiod does not know`;
    report(field, 'traffic', { resource: name, waypoint: full, taken, asked }, { related });
  },
});

const TAKEN: Readonly<Record<string, string>> = {
  service: 'traffic to Services alone',
  workload: 'traffic to the addresses of pods alone',
  none: 'no traffic',
};

interface Wanted {
  readonly waypoint: NamedWaypoint;
  readonly field: Field;
  readonly traffic: 'service' | 'workload';
  readonly from: { readonly name: string; readonly manifests: readonly Namespace[] };
}

function wantedBy(mesh: Mesh, resource: Resource): Wanted | undefined {
  const isNamespace = resource.type === 'Namespace';
  const isPods = !isNamespace && resource.type !== 'Service' && resource.type !== 'networking.istio.io/ServiceEntry';
  const labels: Labels | undefined = isPods ? podMetadataOf(resource)?.labels : resource.labels;
  if (!labels || (isPods && labels.get(DATAPLANE_KEY) === 'none')) return undefined;
  if (!isNamespace && mesh.assumesNamespace(resource)) return undefined;
  const name = isNamespace ? resource.name : (resource.namespace ?? '');
  const waypoint = namedWaypoint(mesh, labels, name);
  if (!waypoint || waypoint === 'none') return undefined;
  const manifests = isNamespace ? [{ resource, name }] : (namespacesOf(mesh, resource) ?? []);
  // What a namespace says is for Services and pods alike, and one of them is enough: it asks for what the waypoint takes.
  const traffic = isPods || (isNamespace && takesPodsAlone(mesh, waypoint)) ? 'workload' : 'service';
  // Pods outside the ambient mesh have no ztunnel that would hold callers to it; of those another rule speaks.
  if (isPods && !ambientNamespaces(mesh, resource) && labels.get(DATAPLANE_KEY) !== 'ambient') return undefined;
  return { waypoint, field: waypoint.field, traffic, from: { name, manifests } };
}

function takesPodsAlone(mesh: Mesh, waypoint: NamedWaypoint): boolean {
  return waypointNamed(mesh, waypoint).some((w) => w.traffic === 'workload');
}
