import {
  DATAPLANE_KEY,
  defineRule,
  isManagedGateway,
  type Mesh,
  namedWaypoint,
  nameOf,
  type Resource,
  type Workload,
} from '@meshvet/core';

export const ambientWaypointOutsideAmbient = defineRule({
  meta: {
    id: 'ambient-waypoint-outside-ambient',
    summary: 'Pods name a waypoint and are not in ambient mode.',
    why: 'Only a ztunnel sends to a waypoint: no ztunnel stands before these pods, so whoever calls them without one goes past it, and the pods can be reached without its policies.',
    fix: 'Bring the pods into ambient mode with istio.io/dataplane-mode: ambient, or take istio.io/use-waypoint away.',
    severity: 'info',
    strict: 'warning',
    about: 'istio',
    subject: 'workload',
    codes: ['KIA1312'],
    since: '1.22',
    sources: [
      'istio.io: Configure waypoint proxies',
      'kiali business/checkers/workloads (ambient_workload_checker.go)',
    ],
    messages: {
      pods: '{resource}: its pods name waypoint {waypoint} in istio.io/use-waypoint and are not in ambient mode ({reason}), so only callers in ambient mode pass it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a sidecar sends to no waypoint',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
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
                  istio.io/use-waypoint: waypoint #~ pods \`waypoint\`
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'the pods are in ambient mode',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, istio.io/use-waypoint: waypoint } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podLabels } = workload;
    if (!mesh.istioAtLeast('1.22') || workload.isGateway || isManagedGateway(resource.labels)) return;
    const waypoint = namedWaypoint(mesh, podLabels, resource.namespace);
    // Who opts out says that it knows.
    if (!waypoint || waypoint === 'none' || podLabels.has(DATAPLANE_KEY)) return;
    const reason = outsideBecause(mesh, workload, resource);
    if (reason === undefined) return;
    report(waypoint.field, 'pods', {
      resource: nameOf(resource),
      waypoint: `${waypoint.namespace}/${waypoint.name}`,
      reason,
    });
  },
});

function outsideBecause(mesh: Mesh, workload: Workload, resource: Resource): string | undefined {
  const { answer, mode, reason } = mesh.membership(workload);
  if (mode !== undefined) return mode !== 'ambient' && answer === 'yes' ? reason : undefined;
  // Labels of namespaces are often set by hand.
  if (answer !== 'no') return undefined;
  return mesh.settings.closedWorld || mesh.namespace(resource.namespace ?? '').state === 'found' ? reason : undefined;
}
