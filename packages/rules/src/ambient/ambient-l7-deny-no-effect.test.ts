import { testRule } from '@meshvet/core/testing';
import { ambientL7DenyNoEffect } from './ambient-l7-deny-no-effect.ts';

const namespace = (labels = 'istio.io/dataplane-mode: ambient') => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
---
`;
const pods = (labels = 'app: cart') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { ${labels} } }
    spec: { containers: [{ name: cart, image: cart }] }
---
`;
const policy = (rules: string, { action = 'ALLOW', metadata = '', spec = '' } = {}) => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: one, namespace: shop, ${metadata} }
spec:
  action: ${action}
  ${spec}
  rules:
${rules.replace(/^/gm, '    ')}
`;
const deny = { action: 'DENY' };

// Golden: what ztunnel makes of a DENY, clause by clause.
testRule(ambientL7DenyNoEffect, {
  bad: {
    'a waypoint does not read policies without targetRefs': `${namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: w')}${pods()}${policy('- to: [{ operation: { methods: [PUT] } }] #~ policy', deny)}`,
    'only methods': `${namespace()}${pods()}${policy('- to: [{ operation: { methods: [DELETE] } }] #~ policy', deny)}`,
    'a condition on the request empties its clause': `${namespace()}${pods()}${policy('- to: [{ operation: { ports: ["80"] } }]\n  when: [{ key: "request.headers[a]", values: [b] }] #~ policy', deny)}`,
    'a token empties the clause of the source': `${namespace()}${pods()}${policy('- from: [{ source: { notRequestPrincipals: ["*"] } }] #~ policy\n  to: [{ operation: { ports: ["80"] } }]', deny)}`,
    'two rules, both empty, are one finding': `${namespace()}${pods()}${policy('- to: [{ operation: { methods: [PUT] } }] #~ policy\n- to: [{ operation: { paths: [/a] } }]', deny)}`,
  },
  good: {
    'some entry of each clause keeps a port, so the rule denies more instead':
      namespace() +
      pods() +
      policy('- to: [{ operation: { methods: [PUT] } }, { operation: { ports: ["80"] } }]', deny),
    'a rule without clauses matches everything': namespace() + pods() + policy('- {}', deny),
    'conditions on the connection':
      namespace() + pods() + policy('- when: [{ key: source.namespace, values: [test] }]', deny),
    'with sidecars it works as it is written':
      namespace('istio-injection: enabled') + pods() + policy('- to: [{ operation: { methods: [PUT] } }]', deny),
    'before 1.22 a waypoint read such policies too': {
      yaml:
        namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: w') +
        pods() +
        policy('- to: [{ operation: { methods: [PUT] } }]', deny),
      settings: { istioVersion: '1.21' },
    },
    'what allows is another matter': namespace() + pods() + policy('- to: [{ operation: { methods: [GET] } }]'),
    'before 1.18 there is no ambient mode': {
      yaml: namespace() + pods() + policy('- to: [{ operation: { methods: [PUT] } }]', deny),
      settings: { istioVersion: '1.17' },
    },
  },
});
