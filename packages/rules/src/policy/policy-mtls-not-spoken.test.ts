import { testRule, yaml } from '@meshvet/core/testing';
import { policyMtlsNotSpoken } from './policy-mtls-not-spoken.ts';

const policy = (spec: string, mark = '', namespace = 'shop') => yaml`
  apiVersion: security.istio.io/v1
  kind: PeerAuthentication
  metadata: { name: default, namespace: ${namespace} }
  spec: { ${spec} } ${mark}
`;
const noAuto = yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: "enableAutoMtls: false" }
`;
const rule = (host: string, mode = 'ISTIO_MUTUAL', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: rule, namespace: ${namespace} }
  spec: { host: "${host}", trafficPolicy: { tls: { mode: ${mode} } } }
`;
const cart = yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { istio-injection: enabled } }
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart, version: v1 } }
      spec: { containers: [{ name: cart, image: cart }] }
`;
const STRICT = 'mtls: { mode: STRICT }';
const OFF = 'mtls: { mode: DISABLE }';
const all = (...documents: string[]) => documents.join('---\n');

testRule(policyMtlsNotSpoken, {
  bad: {
    'pods that were read': all(noAuto, cart, policy(STRICT, '#~ nobodySpeaks')),
    'the whole mesh': all(noAuto, cart, policy(STRICT, '#~ nobodySpeaks', 'istio-system')),
    'some pods alone': all(
      noAuto,
      cart,
      policy(`selector: { matchLabels: { app: cart } }, ${STRICT}`, '#~ nobodySpeaks'),
    ),
    'a rule for another Service helps nobody': all(noAuto, cart, policy(STRICT, '#~ nobodySpeaks'), rule('pay')),
    'mTLS switched off, and a rule that insists': all(cart, policy(OFF, '#~ clientsInsist'), rule('cart')),
    'a rule for the namespace, and no pod of it was read': all(
      policy(OFF, '#~ clientsInsist'),
      rule('*.shop.svc.cluster.local'),
    ),
    'a rule for the whole mesh': all(
      policy(OFF, '#~ clientsInsist', 'istio-system'),
      rule('*.local', 'ISTIO_MUTUAL', 'istio-system'),
    ),
  },
  good: {
    'auto mTLS speaks it': all(cart, policy(STRICT)),
    'a rule for the whole mesh speaks it': all(
      noAuto,
      cart,
      policy(STRICT),
      rule('*.local', 'ISTIO_MUTUAL', 'istio-system'),
    ),
    'a rule that says plain text is told itself': all(noAuto, cart, policy(STRICT), rule('cart', 'DISABLE')),
    'the only client has a rule of its own': all(
      noAuto,
      cart,
      policy(STRICT),
      rule('cart.shop.svc.cluster.local', 'ISTIO_MUTUAL', 'office'),
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: office }\n',
    ),
    'a narrower rule takes the mTLS back': all(
      policy(OFF),
      rule('*.local', 'ISTIO_MUTUAL', 'istio-system'),
      rule('*.shop.svc.cluster.local', 'DISABLE'),
    ),
    'a permissive server takes both': all(noAuto, cart, policy('mtls: { mode: PERMISSIVE }')),
  },
});
