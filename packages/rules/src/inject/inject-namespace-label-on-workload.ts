import { defineRule, INJECTION_KEY, metadataMaps, nameOf, podMetadataOf, type Resource } from '@meshvet/core';

export const injectNamespaceLabelOnWorkload = defineRule({
  meta: {
    id: 'inject-namespace-label-on-workload',
    summary: 'istio-injection stands on something else than a Namespace.',
    why: 'Istio reads it among the labels of a Namespace only, so it has no effect anywhere else.',
    fix: 'Label the Namespace, or give the pod template label sidecar.istio.io/inject.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio.io: Installing the Sidecar',
    ],
    messages: {
      workload:
        '{resource}: {what} istio-injection{place} has no effect, because it is read on a Namespace only; for pods it is label sidecar.istio.io/inject of the pod template, "true" or "false".',
      other: '{resource}: {what} istio-injection has no effect, because it is read on a Namespace only.',
    },
  },
  examples: {
    bad: [
      {
        title: 'on a pod template',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  istio-injection: enabled #~ workload \`istio-injection\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
      {
        title: 'on a Service',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata:
            name: cart
            namespace: shop
            labels:
              istio-injection: enabled #~ other
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
    good: [
      {
        title: 'on the Namespace',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    if (resource.namespace === undefined) return;
    const [first, ...others] = metadataMaps(resource).filter(({ map }) => map.has(INJECTION_KEY));
    if (!first || !isJudged(resource)) return;
    const data = { resource: nameOf(resource), what: first.what };
    const related = others.map((o) => ({ at: o.map.at(INJECTION_KEY), note: `${o.what}${o.place}: no effect either` }));
    const field = first.map.at(INJECTION_KEY);
    if (podMetadataOf(resource)) report(field, 'workload', { ...data, place: first.place }, { onKey: true, related });
    else report(field, 'other', data, { onKey: true, related });
  },
});

// A kind of somebody else may make Namespaces out of its own labels (OpenShift's Project, tenancy operators).
function isJudged(resource: Resource): boolean {
  const { group } = resource;
  return (
    !group.includes('.') ||
    group.endsWith('.k8s.io') ||
    group.endsWith('.istio.io') ||
    podMetadataOf(resource) !== undefined
  );
}
