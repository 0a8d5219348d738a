import { testRule, yaml } from '@meshvet/core/testing';
import { routeDestinationRuleDuplicate } from './route-destination-rule-duplicate.ts';

const rule = (name: string, host: string, more: string, mark = '', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { host: "${host}", ${more || 'exportTo: ["*"]'} } ${mark}
`;
const POLICY = 'trafficPolicy: { loadBalancer: { simple: RANDOM } }';
const V1 = 'subsets: [{ name: v1, labels: { version: v1 } }]';
const V2 = 'subsets: [{ name: v2, labels: { version: v2 } }]';
const safe = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: safe, namespace: vaults }
  spec: { selector: { app: safe }, ports: [{ name: http, port: 8000 }] }
`;
const sidecar = (host: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: Sidecar
  metadata: { name: default, namespace: shop }
  spec: { egress: [{ hosts: ["${host}"] }] }
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeDestinationRuleDuplicate, {
  bad: {
    'two traffic policies': all(
      rule('a', '*.googleapis.com', POLICY, '#~ policy'),
      rule('b', '*.googleapis.com', POLICY, '#~ policy'),
    ),
    'one of them is empty': all(rule('a', 'cart', '', '#~ idle'), rule('b', 'cart', V1, '#~ idle')),
    'a wildcard and a host of it: the wildcard adds nothing': all(
      rule('a', '*.shop.svc.cluster.local', POLICY, '#~ narrower'),
      rule('b', 'cart', V1, '#~ wider'),
    ),
    'another namespace: the rule of the client is taken alone': all(
      rule('a', 'cart', V1, '#~ apart'),
      rule('b', 'cart.shop.svc.cluster.local', V1, '#~ apart', 'other'),
    ),
    'a wildcard of another namespace': all(
      rule('a', 'cart', V1, '#~ apart'),
      rule('b', '*.shop.svc.cluster.local', POLICY, '#~ apart', 'other'),
    ),
    'a default of the mesh is replaced and not completed': all(
      rule('a', 'cart', V1, '#~ apart'),
      rule('all', '*.local', POLICY, '#~ replaced', 'istio-system'),
    ),
    'a host outside the cluster': all(
      rule('a', 'api.example.com', POLICY, '#~ apart'),
      rule('b', 'api.example.com', POLICY, '#~ apart', 'other'),
    ),
    'the Sidecar of the namespace imports the host': all(
      safe,
      sidecar('vaults/*'),
      rule('a', 'safe.vaults.svc.cluster.local', `${POLICY}, exportTo: ["."]`, '#~ policy'),
      rule('b', 'safe.vaults.svc.cluster.local', `${POLICY}, exportTo: ["."]`, '#~ policy'),
    ),
  },
  good: {
    'no proxy reads either: the Sidecar of the only namespace that sees them leaves the host out': all(
      safe,
      sidecar('./*'),
      rule('a', 'safe.vaults.svc.cluster.local', `${POLICY}, exportTo: ["."]`),
      rule('b', 'safe.vaults.svc.cluster.local', `${POLICY}, exportTo: ["."]`),
    ),
    'default mTLS is made to be replaced': all(
      rule('a', 'cart', V1),
      rule('all', '*.local', 'trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }', '', 'istio-system'),
    ),
    'each is seen in its own namespace alone': all(
      rule('a', 'cart', `${V1}, exportTo: ["."]`),
      rule('b', 'cart.shop.svc.cluster.local', `${V1}, exportTo: ["."]`, '', 'other'),
    ),
    'other subsets': all(rule('a', 'cart', V1), rule('b', 'cart', V2)),
    'each for other namespaces': all(
      rule('a', 'cart', `${V1}, exportTo: ["one"]`),
      rule('b', 'cart', `${V1}, exportTo: ["two"]`),
    ),
    'each for other clients': all(
      rule('a', 'cart', `${V1}, workloadSelector: { matchLabels: { app: one } }`),
      rule('b', 'cart', `${V1}, workloadSelector: { matchLabels: { app: two } }`),
    ),
    'two manifests of one object': all(rule('a', 'cart', V1), rule('a', 'cart', V1)),
    'alternatives side by side in a folder of lessons': {
      files: { 'samples/x/a.yaml': rule('a', 'cart', V1), 'samples/x/b.yaml': rule('b', 'cart', V1) },
    },
    'alternatives in folders of their own': {
      files: { 'x/1/a.yaml': rule('a', 'cart', V1), 'y/2/b.yaml': rule('b', 'cart', V1) },
    },
  },
});
