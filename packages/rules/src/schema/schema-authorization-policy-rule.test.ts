import { testRule } from '@meshvet/core/testing';
import { schemaAuthorizationPolicyRule } from './schema-authorization-policy-rule.ts';

const policy = (rule: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: a }
spec:
  rules:
    - ${rule}
`;

testRule(schemaAuthorizationPolicyRule, {
  bad: {
    'an entry without source, and an empty source': policy(
      'from: [{}, { source: {} }] #~ refused `{}` #~ refused `source`',
    ),
    'lists that are all empty': policy('from: [{ source: { principals: [] } }] #~ refused `source`'),
    'empty texts': policy(
      '{ from: [{ source: { notPrincipals: [""], notRemoteIpBlocks: [""] } }], to: [{ operation: { notMethods: [""], ports: [""] } }] } #~ refused #~ refused #~ refused #~ refused',
    ),
    'service accounts': policy(
      'from: [{ source: { serviceAccounts: ["a/*", a/b/c, "/a", a] } }] #~ refused #~ refused #~ refused',
    ),
    'trust domains': policy(
      'from: [{ source: { trustDomains: ["a*b", "*a*", a/b, "*.a", "a*"] } }] #~ refused #~ refused #~ refused',
    ),
    paths: policy(
      'to: [{ operation: { notPaths: ["/{**}/{*}", "/a*/{*}", "/a/{b", "/{*}/a"] } }] #~ refused #~ refused #~ refused',
    ),
  },
  good: {
    'accounts beside namespaces, which the schema refuses': policy(
      'from: [{ source: { serviceAccounts: [a], notNamespaces: [b] } }]',
    ),
    'accounts before there were any in a rule': {
      settings: { istioVersion: '1.24' },
      yaml: policy('from: [{ source: { serviceAccounts: ["*"] } }]'),
    },
    'braces before there were templates': {
      settings: { istioVersion: '1.21' },
      yaml: policy('to: [{ operation: { paths: ["/{id}"] } }]'),
    },
    'a misspelt list is told by another rule': policy('from: [{ source: { principal: [a] } }]'),
    'what the reader of a page fills in': policy('from: [{ source: { ipBlocks: ["<<CLIENT_IP>>", "<office>/32"] } }]'),
    'what is filled in later': policy('from: [{ source: { ipBlocks: ["${BLOCK}"], namespaces: "${NAMESPACES}" } }]'),
  },
});
