import { testRule, yaml } from '@meshvet/core/testing';
import { routeDestinationRuleTlsMismatch } from './route-destination-rule-tls-mismatch.ts';

const policy = (namespace: string, spec: string, name = 'default') => yaml`
  apiVersion: security.istio.io/v1
  kind: PeerAuthentication
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { ${spec} }
`;
const rule = (host: string, mode: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: rule, namespace: shop }
  spec: { host: "${host}", trafficPolicy: { tls: { mode: ${mode} } } } ${mark}
`;
const server = (labels: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart${labels} } }
      spec: { containers: [{ name: cart, image: cart }] }
`;
const STRICT = 'mtls: { mode: STRICT }';
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeDestinationRuleTlsMismatch, {
  bad: {
    'a whole namespace': all(policy('shop', STRICT), rule('*.shop.svc.cluster.local', 'DISABLE', '#~ plain')),
    'the whole mesh': all(policy('istio-system', STRICT), rule('*.local', 'DISABLE', '#~ plain')),
    'the policy of the mesh where the namespace has none': all(
      policy('istio-system', STRICT),
      rule('cart', 'DISABLE', '#~ plain'),
    ),
    'a subset alone': all(
      policy('shop', STRICT),
      yaml`
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: rule, namespace: shop }
        spec: { host: cart, subsets: [{ name: v1, labels: { version: v1 }, trafficPolicy: { tls: { mode: DISABLE } } }] } #~ plain
      `,
    ),
  },
  good: {
    'the namespace is permissive in a strict mesh': all(
      policy('istio-system', STRICT),
      policy('shop', 'mtls: { mode: PERMISSIVE }'),
      rule('cart', 'DISABLE'),
    ),
    'a policy for some workloads may be for these': all(
      policy('shop', STRICT),
      policy('shop', 'selector: { matchLabels: { app: cart } }, mtls: { mode: PERMISSIVE }', 'cart'),
      rule('cart', 'DISABLE'),
    ),
    'servers without a proxy': all(
      policy('shop', STRICT),
      server(', sidecar.istio.io/inject: "false"'),
      rule('cart', 'DISABLE'),
    ),
    'a host outside the cluster': all(policy('istio-system', STRICT), rule('api.example.com', 'DISABLE')),
    'a policy of the mesh in another folder': {
      files: { 'mesh/a/p.yaml': policy('istio-system', STRICT), 'shop/b/r.yaml': rule('cart', 'DISABLE') },
    },
    'mTLS towards pods whose namespace nobody has seen': all(server(''), rule('cart', 'ISTIO_MUTUAL')),
  },
});
