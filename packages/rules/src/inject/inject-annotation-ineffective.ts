import { defineRule, formatVersion, injectAnnotation, nameOf, WORKLOAD_TYPES, workloadOf } from '@meshvet/core';
import { asLabel } from '../shared/edits/inject-annotation.ts';
import { asksByLabel, asSentence, factsAsRelated } from '../shared/edits/injection-change.ts';

export const injectAnnotationIneffective = defineRule({
  meta: {
    id: 'inject-annotation-ineffective',
    summary: 'Annotation sidecar.istio.io/inject asks for something that no one hears.',
    why: 'Webhooks select pods by labels: where neither the namespace nor the pod carries one, the injector is never asked, whatever the annotation says.',
    fix: 'Write sidecar.istio.io/inject: "true" among the labels of the pod template, or label the Namespace.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: WORKLOAD_TYPES,
    codes: ['IST0135'],
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio/istio pkg/kube/inject/inject.go (injectRequired)',
    ],
    messages: {
      notSelected:
        '{resource}: annotation sidecar.istio.io/inject "{value}" has no effect, because no webhook reads it and none selects the pods: {why}.',
      noValue:
        '{resource}: annotation sidecar.istio.io/inject is "{value}", which is neither "true" nor "false": Istio {version} acts as if it were not there.',
    },
  },
  examples: {
    bad: [
      {
        title: 'nothing selects these pods',
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
                labels: { app: cart }
                annotations:
                  sidecar.istio.io/inject: "true" #~ notSelected \`sidecar.istio.io/inject\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
      {
        title: 'a value that Istio 1.27 no longer knows',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations:
                  sidecar.istio.io/inject: disabled #~ noValue \`disabled\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'as a label it is heard',
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
                labels: { app: cart, sidecar.istio.io/inject: "true" }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const annotation = injectAnnotation(mesh, resource);
    if (!annotation) return;
    const { defect, field, value } = annotation;
    const codes = resource.type === 'Pod' ? ['IST0135'] : [];
    const data = { resource: nameOf(resource), value };
    if (defect === 'no-value') {
      const version = formatVersion(mesh.settings.istioVersion);
      const fix = 'Write "true" or "false" among the labels of the pod template.';
      report(field, 'noValue', { ...data, version }, { codes, fix });
    } else if (defect === 'not-selected') {
      const workload = workloadOf(mesh, resource);
      if (!workload) return;
      const { istio, change } = mesh.admission(workload);
      const smallest = change();
      // Before 1.10 no label of a pod brings it in, and a namespace may veto what pods ask for.
      const byLabel = asksByLabel(smallest);
      const fix = byLabel || !smallest ? {} : { fix: asSentence(smallest.text) };
      const edits = byLabel ? asLabel(resource, annotation) : [];
      const related = factsAsRelated(istio.facts);
      const why = istio.facts.at(-1)?.text ?? '';
      report(field, 'notSelected', { ...data, why }, { onKey: true, codes, related, ...fix, edits });
    }
  },
});
