import {
  atLeast,
  defineRule,
  type Field,
  isSettled,
  type Labels,
  LINKERD_INJECT_KEY,
  LINKERD_INJECT_VALUES,
  type Mesh,
  meaningOf,
  nameOf,
  podMetadataOf,
  type Resource,
  WORKLOAD_TYPES,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const linkerdInjectValueInvalid = defineRule({
  meta: {
    id: 'linkerd-inject-value-invalid',
    summary: 'Annotation linkerd.io/inject has a value that Linkerd does not know.',
    why: 'Linkerd injects for enabled and ingress, in small letters; another value keeps the pods out of the mesh, and on a namespace it vetoes also the pods that ask for themselves.',
    fix: 'Write enabled, ingress or disabled.',
    severity: 'error',
    about: 'linkerd',
    subject: 'resource',
    types: ['Namespace', ...WORKLOAD_TYPES],
    sources: ['linkerd2 pkg/inject/report.go', 'linkerd.io: Automatic Proxy Injection'],
    messages: {
      namespace:
        'Namespace {namespace}: linkerd.io/inject is "{value}"; Linkerd knows {accepted} only, and injects none of the pods here, not even those that ask for it themselves.',
      pod: '{resource}: linkerd.io/inject is "{value}"; Linkerd knows {accepted} only, and does not inject the pods.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the values of other meshes',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            annotations:
              linkerd.io/inject: "true" #~ namespace \`"true"\`
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: bank }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations:
                  linkerd.io/inject: Enabled #~ pod
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'the three values that there are',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: front, namespace: shop }
          spec:
            selector: { matchLabels: { app: front } }
            template:
              metadata: { labels: { app: front }, annotations: { linkerd.io/inject: ingress } }
              spec: { containers: [{ name: front, image: front }] }
          ---
          apiVersion: batch/v1
          kind: Job
          metadata: { name: bill, namespace: shop }
          spec:
            template:
              metadata: { annotations: { linkerd.io/inject: disabled } }
              spec: { containers: [{ name: bill, image: bill }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const annotations = resource.type === 'Namespace' ? resource.annotations : podMetadataOf(resource)?.annotations;
    const wrong = annotations && invalidValue(mesh, annotations);
    if (!wrong) return;
    const data = { value: wrong.value, accepted: acceptedValues(mesh) };
    const options = fixesOf(resource, wrong);
    if (resource.type === 'Namespace') report(wrong.field, 'namespace', { ...data, namespace: resource.name }, options);
    else report(wrong.field, 'pod', { ...data, resource: nameOf(resource) }, options);
  },
});

interface Wrong {
  readonly field: Field;
  readonly value: string;
}

function invalidValue(mesh: Mesh, annotations: Labels): Wrong | undefined {
  if (!annotations.has(LINKERD_INJECT_KEY) || annotations.mayChange(LINKERD_INJECT_KEY)) return undefined;
  const field = annotations.at(LINKERD_INJECT_KEY);
  const value = annotations.get(LINKERD_INJECT_KEY);
  // Nothing is as good as no annotation; of a value that is no string a rule of its own speaks.
  if (!value || typeof field.value !== 'string') return undefined;
  if (value === 'ingress') return atLeast(mesh.settings.linkerdVersion, '2.9') ? undefined : { field, value };
  return LINKERD_INJECT_VALUES.has(value) ? undefined : { field, value };
}

function acceptedValues(mesh: Mesh): string {
  return atLeast(mesh.settings.linkerdVersion, '2.9') ? 'enabled, ingress and disabled' : 'enabled and disabled';
}

function fixesOf(resource: Resource, { field, value }: Wrong) {
  if (!isSettled(resource)) return {};
  const small = value.toLowerCase().trim();
  if (small !== value && LINKERD_INJECT_VALUES.has(small)) return { edits: replaceString(field, small) };
  const meaning = meaningOf(value);
  return meaning === undefined ? {} : { edits: replaceString(field, meaning === 'true' ? 'enabled' : 'disabled') };
}
