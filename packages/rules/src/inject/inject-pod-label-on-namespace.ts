import { defineRule, INJECT_KEY, INJECTION_KEY } from '@meshvet/core';

export const injectPodLabelOnNamespace = defineRule({
  meta: {
    id: 'inject-pod-label-on-namespace',
    summary: 'sidecar.istio.io/inject stands among the labels of a Namespace.',
    why: 'Istio reads that label on pods only, so the namespace is neither in the mesh nor out of it because of it.',
    fix: 'Label the Namespace with istio-injection: enabled or disabled, or with istio.io/rev.',
    severity: 'warning',
    about: 'istio',
    subject: 'namespace',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio.io: Installing the Sidecar',
    ],
    messages: {
      podOnly:
        'Namespace {namespace}: label sidecar.istio.io/inject is read on pods only and has no effect here; a namespace is labelled {instead}.',
      beside:
        'Namespace {namespace}: label sidecar.istio.io/inject is read on pods only and has no effect here; istio-injection={value} alone counts.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the label of a pod',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              sidecar.istio.io/inject: "true" #~ podOnly \`sidecar.istio.io/inject\`
        `,
      },
      {
        title: 'beside the right one',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio-injection: enabled
              sidecar.istio.io/inject: "true" #~ beside
        `,
      },
    ],
    good: [
      {
        title: 'the label of a namespace',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
        `,
      },
    ],
  },
  check({ subject: namespace, report }) {
    const { labels } = namespace.resource;
    if (!labels.has(INJECT_KEY)) return;
    const field = labels.at(INJECT_KEY);
    const value = labels.get(INJECTION_KEY);
    if (value) return report(field, 'beside', { namespace: namespace.name, value }, { onKey: true });
    const wish = labels.get(INJECT_KEY);
    const instead =
      wish === 'true'
        ? 'istio-injection=enabled'
        : wish === 'false'
          ? 'istio-injection=disabled'
          : 'istio-injection=enabled or disabled';
    report(field, 'podOnly', { namespace: namespace.name, instead }, { onKey: true });
  },
});
