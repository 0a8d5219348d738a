import {
  defineRule,
  type Field,
  isSettled,
  type Labels,
  LINKERD_INJECT_KEY,
  LINKERD_INJECT_VALUES,
  metadataMaps,
  nameOf,
  podMetadataOf,
  type Resource,
  WORKLOAD_TYPES,
} from '@meshvet/core';
import { moveEntry } from '../shared/edits/mapping-edit.ts';
import type { ScalarEdit } from '../shared/edits/scalar-edit.ts';

export const linkerdInjectMisplaced = defineRule({
  meta: {
    id: 'linkerd-inject-misplaced',
    summary: 'Annotation linkerd.io/inject stands on the workload and not on its pod template.',
    why: 'The injector of Linkerd sees only the Pod, whose annotations come from the template, so the annotation brings no pod into the mesh and keeps none out.',
    fix: 'Move it to spec.template.metadata.annotations.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    types: WORKLOAD_TYPES,
    sources: ['linkerd2 pkg/inject/inject.go', 'linkerd.io: Automatic Proxy Injection'],
    messages: {
      misplaced:
        '{resource}: annotation linkerd.io/inject stands on the {place}, where Linkerd does not read it; it belongs to the annotations of the pod template, which do not have it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'on the Deployment',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: cart
            namespace: shop
            annotations:
              linkerd.io/inject: enabled #~ misplaced \`linkerd.io/inject\`
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
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
              metadata: { labels: { app: cart }, annotations: { linkerd.io/inject: enabled } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    const pod = resource.type === 'Pod' || resource.partial ? undefined : podMetadataOf(resource);
    if (!pod?.annotations.lacks(LINKERD_INJECT_KEY)) return;
    const found = metadataMaps(resource).filter(
      ({ what, of, map }) => what === 'annotation' && of !== 'podTemplate' && map.has(LINKERD_INJECT_KEY),
    );
    for (const { of, map } of found) {
      const field = map.at(LINKERD_INJECT_KEY);
      const place = of === 'object' ? `${resource.kind} itself` : 'job template';
      const edits =
        found.length === 1 && pod.labels.lacks(LINKERD_INJECT_KEY) ? moved(resource, field, pod.annotations) : [];
      report(field, 'misplaced', { resource: nameOf(resource), place }, { onKey: true, edits });
    }
  },
});

function moved(resource: Resource, field: Field, target: Labels): ScalarEdit[] {
  const known = LINKERD_INJECT_VALUES.has(field.string() ?? '');
  return isSettled(resource) && known ? moveEntry(field, target.field) : [];
}
