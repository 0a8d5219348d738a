import {
  canonicalName,
  defineRule,
  isSelected,
  isSettled,
  istioAtLeast,
  labelOnWorkloadOnly,
  type Mesh,
  nameKeys,
  nameOf,
  ownsByWrittenSelector,
  type Workload,
} from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';
import type { ScalarEdit } from '../shared/edits/scalar-edit.ts';
import { severityForPodLabels } from '../shared/severity/label-audience.ts';
import { listKeys } from '../shared/words/label-words.ts';

export const labelsAppMissing = defineRule({
  meta: {
    id: 'labels-app-missing',
    summary: 'The pod template has no label that names the application.',
    why: 'Metrics, traces and the Kiali graph take the name of the application from the pod labels, and without one fall back to the name of the workload or to "unknown".',
    fix: 'Add a label app to the metadata of the pod template; leave the selectors as they are.',
    severity: 'warning',
    profiles: { 'istio-1.0': 'error' },
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio pkg/model/proxy.go',
      'istio/istio pkg/kube/labels/labels.go',
      'istio.io: Application Requirements',
    ],
    messages: {
      missing: '{workload}: the pods have none of the labels {keys}, so Istio names them after the workload.',
      noApp: '{workload}: the pods have no label app, and this Istio reads no other.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a label that means nothing to Istio',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { run: cart } }
            template:
              metadata:
                labels: { run: cart } #~ missing \`labels\`
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
      {
        title: 'before Istio 1.5 only the label app counts',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app.kubernetes.io/name: cart } }
            template:
              metadata:
                labels: { app.kubernetes.io/name: cart } #~ noApp
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'any of the three labels does',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app.kubernetes.io/name: cart } }
            template:
              metadata: { labels: { app.kubernetes.io/name: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const keys = nameKeys(mesh);
    // A label on the workload alone is another mistake, told by labels-on-workload-only.
    if (canonicalName(mesh, workload).state !== 'missing' || labelOnWorkloadOnly(workload, keys)) return;
    const own = mesh.settings.profile === 'istio-1.0' ? 'error' : 'warning';
    const most = severityForPodLabels(mesh, workload, own);
    if (!most) return;
    // Istio falls back on the name of the workload; whoever may not even be in the mesh need not be warned of that.
    const sure = mesh.membership(workload).answer === 'yes' || mesh.settings.profile === 'istio-1.0';
    const severity = sure ? most : 'info';
    const name = nameOf(workload.resource);
    const edits = nameLabel(mesh, workload);
    if (istioAtLeast(mesh.settings, '1.5'))
      report(workload.podLabels.field, 'missing', { workload: name, keys: listKeys(keys) }, { severity, edits });
    else report(workload.podLabels.field, 'noApp', { workload: name }, { severity, edits });
  },
});

// The name that Istio uses without the label. Not where the template is what the pods are owned by, nor where something waits for such pods.
function nameLabel(mesh: Mesh, workload: Workload): ScalarEdit[] {
  const { name } = workload.resource;
  if (!isSettled(workload.resource) || !ownsByWrittenSelector(workload)) return [];
  if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name) || isSelected(mesh, workload.resource, 'app', name))
    return [];
  return insertString(workload.podLabels.field, 'app', name);
}
