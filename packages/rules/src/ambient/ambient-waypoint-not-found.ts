import {
  DATAPLANE_KEY,
  defineRule,
  didYouMean,
  isSettled,
  type Labels,
  type Mesh,
  type NamedWaypoint,
  namedWaypoint,
  nameOf,
  podMetadataOf,
  type Resource,
  WORKLOAD_TYPES,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const ambientWaypointNotFound = defineRule({
  meta: {
    id: 'ambient-waypoint-not-found',
    summary: 'Label istio.io/use-waypoint names a Gateway that is not there.',
    why: 'Without the waypoint the traffic goes on past it in silence: routes, HTTP policies and request authentication do not hold.',
    fix: 'Write the name of a Gateway of class istio-waypoint, with istio.io/use-waypoint-namespace where it lives in another namespace, or none.',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    types: [
      'Namespace',
      'Service',
      'networking.istio.io/ServiceEntry',
      'networking.istio.io/WorkloadEntry',
      ...WORKLOAD_TYPES,
    ],
    codes: ['KIA1313'],
    since: '1.22',
    sources: [
      'istio/istio pilot/pkg/serviceregistry/kube/controller/ambient/waypoints.go',
      'istio.io: Configure waypoint proxies',
      'kiali business/checkers/workloads',
    ],
    messages: {
      missing:
        '{resource}: label istio.io/use-waypoint names Gateway {namespace}/{waypoint}, which is not there{hint}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the Gateway has another name',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio.io/dataplane-mode: ambient
              istio.io/use-waypoint: waypiont #~ missing \`waypiont\`
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: waypoint, namespace: shop }
          spec:
            gatewayClassName: istio-waypoint
            listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
        `,
      },
    ],
    good: [
      {
        title: 'its name, or none for no waypoint',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: waypoint, namespace: shop }
          spec:
            gatewayClassName: istio-waypoint
            listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop, labels: { istio.io/use-waypoint: none } }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const labels = labelsOf(resource);
    const wanted = labels && wantedBy(mesh, resource, labels);
    if (!wanted) return;
    const { known, waypoints } = mesh.derive(gateways);
    if (known.has(`${wanted.namespace}/${wanted.name}`)) return;
    if (mesh.externals.gateway(wanted.namespace, wanted.name) || mesh.externals.namespace(wanted.namespace)) return;
    const beside = waypoints.get(wanted.namespace) ?? [];
    const closed = mesh.settings.closedWorld;
    // Waypoints are often made by istioctl and stand in no file: only beside others of the namespace is one missed.
    if (!closed && !beside.some((w) => mesh.near(w, resource) || w.namespace === resource.namespace)) return;
    if (!closed && (mesh.assumesNamespace(resource) || mesh.hasUnreadBeside(resource))) return;
    const names = [...new Set(beside.map((w) => w.name))].sort();
    const likely = didYouMean(wanted.name, names);
    const hint = likely
      ? `; did you mean "${likely}"`
      : names.length > 0
        ? `; the namespace has ${names.slice(0, 4).join(', ')}`
        : '';
    report(
      wanted.field,
      'missing',
      { resource: nameOf(resource), namespace: wanted.namespace, waypoint: wanted.name, hint },
      {
        severity: closed ? 'error' : 'warning',
        // Kiali speaks of workloads only.
        codes: podMetadataOf(resource) ? ['KIA1313'] : [],
        suggested: likely && isSettled(resource) ? replaceString(wanted.field, likely) : [],
        related: beside
          .slice(0, 3)
          .map((w) => ({ at: w.body.at('metadata').at('name'), note: 'a waypoint of the namespace' })),
      },
    );
  },
});

function labelsOf(resource: Resource): Labels | undefined {
  switch (resource.type) {
    case 'Namespace':
    case 'Service':
    case 'networking.istio.io/ServiceEntry':
    case 'networking.istio.io/WorkloadEntry':
      return resource.labels;
    default:
      return podMetadataOf(resource)?.labels;
  }
}

function wantedBy(mesh: Mesh, resource: Resource, labels: Labels): NamedWaypoint | undefined {
  if (labels.get(DATAPLANE_KEY) === 'none' && resource.type !== 'Namespace') return undefined;
  const named = namedWaypoint(mesh, labels, resource.type === 'Namespace' ? resource.name : resource.namespace);
  return named === 'none' ? undefined : named;
}

function gateways(mesh: Mesh): { known: ReadonlySet<string>; waypoints: ReadonlyMap<string, readonly Resource[]> } {
  const known = new Set<string>();
  const waypoints = new Map<string, Resource[]>();
  for (const resource of mesh.ofType('gateway.networking.k8s.io/Gateway')) {
    const namespace = resource.namespace ?? '';
    known.add(`${namespace}/${resource.name}`);
    // A name that is filled in later may be the one.
    if (resource.name === '' || resource.rewrites?.name) {
      waypoints.delete(namespace);
      continue;
    }
    if (!resource.body.at('spec').at('gatewayClassName').text()?.includes('waypoint')) continue;
    waypoints.set(namespace, [...(waypoints.get(namespace) ?? []).slice(0, 20), resource]);
  }
  // A waypoint that was rendered stands there as a workload.
  for (const { podLabels, resource } of mesh.workloads) {
    const name = podLabels.get('gateway.networking.k8s.io/gateway-name') ?? podLabels.get('istio.io/gateway-name');
    if (name !== undefined) known.add(`${resource.namespace}/${name}`);
  }
  return { known, waypoints };
}
