import { defineRule, formatVersion, INJECT_KEY, injectAnnotation, nameOf, WORKLOAD_TYPES } from '@meshvet/core';

export const injectLabelAnnotationDisagree = defineRule({
  meta: {
    id: 'inject-label-annotation-disagree',
    summary: 'Label and annotation sidecar.istio.io/inject of a pod say different things.',
    why: 'Since Istio 1.12 the label hides the annotation; before that both counted, and which pods got a sidecar depended on the namespace.',
    fix: 'Keep the label and remove the annotation.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: WORKLOAD_TYPES,
    sources: ['istio/istio pkg/kube/inject/inject.go (injectRequired), by tag'],
    messages: {
      labelWins:
        '{resource}: label sidecar.istio.io/inject is "{label}" and the annotation "{annotation}": Istio {version} reads the label only.',
      bothRead:
        '{resource}: label sidecar.istio.io/inject is "{label}" and the annotation "{annotation}": Istio {version} leaves the sidecar out when the label is "false" or the annotation says no, and from 1.12 on the label alone counts.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the label wins, and the sidecar comes',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart, sidecar.istio.io/inject: "true" }
                annotations:
                  sidecar.istio.io/inject: "false" #~ labelWins \`"false"\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
      {
        title: 'before Istio 1.12 the annotation counts too',
        settings: { istioVersion: '1.11' },
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            labels: { app: cart, sidecar.istio.io/inject: "true" }
            annotations:
              sidecar.istio.io/inject: "false" #~ bothRead
          spec:
            containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'both say the same',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            labels: { app: cart, sidecar.istio.io/inject: "false" }
            annotations: { sidecar.istio.io/inject: "false" }
          spec:
            containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const annotation = injectAnnotation(mesh, resource);
    if (annotation?.defect !== 'disagrees') return;
    const { field, value, pod } = annotation;
    report(
      field,
      mesh.istioAtLeast('1.12') ? 'labelWins' : 'bothRead',
      {
        resource: nameOf(resource),
        label: pod.labels.get(INJECT_KEY) ?? '',
        annotation: value,
        version: formatVersion(mesh.settings.istioVersion),
      },
      { related: [{ at: pod.labels.at(INJECT_KEY), note: 'the label' }] },
    );
  },
});
