import {
  DATAPLANE_KEY,
  defineRule,
  INJECT_KEY,
  INJECTION_KEY,
  isSettled,
  isWish,
  type Labels,
  NAMESPACE_MESH_LABELS,
  REVISION_KEY,
  type Resource,
  SYSTEM_NAMESPACES,
} from '@meshvet/core';
import { moveEntry } from '../shared/edits/mapping-edit.ts';

const KEYS = [INJECTION_KEY, REVISION_KEY, DATAPLANE_KEY, INJECT_KEY];

export const injectNamespaceAnnotation = defineRule({
  meta: {
    id: 'inject-namespace-annotation',
    summary: 'A key that Istio reads among the labels of a Namespace stands among its annotations.',
    why: 'Webhooks and the ambient agent select namespaces by their labels, so the annotation has no effect.',
    fix: 'Move it to metadata.labels.',
    severity: 'warning',
    about: 'istio',
    subject: 'namespace',
    codes: ['IST0107', 'IST0108', 'IST0135'],
    sources: ['kubernetes: Dynamic Admission Control (namespaceSelector)', 'istio.io: Installing the Sidecar'],
    messages: {
      labelOnly:
        'Namespace {namespace}: {key} stands among the annotations; it is read as a label only, so "{value}" has no effect here.',
      podOnly:
        'Namespace {namespace}: annotation sidecar.istio.io/inject is read on pods only and has no effect here; label istio-injection speaks for a namespace.',
    },
  },
  examples: {
    bad: [
      {
        title: 'injection is not turned on',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            annotations:
              istio-injection: enabled #~ labelOnly \`istio-injection\`
        `,
      },
      {
        title: 'a key of pods',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            annotations:
              sidecar.istio.io/inject: "true" #~ podOnly \`sidecar.istio.io/inject\`
        `,
      },
    ],
    good: [
      {
        title: 'among the labels; linkerd.io/inject is rightly an annotation',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels: { istio-injection: disabled }
            annotations: { linkerd.io/inject: enabled }
        `,
      },
    ],
  },
  check({ subject: namespace, report }) {
    const { annotations, labels } = namespace.resource;
    for (const key of KEYS) {
      if (!annotations.has(key)) continue;
      const field = annotations.at(key);
      const value = field.text() ?? '...';
      // The same label beside it does the work, and the annotation is only idle.
      if (labels.has(key) && labels.get(key) === value) continue;
      const options = { onKey: true, codes: codesOf(key, labels) };
      if (key === INJECT_KEY) report(field, 'podOnly', { namespace: namespace.name }, options);
      else {
        const edits = canMove(namespace.resource, key, value) ? moveEntry(field, labels.field) : [];
        report(field, 'labelOnly', { namespace: namespace.name, key, value }, { ...options, edits });
      }
    }
  },
});

// istioctl knows the annotation of pods, calls it deprecated unless the label is there too, and the mode is no annotation to it.
function codesOf(key: string, labels: Labels): string[] {
  if (key === DATAPLANE_KEY) return ['IST0108'];
  if (key !== INJECT_KEY) return [];
  return labels.has(INJECT_KEY) ? ['IST0107'] : ['IST0107', 'IST0135'];
}

// Only where the label would do what the annotation asks for, and nothing else of the namespace speaks of the same.
function canMove(namespace: Resource, key: string, value: string): boolean {
  const { labels, annotations } = namespace;
  const asked = NAMESPACE_MESH_LABELS.filter((one) => !labels.lacks(one) || (one !== key && !annotations.lacks(one)));
  // Nobody wants sidecars in the control plane, whatever a generator wrote there.
  if (namespace.name === 'istio-system' || SYSTEM_NAMESPACES.has(namespace.name)) return false;
  if (!isSettled(namespace) || asked.length > 0 || annotations.mayChange(key)) return false;
  if (key === INJECTION_KEY) return value === 'enabled' || value === 'disabled';
  if (key === DATAPLANE_KEY) return value === 'ambient' || value === 'none';
  return key === REVISION_KEY && isWish(annotations.at(key));
}
