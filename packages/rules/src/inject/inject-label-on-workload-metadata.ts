import {
  defineRule,
  type Field,
  INJECT_KEY,
  isControlPlane,
  isManagedGateway,
  isSettled,
  isWish,
  nameOf,
  ownsByWrittenSelector,
  REVISION_KEY,
  type Resource,
  type Workload,
} from '@meshvet/core';
import { moveEntry } from '../shared/edits/mapping-edit.ts';
import type { ScalarEdit } from '../shared/edits/scalar-edit.ts';

export const injectLabelOnWorkloadMetadata = defineRule({
  meta: {
    id: 'inject-label-on-workload-metadata',
    summary: 'A key that Istio reads on pods stands on the workload and not on its pod template.',
    why: 'The injector sees only the Pod, whose labels and annotations come from the template, so the key has no effect.',
    fix: 'Move it to spec.template.metadata.labels.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    codes: ['IST0107', 'IST0135'],
    sources: [
      'kubernetes: Dynamic Admission Control',
      'istio/istio pkg/kube/inject/webhook.go',
      'istio.io: Installing the Sidecar',
    ],
    messages: {
      label:
        '{resource}: label {key} stands on the {kind} itself, where Istio does not read it; it belongs to the labels of the pod template, which do not have it.',
      annotation:
        '{resource}: annotation sidecar.istio.io/inject stands on the {kind} itself, where Istio does not read it; it belongs to the {place} of the pod template.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the pods get a sidecar in spite of the label',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: cart
            namespace: shop
            labels:
              sidecar.istio.io/inject: "false" #~ label \`sidecar.istio.io/inject\`
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
      {
        title: 'an annotation is not read there either',
        yaml: `
          apiVersion: apps/v1
          kind: StatefulSet
          metadata:
            name: db
            namespace: shop
            annotations:
              sidecar.istio.io/inject: "false" #~ annotation
          spec:
            selector: { matchLabels: { app: db } }
            template:
              metadata: { labels: { app: db } }
              spec:
                containers: [{ name: db, image: "db:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'on the pod template',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, sidecar.istio.io/inject: "false" } }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podLabels, podAnnotations } = workload;
    // Of a CronJob, which has one level more, a rule of its own speaks.
    if (resource.type === 'Pod' || resource.type === 'batch/CronJob') return;
    const data = { resource: nameOf(resource), kind: resource.kind };
    // Pod labels count since 1.9 and 1.10; before, there is only the annotation.
    const place = mesh.istioAtLeast('1.10') ? 'labels' : 'annotations';
    const read = podLabels.has(INJECT_KEY) || podAnnotations.has(INJECT_KEY);
    if (resource.labels.has(INJECT_KEY) && !read && podLabels.lacks(INJECT_KEY)) {
      const fix = place === 'labels' ? {} : { fix: 'Write it as an annotation of spec.template.metadata.' };
      const label = resource.labels.at(INJECT_KEY);
      const edits = place === 'labels' && !resource.annotations.has(INJECT_KEY) ? moved(workload, label) : [];
      report(label, 'label', { ...data, key: INJECT_KEY }, { onKey: true, codes: [], ...fix, edits });
    }
    if (
      resource.labels.has(REVISION_KEY) &&
      podLabels.lacks(REVISION_KEY) &&
      mesh.istioAtLeast('1.10') &&
      !isOfIstio(workload.isGateway, resource)
    ) {
      const label = resource.labels.at(REVISION_KEY);
      // Together with a wish of the pods their meaning is for a person to sort out.
      const edits = read || resource.labels.has(INJECT_KEY) ? [] : moved(workload, label);
      report(label, 'label', { ...data, key: REVISION_KEY }, { onKey: true, codes: [], edits });
    }
    if (
      resource.annotations.has(INJECT_KEY) &&
      !read &&
      podLabels.lacks(INJECT_KEY) &&
      podAnnotations.lacks(INJECT_KEY)
    ) {
      const fix = { fix: `Write it among the ${place} of spec.template.metadata.` };
      const annotation = resource.annotations.at(INJECT_KEY);
      const target = place === 'labels' ? podLabels : podAnnotations;
      const edits = resource.labels.has(INJECT_KEY) ? [] : moved(workload, annotation, target);
      report(annotation, 'annotation', { ...data, place }, { onKey: true, codes: codesOf(resource), ...fix, edits });
    }
  },
});

// Where the pods would read it: it says there what its author wanted it to say here.
function moved(workload: Workload, field: Field, target = workload.podLabels): ScalarEdit[] {
  if (!isSettled(workload.resource) || !ownsByWrittenSelector(workload) || !isWish(field)) return [];
  return moveEntry(field, target.field);
}

// Istio's charts label their own Deployments and DaemonSets with the revision that they are.
function isOfIstio(isGateway: boolean, { labels }: Resource): boolean {
  if (isGateway || isControlPlane(labels) || isManagedGateway(labels)) return true;
  const own = ['operator.istio.io/component', 'install.operator.istio.io/owning-resource'].some((key) =>
    labels.has(key),
  );
  return own || labels.get('app') === 'istiod' || labels.get('app.kubernetes.io/part-of') === 'istio';
}

// Of the workloads istioctl looks at Deployments only, at their own annotations.
function codesOf({ type, labels }: Resource): string[] {
  if (type !== 'apps/Deployment') return [];
  return labels.has(INJECT_KEY) ? ['IST0107'] : ['IST0107', 'IST0135'];
}
