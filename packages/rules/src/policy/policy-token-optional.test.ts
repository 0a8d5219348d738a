import { testRule, yaml } from '@meshvet/core/testing';
import { policyTokenOptional } from './policy-token-optional.ts';

const namespace = (name: string, labels = '{ istio-injection: enabled }') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ${name}, labels: ${labels} }
`;
const workload = (name: string, space: string, annotations = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${space} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    template:
      metadata: { labels: { app: ${name} }, annotations: { ${annotations} } }
      spec: { serviceAccountName: ${name}, containers: [{ name: app, image: app }] }
`;
const service = (name: string, space: string, more = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${space} }
  spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80, targetPort: 8080 }]${more} }
`;
const policy = (name: string, space: string, spec: string, mark = '', metadata = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: ${name}, namespace: ${space}${metadata} }
  spec: { ${spec} } ${mark}
`;
const authentication = (name: string, space: string, spec: string, mark = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: RequestAuthentication
  metadata: { name: ${name}, namespace: ${space} }
  spec: { ${spec} } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');
const shop = all(namespace('shop'), workload('cart', 'shop'), service('cart', 'shop'));
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });
const CART = 'selector: { matchLabels: { app: cart } }';
const jwt = (mark = '') => authentication('cart', 'shop', `${CART}, jwtRules: [{ issuer: x }]`, mark);

testRule(policyTokenOptional, {
  bad: {
    'a policy that asks for something else': closed(
      all(
        shop,
        jwt('#~ optional'),
        policy('cart', 'shop', `${CART}, rules: [{ to: [{ operation: { methods: [GET] } }] }]`),
      ),
    ),
  },
  good: {
    'in an open world the policy may stand elsewhere': all(shop, jwt()),
    'a policy without rules lets nobody in': closed(all(shop, jwt(), policy('nothing', 'shop', ''))),
    'a policy asks for a claim': closed(
      all(
        shop,
        jwt(),
        policy('cart', 'shop', `${CART}, rules: [{ when: [{ key: "request.auth.claims[a]", values: [b] }] }]`),
      ),
    ),
    'a policy that refuses requests without the header': closed(
      all(
        shop,
        jwt(),
        policy(
          'cart',
          'shop',
          `${CART}, action: DENY, rules: [{ when: [{ key: "request.headers[Authorization]", notValues: ["*"] }] }]`,
        ),
      ),
    ),
    'no rules, so every token is as good': closed(all(shop, authentication('cart', 'shop', CART))),
  },
});
