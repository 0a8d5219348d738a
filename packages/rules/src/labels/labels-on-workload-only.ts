import {
  defineRule,
  type Field,
  isSelected,
  isSettled,
  labelOnWorkloadOnly,
  type Mesh,
  nameKeys,
  nameOf,
  ownsByWrittenSelector,
  versionKeys,
  type Workload,
} from '@meshvet/core';
import { copyEntry } from '../shared/edits/mapping-edit.ts';
import type { ScalarEdit } from '../shared/edits/scalar-edit.ts';
import { severityForPodLabels } from '../shared/severity/label-audience.ts';

export const labelsOnWorkloadOnly = defineRule({
  meta: {
    id: 'labels-on-workload-only',
    summary: 'A label that the mesh reads from pods stands on the workload only, and not on its pod template.',
    why: 'Pods get the labels of the template and never those of the workload, so Istio does not see the label at all.',
    fix: 'Write the label under spec.template.metadata.labels as well; leave the selectors as they are.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: ['istio/istio pkg/model/proxy.go', 'kubernetes: Deployments, Pod Template'],
    messages: {
      name: '{workload}: {key}: {value} is on the workload itself, but its pods have no label that names the application.',
      version:
        '{workload}: {key}: {value} is on the workload itself, but its pods have no label that tells the version.',
    },
  },
  examples: {
    bad: [
      {
        title: 'app and version on the Deployment, and not on its pods',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: cart
            namespace: shop
            labels:
              app: cart #~ name \`app\`
              version: v1 #~ version \`version\`
          spec:
            selector: { matchLabels: { run: cart } }
            template:
              metadata: { labels: { run: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'the pods have a label of the same meaning',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop, labels: { app.kubernetes.io/name: cart, app.kubernetes.io/version: "1.2" } }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    for (const [messageId, keys] of [
      ['name', nameKeys(mesh)],
      ['version', versionKeys(mesh)],
    ] as const) {
      const label = labelOnWorkloadOnly(workload, keys);
      if (!label) continue;
      // Charts put app.kubernetes.io/version on the object and leave it out of the pods on purpose: every release would restart them.
      const severity = severityForPodLabels(
        mesh,
        workload,
        label.key === 'app.kubernetes.io/version' ? 'info' : 'warning',
      );
      if (!severity) continue;
      report(
        label.field,
        messageId,
        { workload: nameOf(workload.resource), key: label.key, value: label.value },
        {
          severity,
          onKey: true,
          related: [{ at: workload.podLabels.field, note: 'the labels of the pods' }],
          // What charts leave out of the pods on purpose is a suggestion.
          [label.key === 'app.kubernetes.io/version' ? 'suggested' : 'edits']: copied(mesh, workload, label),
        },
      );
    }
  },
});

// Not where the template is what the pods are owned by, nor where a selector would come to mean these pods too.
function copied(
  mesh: Mesh,
  workload: Workload,
  { key, value, field }: { readonly key: string; readonly value: string; readonly field: Field },
): ScalarEdit[] {
  if (
    !isSettled(workload.resource) ||
    !ownsByWrittenSelector(workload) ||
    isSelected(mesh, workload.resource, key, value)
  )
    return [];
  return workload.podLabels.has(key) ? [] : copyEntry(field, workload.podLabels.field);
}
