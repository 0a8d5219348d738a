import { testRule, yaml } from '@meshvet/core/testing';
import { policyCallerUnidentified } from './policy-caller-unidentified.ts';

const namespace = (name: string, labels = '{ istio-injection: enabled }') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ${name}, labels: ${labels} }
`;
const workload = (name: string, space: string, labels = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${space} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    template:
      metadata: { labels: { app: ${name}${labels} } }
      spec: { serviceAccountName: ${name}, containers: [{ name: app, image: app }] }
`;
const service = (name: string, space: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${space} }
  spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80 }] }
`;
const rule = (space: string, policy: string, more = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: cart, namespace: ${space} }
  spec: { host: cart.shop.svc.cluster.local, trafficPolicy: ${policy}${more} }
`;
const policy = (source: string, mark = '', action = 'ALLOW') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: cart, namespace: shop }
  spec: { selector: { matchLabels: { app: cart } }, action: ${action}, rules: [{ from: [{ source: { ${source} } }] }] } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');
const shop = all(namespace('shop'), workload('cart', 'shop'), service('cart', 'shop'));
const plain = '{ tls: { mode: DISABLE } }';

testRule(policyCallerUnidentified, {
  bad: {
    'all pods of a namespace without sidecars': all(
      shop,
      namespace('legacy', '{}'),
      workload('batch', 'legacy'),
      policy('namespaces: [legacy]', '#~ outside'),
    ),
    'pods that opt out': all(
      shop,
      workload('batch', 'shop', ', sidecar.istio.io/inject: "false"'),
      policy('principals: ["*/ns/shop/sa/batch"]', '#~ outside'),
    ),
    'a DENY policy does not stop them': all(
      shop,
      namespace('legacy', '{}'),
      workload('batch', 'legacy'),
      policy('principals: [cluster.local/ns/legacy/sa/batch]', '#~ outside', 'DENY'),
    ),
    'an account by its own field': {
      yaml: all(
        shop,
        namespace('legacy', '{}'),
        workload('batch', 'legacy'),
        policy('serviceAccounts: [legacy/batch]', '#~ outside'),
      ),
      settings: { istioVersion: '1.27' },
    },
    'TLS of their own is no identity of the mesh': all(
      shop,
      workload('front', 'shop'),
      rule('shop', '{ tls: { mode: SIMPLE } }'),
      policy('principals: [cluster.local/ns/shop/sa/front]', '#~ plain'),
    ),
    'a rule of the namespace of the callers': all(
      shop,
      namespace('web'),
      workload('front', 'web'),
      rule('web', plain),
      policy('principals: [cluster.local/ns/web/sa/front]', '#~ plain'),
    ),
    'for the port that is called': all(
      shop,
      workload('front', 'shop'),
      rule('shop', '{ portLevelSettings: [{ port: { number: 80 }, tls: { mode: DISABLE } }] }'),
      policy('principals: [cluster.local/ns/shop/sa/front]', '#~ plain'),
    ),
    'MeshConfig turns auto mTLS off, and no rule says otherwise': all(
      shop,
      workload('front', 'shop'),
      yaml`
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: istio, namespace: istio-system }
        data: { mesh: "enableAutoMtls: false" }
      `,
      policy('principals: [cluster.local/ns/shop/sa/front]', '#~ plain'),
    ),
  },
  good: {
    'a rule of another namespace is for its own clients': all(
      shop,
      workload('front', 'shop'),
      namespace('web'),
      rule('web', plain, ', exportTo: ["."]'),
      policy('principals: [cluster.local/ns/shop/sa/front]'),
    ),
    'a subset speaks mutual TLS': all(
      shop,
      workload('front', 'shop'),
      rule(
        'shop',
        plain,
        ', subsets: [{ name: v1, labels: { app: cart }, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }]',
      ),
      policy('principals: [cluster.local/ns/shop/sa/front]'),
    ),
    'one of the pods that are meant has a sidecar': all(
      shop,
      namespace('legacy', '{}'),
      workload('batch', 'legacy'),
      workload('new', 'legacy', ', sidecar.istio.io/inject: "true"'),
      policy('namespaces: [legacy]'),
    ),
    'nothing is known of the namespace': all(
      shop,
      workload('batch', 'legacy'),
      policy('principals: [cluster.local/ns/legacy/sa/batch]'),
    ),
    'what is left out': all(
      shop,
      namespace('legacy', '{}'),
      workload('batch', 'legacy'),
      policy('notPrincipals: [cluster.local/ns/legacy/sa/batch]'),
    ),
    anybody: all(shop, namespace('legacy', '{}'), workload('batch', 'legacy'), policy('principals: ["*"]')),
    'the server takes none, which another rule tells': all(
      shop,
      workload('front', 'shop'),
      yaml`
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: { name: default, namespace: shop }
        spec: { mtls: { mode: DISABLE } }
      `,
      policy('principals: [cluster.local/ns/shop/sa/front]'),
    ),
  },
});
