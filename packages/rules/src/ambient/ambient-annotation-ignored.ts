import { ambientOf, defineRule, nameOf } from '@meshvet/core';

// Source: istio.io, Ambient mode; `cni/pkg/util/podutil.go` reads `ambient.istio.io/*` and `istio.io/reroute-virtual-interfaces` only.
const SIDECAR_PREFIXES = [
  'sidecar.istio.io/',
  'traffic.sidecar.istio.io/',
  'status.sidecar.istio.io/',
  'readiness.status.sidecar.istio.io/',
  'proxy.istio.io/',
  'prometheus.istio.io/',
];

/** They say how a pod gets a sidecar or not, or that it has one; of those other rules speak. */
const ABOUT_INJECTION: ReadonlySet<string> = new Set(['sidecar.istio.io/inject', 'sidecar.istio.io/status']);

export const ambientAnnotationIgnored = defineRule({
  meta: {
    id: 'ambient-annotation-ignored',
    summary: 'Pods in ambient mode carry an annotation that only a sidecar reads.',
    why: 'The ztunnel does not know these annotations, so traffic that one leaves out is taken in all the same, and settings of the proxy and of probes have nobody to hold for.',
    fix: 'Remove it; to leave inbound traffic out in ambient mode there is ambient.istio.io/bypass-inbound-capture (since 1.24).',
    severity: 'info',
    strict: 'warning',
    about: 'istio',
    subject: 'workload',
    since: '1.18',
    sources: ['istio/istio cni/pkg/util/podutil.go', 'istio/api annotation/annotations.yaml'],
    messages: {
      traffic:
        '{resource}: annotation {key} is read by sidecars only, and these pods are in ambient mode, so their traffic goes through ztunnel in spite of it.',
      ignored:
        '{resource}: annotation {key} is read by sidecars only, and these pods are in ambient mode, so it has no effect.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a port that was to be left out',
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
                labels: { app: cart }
                annotations:
                  traffic.sidecar.istio.io/excludeInboundPorts: "9090" #~ traffic \`traffic.sidecar.istio.io/excludeInboundPorts\`
                  proxy.istio.io/config: "concurrency: 2" #~ ignored
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'annotations that ambient mode reads',
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
                labels: { app: cart }
                annotations: { ambient.istio.io/bypass-inbound-capture: "true" }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const keys = workload.podAnnotations
      .keys()
      .filter((key) => !ABOUT_INJECTION.has(key) && SIDECAR_PREFIXES.some((prefix) => key.startsWith(prefix)));
    if (keys.length === 0 || ambientOf(mesh, workload) !== 'yes') return;
    for (const key of keys) {
      const traffic = key.startsWith('traffic.sidecar.istio.io/');
      report(
        workload.podAnnotations.at(key),
        traffic ? 'traffic' : 'ignored',
        { resource: nameOf(workload.resource), key },
        { onKey: true, severity: traffic ? 'warning' : 'info' },
      );
    }
  },
});
