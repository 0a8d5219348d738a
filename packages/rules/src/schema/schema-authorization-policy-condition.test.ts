import { testRule } from '@meshvet/core/testing';
import { schemaAuthorizationPolicyCondition } from './schema-authorization-policy-condition.ts';

const policy = (condition: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: a }
spec:
  rules:
    - when:
        - ${condition}
`;

testRule(schemaAuthorizationPolicyCondition, {
  bad: {
    'keys that were dropped': ['destination.namespace', 'destination.labels[a]', 'destination.name', 'destination.user']
      .map((key) => policy(`{ key: "${key}", values: [a] } #~ refused`))
      .join('---'),
    'a header without brackets': policy('{ key: request.headers, values: [a] } #~ refused'),
    'empty brackets': policy('{ key: "request.auth.claims[]", values: [a] } #~ refused'),
    'an empty value': policy('{ key: connection.sni, values: [""] } #~ refused `""`'),
    'an empty key': policy('{ key: "", values: [a] } #~ refused'),
    'no key, before the schema asked for one': {
      settings: { istioVersion: '1.18' },
      yaml: policy('values: [a] #~ refused'),
    },
    'a service account and a trust domain': policy(
      '{ key: source.serviceAccount, values: ["*"] } #~ refused\n        - { key: source.trustDomain, values: [a*b] } #~ refused',
    ),
  },
  good: {
    'no key, since the schema asks for it': policy('values: [a]'),
    'metadata of a filter': policy(
      '{ key: "experimental.envoy.filters.network.mysql_proxy[db.table]", values: ["[update]"] }',
    ),
    'a key and values that are filled in later': policy('{ key: "request.headers[${NAME}]", values: ["${VALUE}"] }'),
    'ports are told by another rule': policy('{ key: destination.port, values: [web] }'),
  },
});
