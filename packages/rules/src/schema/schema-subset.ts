import {
  DESTINATION_RULE,
  defineRule,
  type Field,
  isDnsLabel,
  mappings,
  type Resource,
  SIDECAR,
  specOf,
  VIRTUAL_SERVICE,
  writtenDestinations,
} from '@meshvet/core';
import { quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaSubset = defineRule({
  meta: {
    id: 'schema-subset',
    summary: 'A subset has a name that stands twice, or that no subset can have.',
    why: 'The name is a part of the name of the cluster in Envoy; the validating webhook of istiod refuses the resource.',
    fix: 'Name each subset differently, with letters, digits and hyphens.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule', 'networking.istio.io/Sidecar', 'networking.istio.io/VirtualService'],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateSubset, validateSubsetName, ValidateDestinationRule)',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            subsets:
              - { name: v1, labels: { version: v1 } }
              - { name: v1, labels: { version: v2 } } #~ refused \`v1\`
              - { name: v1.2, labels: { version: v1.2 } } #~ refused \`v1.2\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            subsets:
              - { name: v1, labels: { version: v1 } }
              - { name: v1-2, labels: { version: v1.2 } }
        `,
      },
    ],
  },
  check({ subject, report }) {
    tellRefusals(report, subject, refusals(subject));
  },
});

function* refusals(resource: Resource): Generator<Refusal> {
  const seen = new Set<string>();
  for (const subset of mappings(specOf(resource, DESTINATION_RULE)?.at('subsets') ?? resource.body.at('').at(''))) {
    const name = subset.at('name');
    yield* nameRefusal(name);
    const text = name.string();
    if (text === '') yield { at: name, what: 'a subset has no name' };
    else if (text !== undefined && seen.has(text)) yield { at: name, what: `subset ${quote(text)} stands twice` };
    if (text) seen.add(text);
  }
  const spec = specOf(resource, VIRTUAL_SERVICE);
  for (const { destination } of spec ? writtenDestinations(spec) : []) yield* nameRefusal(destination.at('subset'));
  const proxy = specOf(resource, SIDECAR)?.at('outboundTrafficPolicy').at('egressProxy');
  if (proxy) yield* nameRefusal(proxy.at('subset'));
}

function* nameRefusal(field: Field): Generator<Refusal> {
  const text = field.string();
  if (text && !isDnsLabel(text))
    yield { at: field, what: `subset ${quote(text)} is no name of at most 63 letters, digits and hyphens` };
}
