import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarResourceAmbient } from './sidecar-resource-ambient.ts';

const sidecar = (spec = '', mark = '', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Sidecar
  metadata: { name: s, namespace: ${namespace} }
  spec: { ${spec} } ${mark}
`;
const space = (labels: string, name = 'shop') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ${name}, labels: { ${labels} } }
`;
const cart = (labels = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart${labels} } }
      spec: { containers: [{ name: cart, image: shop/cart }] }
`;
const all = (...documents: string[]) => documents.join('---\n');
const ambient = 'istio.io/dataplane-mode: ambient';
const own = 'workloadSelector: { labels: { app: cart } }';

testRule(sidecarResourceAmbient, {
  bad: {
    'a workload of an ambient namespace': all(sidecar(own, '#~ pods `cart`'), cart(), space(ambient)),
    'a workload that joins by itself': all(sidecar(own, '#~ pods'), cart(`, ${ambient}`), space('team: shop')),
    'a Pod of a dump, of which only the metadata was kept': all(
      sidecar(own, '#~ pods'),
      yaml`
        apiVersion: v1
        kind: Pod
        metadata: { name: cart-1, namespace: shop, labels: { app: cart }, annotations: { ambient.istio.io/redirection: enabled } }
      `,
    ),
    'without a spec': all(
      'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: s, namespace: shop } #~ namespace\n',
      space(ambient),
    ),
  },
  good: {
    'injection comes before ambient mode': all(sidecar(), space(`${ambient}, istio-injection: enabled`)),
    'a revision comes before ambient mode': all(sidecar(), space(`${ambient}, istio.io/rev: canary`)),
    'a workload of the namespace has a sidecar, which istioctl does not see': all(
      sidecar(),
      cart(', sidecar.istio.io/inject: "true"'),
      space(ambient),
    ),
    'the default of the whole mesh': all(sidecar('', '', 'istio-system'), space(ambient, 'istio-system')),
    'a workload that stays out': all(sidecar(own), cart(', istio.io/dataplane-mode: none'), space(ambient)),
    'nobody has seen the namespace': sidecar(),
    'before ambient mode': { yaml: all(sidecar(), space(ambient)), settings: { istioVersion: '1.17' } },
  },
});
