import {
  canonicalRevision,
  defineRule,
  isSelected,
  isSettled,
  labelOnWorkloadOnly,
  nameOf,
  namesakes,
  ownsByWrittenSelector,
  sameRevision,
  versionKeys,
} from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';
import { severityForPodLabels } from '../shared/severity/label-audience.ts';
import { listKeys } from '../shared/words/label-words.ts';
import { firstAndMore } from '../shared/words/workload-words.ts';

export const labelsVersionMissing = defineRule({
  meta: {
    id: 'labels-version-missing',
    summary: 'The pod template has no label that tells the version of the application.',
    why: 'Telemetry calls the version "latest" or "unknown", and no DestinationRule subset can pick these pods out by version.',
    fix: 'Add a label version, such as v1, to the metadata of the pod template, but not to a selector.',
    severity: 'info',
    profiles: { 'istio-1.0': 'warning' },
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio pkg/model/proxy.go',
      'istio/istio pkg/kube/labels/labels.go',
      'istio.io: Application Requirements',
    ],
    messages: {
      missing: '{workload}: the pods have no label {keys}.',
      shared:
        '{workload}: the pods have no label {keys}, while {other} of the same application has one: they mix as "latest".',
    },
  },
  examples: {
    bad: [
      {
        title: 'an application without a version',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart } #~ missing \`labels\`
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
      {
        title: 'a canary has a version, and what it is compared with has none',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, track: main } }
            template:
              metadata:
                labels: { app: cart, track: main } #~ shared
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v2, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v2 } }
            template:
              metadata: { labels: { app: cart, version: v2 } }
              spec: { containers: [{ name: cart, image: cart:2 }] }
        `,
      },
    ],
    good: [
      {
        title: 'the label that Kubernetes recommends',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app.kubernetes.io/name: cart } }
            template:
              metadata: { labels: { app.kubernetes.io/name: cart, app.kubernetes.io/version: "1.2" } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const keys = versionKeys(mesh);
    if (canonicalRevision(mesh, workload).state !== 'missing' || labelOnWorkloadOnly(workload, keys)) return;
    const own = mesh.settings.profile === 'istio-1.0' ? 'warning' : 'info';
    const severity = severityForPodLabels(mesh, workload, own);
    if (!severity) return;
    // Which version it is only its author knows; that of a first one is v1 in all examples.
    const settled = isSettled(workload.resource) && ownsByWrittenSelector(workload);
    const suggested =
      settled && !isSelected(mesh, workload.resource, 'version', 'v1')
        ? insertString(workload.podLabels.field, 'version', 'v1')
        : [];
    const words = { workload: nameOf(workload.resource), keys: listKeys(keys) };
    // Where none of the name has a version they are one and the same to Istio: labels-app-version-not-unique tells that.
    const others = namesakes(mesh, workload).filter(
      (other) => canonicalRevision(mesh, other).state === 'written' && !sameRevision(mesh, workload, other),
    );
    const [first] = others;
    if (!first) {
      // One version of an application loses nothing but a name for it.
      report(workload.podLabels.field, 'missing', words, { severity, advice: severity.severity === 'info', suggested });
      return;
    }
    report(
      workload.podLabels.field,
      'shared',
      { ...words, other: firstAndMore(others.map((o) => nameOf(o.resource))) },
      { severity: 'warning', related: [{ at: first.podLabels.field, note: 'the pods with a version' }], suggested },
    );
  },
});
