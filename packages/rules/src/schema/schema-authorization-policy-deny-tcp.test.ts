import { testRule } from '@meshvet/core/testing';
import { schemaAuthorizationPolicyDenyTcp } from './schema-authorization-policy-deny-tcp.ts';

const policy = (rule: string, action = 'DENY') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: a }
spec:
  action: ${action}
  rules:
    - ${rule}
`;

testRule(schemaAuthorizationPolicyDenyTcp, {
  bad: {
    'addresses and methods': policy(
      '{ from: [{ source: { ipBlocks: [1.1.1.1] } }], to: [{ operation: { methods: [GET] } }] } #~ operation',
    ),
  },
  good: {
    'what is allowed by HTTP is not allowed by TCP': policy('to: [{ operation: { methods: [GET] } }]', 'ALLOW'),
    'conditions alone': policy('when: [{ key: "request.headers[a]", values: [b] }]'),
    'ports in one of two entries': policy('to: [{ operation: { methods: [GET] } }, { operation: { ports: ["80"] } }]'),
    'an operation that is filled in later': policy('to: [{ operation: "${OPERATION}" }]'),
    'pods in ambient mode, where ambient-l7-deny-no-effect speaks': `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop, labels: { app: cart } }
spec: { containers: [{ name: cart, image: cart }] }
---${policy('to: [{ operation: { methods: [GET] } }]').replace('name: a', 'name: a, namespace: shop')}`,
    'before Istio warned of it': {
      settings: { istioVersion: '1.19' },
      yaml: policy('to: [{ operation: { methods: [GET] } }]'),
    },
  },
});
