import {
  DATAPLANE_KEY,
  defineRule,
  type Field,
  isSettled,
  type Labels,
  type Mesh,
  meaningOf,
  nameOf,
  namespacesOf,
  podMetadataOf,
  type Resource,
  WORKLOAD_TYPES,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const ambientModeValueInvalid = defineRule({
  meta: {
    id: 'ambient-mode-value-invalid',
    summary: 'Label istio.io/dataplane-mode has a value that Istio does not know.',
    why: 'Only ambient and none are read, in small letters: on a namespace another value leaves its pods outside the ambient mesh, and on a pod it changes nothing at all, not even an enrolment that it was meant to end.',
    fix: 'Write ambient, or none to stay out; for sidecars use istio-injection or sidecar.istio.io/inject.',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    types: ['Namespace', ...WORKLOAD_TYPES],
    since: '1.18',
    sources: [
      'istio/istio cni/pkg/util/podutil.go',
      'istio/api label/labels.yaml',
      'istio.io: Add workloads to an ambient mesh',
    ],
    messages: {
      namespace:
        'Namespace {namespace}: istio.io/dataplane-mode is "{value}"; Istio reads ambient and none only, so the namespace is not in the ambient mesh.',
      stays:
        '{resource}: istio.io/dataplane-mode is "{value}"; only none takes pods out, so these stay in the ambient mesh of their namespace.',
      pod: '{resource}: istio.io/dataplane-mode is "{value}"; Istio reads ambient and none only, so the label has no effect on the pods.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a capital letter on a namespace; a pod that was to stay out',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio.io/dataplane-mode: Ambient #~ namespace \`Ambient\`
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: bank, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: bank }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  istio.io/dataplane-mode: disabled #~ stays \`disabled\`
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'the two values that there are',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, istio.io/dataplane-mode: none } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type === 'Namespace') {
      const wrong = invalidValue(resource.labels);
      if (wrong)
        report(wrong.field, 'namespace', { namespace: resource.name, value: wrong.value }, fixesOf(resource, wrong));
      return;
    }
    // Of pods the label is read since 1.22.
    const pod = mesh.istioAtLeast('1.22') ? podMetadataOf(resource) : undefined;
    const wrong = pod && invalidValue(pod.labels);
    if (!wrong) return;
    const data = { resource: nameOf(resource), value: wrong.value };
    report(wrong.field, isInAmbientNamespace(mesh, resource) ? 'stays' : 'pod', data, fixesOf(resource, wrong));
  },
});

interface Wrong {
  readonly field: Field;
  readonly value: string;
}

function invalidValue(labels: Labels): Wrong | undefined {
  if (!labels.has(DATAPLANE_KEY) || labels.mayChange(DATAPLANE_KEY)) return undefined;
  const field = labels.at(DATAPLANE_KEY);
  const value = labels.get(DATAPLANE_KEY);
  // Of a value that is no string a rule of its own speaks.
  if (value === undefined || (field.value !== null && typeof field.value !== 'string')) return undefined;
  return value === 'ambient' || value === 'none' ? undefined : { field, value };
}

function fixesOf(resource: Resource, { field, value }: Wrong) {
  if (!isSettled(resource)) return {};
  const small = value.toLowerCase().trim();
  if (small === 'ambient' || small === 'none') return { edits: replaceString(field, small) };
  const meaning = meaningOf(value);
  if (meaning === undefined) return {};
  return { suggested: replaceString(field, meaning === 'true' ? 'ambient' : 'none') };
}

function isInAmbientNamespace(mesh: Mesh, resource: Resource): boolean {
  const namespaces = namespacesOf(mesh, resource) ?? [];
  return namespaces.length > 0 && namespaces.every((n) => n.resource.labels.get(DATAPLANE_KEY) === 'ambient');
}
