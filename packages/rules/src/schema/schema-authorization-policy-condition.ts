import {
  AUTHORIZATION_POLICY,
  defineRule,
  didYouMean,
  type Field,
  lacks,
  type Mesh,
  mappings,
  type Resource,
  specOf,
  texts,
} from '@meshvet/core';
import { CONDITION_KEYS, conditionValues } from '../shared/refusals/policy-values.ts';
import { crdSays, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaAuthorizationPolicyCondition = defineRule({
  meta: {
    id: 'schema-authorization-policy-condition',
    summary: 'A condition of an AuthorizationPolicy has a key that Istio does not know, or values that it cannot have.',
    why: 'The validating webhook of istiod refuses the policy, and what it was meant to protect stays as it was.',
    fix: 'Write a key of the list of authorization policy conditions, and values of its kind.',
    severity: 'error',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['IST0106'],
    since: '1.4',
    sources: [
      'istio/istio pkg/config/security/security.go (ValidateAttribute)',
      'istio.io: authorization policy conditions',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - when:
                  - { key: "request.header[x-user]", values: [alice] } #~ refused \`"request.header[x-user]"\`
                  - { key: source.ip, notValues: [office] } #~ refused \`office\`
                  - { key: source.namespace } #~ refused \`key\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - when:
                  - { key: "request.headers[x-user]", values: [alice] }
                  - { key: "request.auth.claims[groups][0]", values: [admin] }
                  - { key: source.ip, notValues: [10.0.0.0/8] }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellRefusals(report, subject, refusals(subject, mesh));
  },
});

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  for (const rule of mappings(specOf(resource, AUTHORIZATION_POLICY)?.at('rules') ?? resource.body.at('').at('')))
    for (const when of mappings(rule.at('when'))) yield* condition(when, mesh);
}

function* condition(when: Field, mesh: Mesh): Generator<Refusal> {
  const key = when.at('key');
  if (key.value === '' || (lacks(when, 'key') && !crdSays(mesh, '1.20')))
    yield { at: key, what: 'a condition has no key' };
  if (lacks(when, 'values', 'notValues'))
    yield { at: when, what: 'a condition has neither values nor notValues', onKey: true };
  const text = key.string();
  if (!text) return;
  const read = conditionValues(text);
  if (typeof read === 'string') {
    const near = text.startsWith('request.header[')
      ? `request.headers${text.slice(text.indexOf('['))}`
      : didYouMean(text, CONDITION_KEYS);
    yield { at: key, what: `${read}${near === undefined ? '' : `, and ${near} is probably meant`}` };
    return;
  }
  for (const { item, text: value } of [...texts(when.at('values')), ...texts(when.at('notValues'))]) {
    const wrong = value === '' ? 'a value of the condition is empty' : read(value);
    if (wrong !== undefined) yield { at: item, what: `${text}: ${wrong}` };
  }
}
