import {
  AUTHORIZATION_POLICY,
  defineRule,
  type Field,
  isEmptyList,
  lacks,
  type Mesh,
  mappings,
  type Resource,
  specOf,
  texts,
} from '@meshvet/core';
import {
  addressFault,
  pathFault,
  serviceAccountFault,
  trustDomainFault,
  type ValueFault,
} from '../shared/refusals/policy-values.ts';
import { type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaAuthorizationPolicyRule = defineRule({
  meta: {
    id: 'schema-authorization-policy-rule',
    summary: 'A rule of an AuthorizationPolicy matches by something that is empty, or that nothing can be.',
    why: 'The validating webhook of istiod refuses the policy, and what it was meant to protect stays as it was.',
    fix: 'Write what is meant to match, or leave the list out so that it matches everything.',
    severity: 'error',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['IST0106'],
    since: '1.4',
    sources: [
      'istio/istio pkg/config/validation/validation.go (ValidateAuthorizationPolicy)',
      'istio/istio pkg/config/security/security.go',
      'istio.io: AuthorizationPolicy reference, Source and Operation',
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
              - from: [] #~ refused \`from\`
                to:
                  - operation: {} #~ refused \`operation\`
                  - operation: { paths: ["/cart/{id}/items"] } #~ refused
              - from:
                  - source: { ipBlocks: [gateway.example.com] } #~ refused \`gateway.example.com\`
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
              - from:
                  - source: { namespaces: [front], ipBlocks: [10.0.0.0/8] }
                to:
                  - operation: { methods: [GET], paths: ["/cart/*", "/cart/{*}/items", "/static/{**}"] }
              - {}
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellRefusals(report, subject, refusals(subject, mesh));
  },
});

const plain: ValueFault = (text) => (text === '' ? 'an entry is empty' : undefined);
const SOURCE: Readonly<Record<string, ValueFault>> = {
  principals: plain,
  requestPrincipals: plain,
  namespaces: plain,
  ipBlocks: addressFault,
  remoteIpBlocks: addressFault,
  serviceAccounts: serviceAccountFault,
  trustDomains: trustDomainFault,
};
// The first releases that know a field; earlier ones drop it, as any that they do not know.
const SINCE: Readonly<Record<string, `1.${number}`>> = { serviceaccounts: '1.25', trustdomains: '1.30' };
const OPERATION: Readonly<Record<string, ValueFault>> = {
  hosts: plain,
  ports: plain,
  methods: plain,
  paths: pathFault,
};

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  for (const rule of mappings(specOf(resource, AUTHORIZATION_POLICY)?.at('rules') ?? resource.body.at('').at(''))) {
    for (const [list, key, faults] of [
      ['from', 'source', SOURCE],
      ['to', 'operation', OPERATION],
    ] as const) {
      const field = rule.at(list);
      if (isEmptyList(field))
        yield { at: field, what: `${list} is empty; left out, it matches everything`, onKey: true };
      for (const entry of mappings(field)) {
        const inside = entry.at(key);
        if (lacks(entry, key)) yield { at: entry, what: `an entry of ${list} has no ${key}`, onKey: true };
        else if (inside.isMapping) yield* block(inside, key, faults, mesh);
      }
    }
  }
}

function* block(
  field: Field,
  name: string,
  faults: Readonly<Record<string, ValueFault>>,
  mesh: Mesh,
): Generator<Refusal> {
  const lists = Object.entries(faults).flatMap(
    ([key, fault]) =>
      [
        [key, fault],
        [negated(key), fault],
      ] as [string, ValueFault][],
  );
  if (lacks(field, ...lists.map(([key]) => key)))
    yield { at: field, what: `${name} is empty, and matches nothing in particular`, onKey: true };
  for (const [key, fault] of lists) {
    const since = SINCE[key.replace(/^not/, '').toLowerCase()];
    if (since !== undefined && !mesh.istioAtLeast(since)) continue;
    for (const { item, text } of texts(field.at(key))) {
      const wrong =
        text === '' ? plain(text) : fault === pathFault && !mesh.istioAtLeast('1.22') ? undefined : fault(text);
      if (wrong !== undefined) yield { at: item, what: `${key}: ${wrong}` };
    }
  }
}

function negated(key: string): string {
  return `not${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}
