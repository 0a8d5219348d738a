import { defineRule, type Field, fieldAt, nameOf } from '@meshvet/core';
import type { CelWords } from '../shared/schema/cel-words.ts';
import { celWords } from '../shared/schema/schema-cel-words.ts';
import { basisText, faultsOf, objectText, pathText, standingOf, valueText } from '../shared/schema/schema-words.ts';

export const schemaCel = defineRule({
  meta: {
    id: 'schema-cel',
    summary: 'A resource breaks a validation rule (CEL) of its CustomResourceDefinition.',
    why: 'The API server refuses the resource, so what it should configure never takes effect.',
    fix: 'Write what the rule demands.',
    severity: 'error',
    subject: 'resource',
    sources: [
      'istio/istio manifests/charts/base/files/crd-all.gen.yaml (x-kubernetes-validations)',
      'kubernetes-sigs/gateway-api config/crd, by release and channel',
      'linkerd/linkerd2 charts/linkerd-crds, by release',
      'kubernetes: CustomResourceDefinitions, Validation rules (in force since 1.25)',
    ],
    messages: {
      object: '{resource}: {object} {demand}; the API server refuses the resource{basis}.',
      value: '{resource}: {field} {written}{demand}; the API server refuses the resource{basis}.',
      own: '{resource}: {field} breaks a rule of its kind: {message}{basis}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'endpoints without a resolution, and a duration that is none',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: billing, namespace: shop }
          spec:
            hosts: [billing.example.com]
            ports: [{ name: tls, number: 443, protocol: TLS }]
            endpoints: [{ address: 10.0.0.7 }] #~ object \`endpoints\`
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route: [{ destination: { host: cart } }]
                timeout: "10" #~ value \`"10"\`
        `,
      },
    ],
    good: [
      {
        title: 'what the rules demand',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: billing, namespace: shop }
          spec:
            hosts: [billing.example.com]
            ports: [{ name: tls, number: 443, protocol: TLS }]
            resolution: STATIC
            endpoints: [{ address: 10.0.0.7 }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route: [{ destination: { host: cart } }]
                timeout: 1m30s
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const shape = mesh.shapeOf(resource);
    if (!shape || shape.faults.length === 0) return;
    const basis = basisText(shape);
    // What two rules say of one field is one mistake.
    const told = new Set<string>();
    for (const fault of faultsOf(shape, 'cel')) {
      const [expression, message] = fault.rule;
      const field = fieldAt(resource.body, fault.path);
      const words = celWords(expression);
      const standing = standingOf(shape, fault);
      const common = { resource: nameOf(resource), basis };
      if (!words || message !== undefined) {
        const said = (message ?? expression).replaceAll(/\s+/g, ' ').slice(0, LONGEST_MESSAGE);
        const where = pathText(fault.path) || resource.kind;
        report(field, 'own', { ...common, field: where, message: said }, standing);
        continue;
      }
      const { demand, at = [] } = words;
      const culprit = words.item && culpritOf(field, words.item.isWrong);
      const inside = (culprit ? (words.item?.at ?? []) : at)
        .map((key) => (culprit ?? field).at(key))
        .find((one) => one.exists);
      const place = (inside ?? culprit ?? field).pointer;
      if (told.has(place)) continue;
      told.add(place);
      if (culprit)
        report(
          inside ?? culprit,
          'object',
          { ...common, object: objectText(resource, fault.path), demand },
          { ...standing, onKey: true },
        );
      else if (field.isMapping && (inside || at.length > 0 || NAMED.has(demand)))
        report(
          inside ?? field,
          'object',
          { ...common, object: objectText(resource, fault.path), demand },
          {
            ...standing,
            onKey: true,
          },
        );
      else {
        const written = field.isMapping || field.isList ? '' : `is ${valueText(field.value)}: it `;
        report(field, 'value', { ...common, field: pathText(fault.path), written, demand }, standing);
      }
    }
  },
});

/** The first item of a list that breaks its rule. */
function culpritOf(list: Field, isWrong: NonNullable<CelWords['item']>['isWrong']): Field | undefined {
  const values = Array.isArray(list.value) ? list.value : [];
  const at = values.findIndex(isWrong);
  return at < 0 ? undefined : list.items()[at];
}

const LONGEST_MESSAGE = 200;
/** Demands on an object of which no single field can be pointed at. */
const NAMED: ReadonlySet<string> = new Set(['has neither an address nor a network']);
