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

export const linkerdInjectAsLabel = defineRule({
  meta: {
    id: 'linkerd-inject-as-label',
    summary: 'linkerd.io/inject stands among the labels.',
    why: 'Linkerd reads it as an annotation only, so the label brings no pod into the mesh and keeps none out.',
    fix: 'Write it among the annotations of the Namespace or of the pod template.',
    severity: 'error',
    about: 'linkerd',
    subject: 'resource',
    types: ['Namespace', ...WORKLOAD_TYPES],
    sources: ['linkerd2 pkg/k8s/labels.go (ProxyInjectAnnotation)', 'linkerd.io: Automatic Proxy Injection'],
    messages: {
      label:
        '{resource}: label linkerd.io/inject{place} has no effect; Linkerd reads the annotation of that name, {where}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'on a namespace, as one is used to from Istio',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              linkerd.io/inject: enabled #~ label \`linkerd.io/inject\`
        `,
      },
      {
        title: 'on pods',
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
                  linkerd.io/inject: enabled #~ label
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'an annotation',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    const pod = resource.type === 'Namespace' ? undefined : podMetadataOf(resource);
    const target = resource.type === 'Namespace' ? resource.annotations : pod?.annotations;
    // With the annotation in its place the label is only idle: some select namespaces by it.
    if (!target?.lacks(LINKERD_INJECT_KEY)) return;
    const labels = metadataMaps(resource).filter(({ what, map }) => what === 'label' && map.has(LINKERD_INJECT_KEY));
    const where = pod && resource.type !== 'Pod' ? 'on the pod template' : `on the ${resource.kind}`;
    for (const { map, place } of labels) {
      const field = map.at(LINKERD_INJECT_KEY);
      const edits = labels.length === 1 ? moved(resource, field, target) : [];
      report(field, 'label', { resource: nameOf(resource), place, where }, { onKey: true, edits });
    }
  },
});

// Not where something selects the pods by it, or they have no selector and all labels stand for one.
function moved(resource: Resource, field: Field, target: Labels): ScalarEdit[] {
  const spec = resource.body.at('spec');
  const own = ['Namespace', 'Pod', 'batch/Job', 'batch/CronJob'].includes(resource.type);
  const selector = spec.at('selector');
  const selects =
    selector.entries().length > 0 &&
    !selector.at('matchLabels').at(LINKERD_INJECT_KEY).exists &&
    !selector.at('matchExpressions').exists &&
    !selector.at(LINKERD_INJECT_KEY).exists;
  const known = LINKERD_INJECT_VALUES.has(field.string() ?? '');
  return isSettled(resource) && known && (own || selects) ? moveEntry(field, target.field) : [];
}
