import { testRule, yaml } from '@meshvet/core/testing';
import { policyOverridden } from './policy-overridden.ts';

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
const all = (...documents: string[]) => documents.join('---\n');
const shop = all(namespace('shop'), workload('cart', 'shop'), service('cart', 'shop'));
const CART = 'selector: { matchLabels: { app: cart } }';
const GET = 'rules: [{ to: [{ operation: { methods: [GET] } }] }]';

testRule(policyOverridden, {
  bad: {
    'the mesh lets everybody in': all(
      shop,
      policy('all', 'istio-system', 'rules: [{}]'),
      policy('cart', 'shop', `${CART}, ${GET}`, '#~ open'),
    ),
    'one of several rules lets everybody in': all(
      shop,
      policy('all', 'shop', 'rules: [{ from: [{ source: { namespaces: [a] } }] }, {}]'),
      policy('cart', 'shop', `${CART}, ${GET}`, '#~ open'),
    ),
    'DENY for the mesh': all(
      shop,
      policy('all', 'istio-system', 'action: DENY, rules: [{}]', '#~ shut'),
      policy('cart', 'shop', `${CART}, ${GET}`),
    ),
  },
  good: {
    'for other pods': all(
      shop,
      policy('all', 'shop', 'selector: { matchLabels: { app: pay } }, rules: [{}]'),
      policy('cart', 'shop', `${CART}, ${GET}`),
    ),
    'a dry run': all(
      shop,
      policy('all', 'shop', 'rules: [{}]', '', ', annotations: { "istio.io/dry-run": "true" }'),
      policy('cart', 'shop', `${CART}, ${GET}`),
    ),
    'two that let everybody in': all(
      shop,
      policy('all', 'shop', 'rules: [{}]'),
      policy('cart', 'shop', `${CART}, rules: [{}]`),
    ),
    'two environments of one repository, read as the whole mesh': {
      files: {
        'base/shop.yaml': shop,
        'dev/policy.yaml': all(policy('all', 'shop', 'rules: [{}]'), policy('web', 'web', GET)),
        'live/policy.yaml': all(policy('cart', 'shop', `${CART}, ${GET}`), policy('web', 'web', 'rules: []')),
      },
      settings: { closedWorld: true },
    },
    'DENY alone shuts the door on purpose': all(shop, policy('all', 'shop', 'action: DENY, rules: [{}]')),
    'what is left out is something': all(
      shop,
      policy('most', 'shop', 'rules: [{ from: [{ source: { notNamespaces: [a] } }] }]'),
      policy('cart', 'shop', `${CART}, ${GET}`),
    ),
  },
});
