import { testRule } from '@meshvet/core/testing';
import { schemaAuthorizationPolicyAction } from './schema-authorization-policy-action.ts';

const policy = (spec: string, annotations = '{}') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: a
  annotations: ${annotations}
spec: ${spec}
`;

testRule(schemaAuthorizationPolicyAction, {
  bad: {
    'empty rules': policy('{ action: DENY, rules: [] } #~ refused `rules`'),
    'nobody to ask': policy('{ action: CUSTOM, rules: [{}] } #~ refused `CUSTOM`'),
    'somebody without name': policy('{ action: CUSTOM, provider: {}, rules: [{}] } #~ refused `provider`'),
    'somebody to ask for what is allowed': policy('{ provider: { name: a }, rules: [{}] } #~ refused `provider`'),
    'tokens before asking': policy(
      '{ action: CUSTOM, provider: { name: a }, rules: [{ when: [{ key: "request.auth.claims[a]", values: [b] }] }] } #~ refused',
    ),
    'a dry run that is none': policy('{}', '{ istio.io/dry-run: "yes" } #~ refused'),
    'a dry run of an audit': policy('{ action: AUDIT, rules: [{}] }', '{ istio.io/dry-run: "true" } #~ refused'),
  },
  good: {
    'an action that is filled in later': policy('{ action: "${ACTION}" }'),
    'rules that are misspelt are told by another rule': policy('{ action: DENY, rule: [{}] }'),
    'a dry run': policy('{ action: DENY, rules: [{}] }', '{ istio.io/dry-run: "true" }'),
    'a dry run before there was one': {
      settings: { istioVersion: '1.10' },
      yaml: policy('{}', '{ istio.io/dry-run: "yes" }'),
    },
    'addresses before asking': policy(
      '{ action: CUSTOM, provider: { name: a }, rules: [{ from: [{ source: { ipBlocks: [1.1.1.1] } }] }] }',
    ),
  },
});
