import { canonicalName, canonicalRevision, defineRule, nameKeys, nameOf, versionKeys } from '@meshvet/core';
import { severityForPodLabels } from '../shared/severity/label-audience.ts';

export const labelsEmptyValue = defineRule({
  meta: {
    id: 'labels-empty-value',
    summary: 'A label that names the application or its version is empty.',
    why: 'The injected proxy takes an empty value for a missing one, while ambient and the registry take it for the name, so the same pods appear under two names.',
    fix: 'Write a value, or leave the label out.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml',
      'istio/istio pkg/kube/labels/labels.go',
    ],
    messages: {
      empty: '{workload}: label {key} of the pods is empty; a name such as "{example}" is expected.',
    },
  },
  examples: {
    bad: [
      {
        title: 'an empty text and no value at all, which is the same to Kubernetes',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { run: cart } }
            template:
              metadata:
                labels:
                  run: cart
                  app: "" #~ empty
                  version: #~ empty
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'other labels may be empty',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, version: v1, legacy: "" } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const severity = severityForPodLabels(mesh, workload, 'warning');
    if (!severity) return;
    const families = [
      { keys: nameKeys(mesh), read: canonicalName(mesh, workload), example: workload.resource.name || 'cart' },
      { keys: versionKeys(mesh), read: canonicalRevision(mesh, workload), example: 'v1' },
    ];
    for (const { keys, read, example } of families) {
      if (read.state === 'missing' || read.state === 'unknown') continue;
      // What a stronger key hides is never read.
      const heard = read.state === 'written' ? keys.slice(0, keys.indexOf(read.key)) : keys;
      for (const key of heard) {
        if (!workload.podLabels.has(key) || workload.podLabels.get(key) !== '') continue;
        report(
          workload.podLabels.at(key),
          'empty',
          { workload: nameOf(workload.resource), key, example },
          { severity },
        );
      }
    }
  },
});
