import {
  DATAPLANE_KEY,
  defineRule,
  type Field,
  isSystemNamespace,
  type Namespace,
  nameOf,
  namespacesOf,
  type Workload,
} from '@meshvet/core';

export const ambientSidecarConflict = defineRule({
  meta: {
    id: 'ambient-sidecar-conflict',
    summary: 'Pods are asked into ambient mode, and get a sidecar.',
    why: 'The sidecar comes first, and pods that have one are left out of ambient mode, so ztunnel and the waypoints do not serve them.',
    fix: 'Choose one: take the wish for a sidecar away, or label the pods istio.io/dataplane-mode: none.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    codes: ['KIA1311', 'KIA1315', 'KIA1316'],
    since: '1.18',
    sources: [
      'istio/istio cni/pkg/util/podutil.go (PodRedirectionEnabled)',
      'istio.io: Add workloads to an ambient mesh',
      'kiali business/checkers/workloads',
    ],
    messages: {
      pod: '{resource}: label istio.io/dataplane-mode=ambient asks for ambient mode, but the pods get a sidecar ({cause}), and pods with a sidecar are left out of it.',
      namespace:
        '{resource}: the pods get a sidecar ({cause}), although Namespace {namespace} is in ambient mode; pods with a sidecar are left out of it.',
      written:
        '{resource}: the manifest carries a proxy, although {asks} asks for ambient mode; pods with a sidecar are left out of it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'both wishes on one pod',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
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
                  sidecar.istio.io/inject: "true"
                  istio.io/dataplane-mode: ambient #~ pod \`ambient\`
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
      {
        title: 'a sidecar in an ambient namespace',
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
              metadata:
                labels:
                  app: cart
                  sidecar.istio.io/inject: "true" #~ namespace
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'the pod says that it does not want ambient mode',
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
              metadata: { labels: { app: cart, sidecar.istio.io/inject: "true", istio.io/dataplane-mode: none } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { podLabels, resource } = workload;
    if (workload.isGateway || workload.hostNetwork || isSystemNamespace(resource.namespace)) return;
    if (podLabels.mayChange(DATAPLANE_KEY)) return;
    const namespaces = namespacesOf(mesh, resource);
    const own = mesh.istioAtLeast('1.22') ? podLabels.get(DATAPLANE_KEY) : undefined;
    if (own === 'none' || (podLabels.has(DATAPLANE_KEY) && podLabels.get(DATAPLANE_KEY) === undefined)) return;
    const byPod = own === 'ambient';
    if (!byPod && !areAmbient(namespaces)) return;
    const data = { resource: nameOf(resource) };
    if (workload.hasProxy) {
      const asks = byPod ? 'label istio.io/dataplane-mode=ambient' : `Namespace ${resource.namespace}`;
      const at = byPod ? podLabels.at(DATAPLANE_KEY) : proxyOf(workload);
      report(at, 'written', { ...data, asks }, { codes: [byPod ? 'KIA1315' : 'KIA1316'] });
      return;
    }
    const { istio } = mesh.admission(workload);
    const cause = istio.facts.at(-1);
    // One that is refused comes to nothing, and of that other rules speak.
    if (istio.outcome !== 'injected' || !cause) return;
    const codes = ['KIA1311'];
    if (byPod) {
      const related = cause.field ? [{ at: cause.field, note: 'asks for a sidecar' }] : [];
      report(podLabels.at(DATAPLANE_KEY), 'pod', { ...data, cause: cause.text }, { codes, related });
    } else if (cause.field && BY_PODS.has(istio.cause)) {
      // That a namespace carries both labels is told once, on the Namespace.
      report(cause.field, 'namespace', { ...data, cause: cause.text, namespace: resource.namespace ?? '' }, { codes });
    }
  },
});

const BY_PODS: ReadonlySet<string> = new Set(['pod-label', 'pod-revision', 'pod-annotation']);

function areAmbient(namespaces: readonly Namespace[] | undefined): boolean {
  return (
    namespaces !== undefined &&
    namespaces.length > 0 &&
    namespaces.every(
      ({ resource: { labels } }) => labels.get(DATAPLANE_KEY) === 'ambient' && !labels.mayChange(DATAPLANE_KEY),
    )
  );
}

function proxyOf(workload: Workload): Field {
  const proxy = workload.containers.find((c) => c.name === 'istio-proxy');
  return proxy ? (proxy.field as Field).at('name') : workload.podSpec;
}
