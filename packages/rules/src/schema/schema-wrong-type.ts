import { defineRule, fieldAt, nameOf } from '@meshvet/core';
import { basisText, faultsOf, pathText, standingOf, valueText } from '../shared/schema/schema-words.ts';

export const schemaWrongType = defineRule({
  meta: {
    id: 'schema-wrong-type',
    summary: 'A field holds a value of another type than its kind has there.',
    why: 'The API server refuses the resource, so what it should configure never takes effect.',
    fix: 'Write a value of the type that the field has.',
    severity: 'error',
    subject: 'resource',
    sources: [
      'istio/istio manifests/charts/base/files/crd-all.gen.yaml',
      'kubernetes-sigs/gateway-api config/crd, by release and channel',
      'linkerd/linkerd2 charts/linkerd-crds, by release',
      'kubernetes: CustomResourceDefinitions, Validation; Defaulting and Nullable',
    ],
    messages: {
      wrong: '{resource}: {field} is {written}, but has to be {expected}; the API server refuses the resource{basis}.',
      quoted: '{resource}: {field} is the text {written}, but has to be {expected}: write it without quotes{basis}.',
      bare: '{resource}: {field} is {written}, but has to be a text: write it in quotes{basis}.',
      listItem:
        '{resource}: {field} is one {written}, but has to be a list: put a dash before it, or brackets around it{basis}.',
      empty: '{resource}: {field} has no value; the API server leaves it out, as if it were not written{basis}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a number in quotes, a text without, and one host where a list belongs',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: cart #~ listItem \`cart\`
            http:
              - match:
                  - headers:
                      version: { exact: 2 } #~ bare \`2\`
                route:
                  - destination: { host: cart, subset: v1 }
                    weight: "90" #~ quoted \`"90"\`
                  - destination: cart #~ wrong \`cart\`
                timeout: #~ empty
        `,
      },
    ],
    good: [
      {
        title: 'each value of its type',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match: [{ headers: { version: { exact: "2" } } }]
                route: [{ destination: { host: cart }, weight: 90 }, { destination: { host: old }, weight: 10 }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const shape = mesh.shapeOf(resource);
    if (!shape || shape.faults.length === 0) return;
    const basis = basisText(shape);
    const whose = nameOf(resource);
    for (const fault of faultsOf(shape, 'wrong-type')) {
      const { value, expected } = fault;
      const written = valueText(value);
      const words = { resource: whose, field: pathText(fault.path), written, basis };
      const field = fieldAt(resource.body, fault.path);
      const standing = standingOf(shape, fault);
      if (typeof value === 'string' && isBare(value, expected))
        report(field, 'quoted', { ...words, expected }, standing);
      else if (expected === 'a text' && (typeof value === 'number' || typeof value === 'boolean'))
        report(field, 'bare', { ...words, written: field.text() ?? written }, standing);
      else if (expected === 'a list' && value !== null)
        report(field, 'listItem', { ...words, written: typeof value === 'object' ? 'mapping' : written }, standing);
      else report(field, 'wrong', { ...words, expected }, standing);
    }
    for (const fault of faultsOf(shape, 'empty')) {
      const words = { resource: whose, field: pathText(fault.path), basis };
      report(fieldAt(resource.body, fault.path), 'empty', words, { ...standingOf(shape, fault) });
    }
  },
});

/** Whether a text would be right without its quotes. */
function isBare(text: string, expected: string): boolean {
  if (expected === 'true or false') return text === 'true' || text === 'false';
  if (expected === 'a whole number') return /^-?\d{1,15}$/.test(text);
  return expected === 'a number' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text);
}
