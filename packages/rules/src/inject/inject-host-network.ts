import {
  DATAPLANE_KEY,
  defineRule,
  INJECT_KEY,
  isControlPlane,
  type Mesh,
  type Namespace,
  nameOf,
  namespacesOf,
  REVISION_KEY,
  type Workload,
  wishOf,
} from '@meshvet/core';

export const injectHostNetwork = defineRule({
  meta: {
    id: 'inject-host-network',
    summary: 'Pods use the network of their node, so they stay outside the mesh.',
    why: 'The injector leaves pods with hostNetwork alone whatever their labels say, and ambient mode does the same, so they get no mTLS and no policy of the mesh.',
    fix: 'Take hostNetwork away if the pods belong in the mesh; else label them sidecar.istio.io/inject: "false" to say that they do not.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: ['istio/istio pkg/kube/inject/inject.go (injectRequired)', 'istio.io: Sidecar Injection Problems'],
    messages: {
      asked: '{resource}: {wish} asks for a sidecar, but hostNetwork is true, and such pods are never injected.',
      outside:
        '{resource}: hostNetwork is true, so the pods get no sidecar and stay outside the mesh, whatever the labels of the namespace say.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a sidecar that will not come',
        yaml: `
          apiVersion: apps/v1
          kind: DaemonSet
          metadata: { name: agent, namespace: shop }
          spec:
            selector: { matchLabels: { app: agent } }
            template:
              metadata: { labels: { app: agent, sidecar.istio.io/inject: "true" } }
              spec:
                hostNetwork: true #~ asked \`true\`
                containers: [{ name: agent, image: "agent:1" }]
        `,
      },
      {
        title: 'outside the mesh, said for information',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: DaemonSet
          metadata: { name: agent, namespace: shop }
          spec:
            selector: { matchLabels: { app: agent } }
            template:
              metadata: { labels: { app: agent } }
              spec:
                hostNetwork: true #~ outside
                containers: [{ name: agent, image: "agent:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'the manifest says itself that the pods stay out',
        yaml: `
          apiVersion: apps/v1
          kind: DaemonSet
          metadata: { name: agent, namespace: shop }
          spec:
            selector: { matchLabels: { app: agent } }
            template:
              metadata: { labels: { app: agent, sidecar.istio.io/inject: "false" } }
              spec:
                hostNetwork: true
                containers: [{ name: agent, image: "agent:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    // A gateway on the network of its node is a usual way to take traffic in, and Istio's own agents need it.
    if (
      !workload.hostNetwork ||
      workload.isGateway ||
      isControlPlane(workload.resource.labels) ||
      isOptedOut(mesh, workload)
    )
      return;
    const field = workload.podSpec.at('hostNetwork');
    const resource = nameOf(workload.resource);
    const wish = explicitWish(mesh, workload);
    if (wish) return report(field, 'asked', { resource, wish });
    const namespaces = namespacesOf(mesh, workload.resource);
    // Agents of the nodes are everywhere: outside a namespace of the mesh nobody expects them in it.
    const wanted = namespaces?.some((namespace) => wantsPods(mesh, namespace)) ?? false;
    // Of a namespace that nobody has read it is advice: node agents are nearly all of them.
    if (wanted || namespaces === undefined || namespaces.length === 0)
      report(field, 'outside', { resource }, { severity: 'info', advice: !wanted });
  },
});

function isOptedOut(mesh: Mesh, { podLabels, podAnnotations }: Workload): boolean {
  const annotation = podAnnotations.get(INJECT_KEY);
  return (
    podLabels.get(INJECT_KEY) === 'false' ||
    podLabels.get(DATAPLANE_KEY) === 'none' ||
    (annotation !== undefined && wishOf(annotation, mesh.settings) === 'no')
  );
}

function explicitWish(mesh: Mesh, { podLabels, podAnnotations }: Workload): string | undefined {
  if (mesh.istioAtLeast('1.9') && podLabels.get(INJECT_KEY) === 'true') return `label ${INJECT_KEY}=true`;
  const annotation = podAnnotations.get(INJECT_KEY);
  if (annotation !== undefined && wishOf(annotation, mesh.settings) === 'yes')
    return `annotation ${INJECT_KEY}=${annotation}`;
  const revision = podLabels.get(REVISION_KEY);
  return revision && mesh.istioAtLeast('1.10') ? `label ${REVISION_KEY}=${revision}` : undefined;
}

/** Whether a Namespace brings its pods into the mesh, or may do so. */
function wantsPods(mesh: Mesh, namespace: Namespace): boolean {
  const { labels } = namespace.resource;
  if (labels.mayChange(DATAPLANE_KEY) || (labels.has(DATAPLANE_KEY) && labels.get(DATAPLANE_KEY) !== 'none'))
    return true;
  return mesh.injectionIn(namespace).outcome !== 'not-injected';
}
