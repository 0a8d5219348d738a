import {
  AUTHORIZATION_POLICY,
  defineRule,
  type Field,
  isUnset,
  lacks,
  lacksText,
  type Mesh,
  mappings,
  type Resource,
  specOf,
} from '@meshvet/core';
import { listed, quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaAuthorizationPolicyAction = defineRule({
  meta: {
    id: 'schema-authorization-policy-action',
    summary: 'The rules or the provider of an AuthorizationPolicy do not fit its action.',
    why: 'The validating webhook of istiod refuses the policy, so nothing is denied and nobody is asked.',
    fix: 'Give DENY and CUSTOM rules, a provider to CUSTOM only, and to CUSTOM nothing that the proxy does not know before it asks.',
    severity: 'error',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['IST0106'],
    since: '1.4',
    sources: [
      'istio/istio pkg/config/validation/validation.go (ValidateAuthorizationPolicy)',
      'istio.io: AuthorizationPolicy reference; external authorization; dry-run',
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
          metadata: { name: nobody, namespace: shop }
          spec:
            action: DENY #~ refused \`DENY\`
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: ask, namespace: shop }
          spec:
            action: CUSTOM
            provider: { name: opa }
            rules:
              - from: [{ source: { principals: ["*"] } }] #~ refused \`principals\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: nothing, namespace: shop }
          spec: {}
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: ask, namespace: shop }
          spec:
            action: CUSTOM
            provider: { name: opa }
            rules:
              - to: [{ operation: { paths: ["/admin/*"] } }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellRefusals(report, subject, refusals(subject, mesh));
  },
});

const OTHERS: ReadonlySet<string> = new Set(['ALLOW', 'DENY', 'AUDIT']);
const DRY_RUN = 'istio.io/dry-run';

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, AUTHORIZATION_POLICY);
  if (!spec) return;
  const field = spec.at('action');
  const action = field.hasValue ? field.string() : lacks(spec, 'action') ? 'ALLOW' : undefined;
  if (action === undefined) return;
  const [rules, provider] = [spec.at('rules'), spec.at('provider')];
  if ((action === 'DENY' || action === 'CUSTOM') && lacks(spec, 'rules'))
    yield {
      at: isUnset(rules) && rules.exists ? rules : field,
      what: `action ${action} has no rules, and matches nothing`,
      onKey: rules.exists,
    };
  else if (action === 'CUSTOM' && (lacks(spec, 'provider') || lacksText(provider, 'name')))
    yield {
      at: provider.exists ? provider : field,
      what: 'action CUSTOM names no provider to ask',
      onKey: provider.exists,
    };
  if (OTHERS.has(action) && provider.hasValue)
    yield { at: provider, what: `provider stands with action ${action}, and goes with CUSTOM only`, onKey: true };
  if (action === 'CUSTOM') for (const rule of mappings(rules)) yield* customRule(rule);
  if (mesh.istioAtLeast('1.11')) yield* dryRun(resource, action);
}

// What comes from the certificate or the token of the client is judged behind the provider.
const FOREIGN = ['namespaces', 'serviceAccounts', 'trustDomains', 'principals', 'requestPrincipals'];
const FOREIGN_KEYS: ReadonlySet<string> = new Set([
  'source.namespace',
  'source.serviceAccount',
  'source.trustDomain',
  'source.principal',
]);

function* customRule(rule: Field): Generator<Refusal> {
  for (const from of mappings(rule.at('from'))) {
    const source = from.at('source');
    const wrong = FOREIGN.flatMap((key) => [key, `not${key.charAt(0).toUpperCase()}${key.slice(1)}`]).filter(
      (key) => !isUnset(source.at(key)),
    );
    if (wrong.length > 0)
      yield {
        at: source.at(wrong[0] as string),
        what: `action CUSTOM cannot look at ${listed(wrong)}, which the proxy does not know before it asks`,
        onKey: true,
      };
  }
  for (const when of mappings(rule.at('when'))) {
    const key = when.at('key').string();
    if (key !== undefined && (FOREIGN_KEYS.has(key) || key.startsWith('request.auth.')))
      yield {
        at: when.at('key'),
        what: `action CUSTOM cannot look at ${key}, which the proxy does not know before it asks`,
      };
  }
}

const BOOLEANS: ReadonlySet<string> = new Set('1 t T TRUE true True 0 f F FALSE false False'.split(' '));

function* dryRun({ annotations }: Resource, action: string): Generator<Refusal> {
  const value = annotations.mayChange(DRY_RUN) ? undefined : annotations.get(DRY_RUN);
  if (value === undefined) return;
  const at = annotations.at(DRY_RUN);
  if (!BOOLEANS.has(value)) yield { at, what: `${DRY_RUN} ${quote(value)} is neither "true" nor "false"` };
  else if (action !== 'ALLOW' && action !== 'DENY')
    yield { at, what: `${DRY_RUN} goes with actions ALLOW and DENY, and not with ${action}`, onKey: true };
}
