import { testRule, yaml } from '@meshvet/core/testing';
import { policySeveralForPods } from './policy-several-for-pods.ts';

const telemetry = (name: string, labels: string, mark = '', namespace = 'shop') => yaml`
  apiVersion: telemetry.istio.io/v1
  kind: Telemetry
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { selector: { matchLabels: ${labels} } } ${mark}
`;
const sidecar = (name: string, labels: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: Sidecar
  metadata: { name: ${name}, namespace: shop }
  spec: { workloadSelector: { labels: ${labels} } }
`;
const cart = (more = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart, tier: backend${more} } }
      spec: { containers: [{ name: cart, image: shop/cart }] }
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(policySeveralForPods, {
  bad: {
    'one selector twice': all(
      telemetry('one', '{ app: cart }', '#~ several'),
      telemetry('two', '{ app: cart }', '#~ several'),
      cart(),
    ),
    'a Pod of which only the metadata was written down': all(
      telemetry('one', '{ app: cart }', '#~ several'),
      telemetry('two', '{ app: cart }', '#~ several'),
      'apiVersion: v1\nkind: Pod\nmetadata: { name: cart-1, namespace: shop, labels: { app: cart } }\n',
    ),
  },
  good: {
    'no pod was read: they may never meet': all(
      telemetry('one', '{ app: cart }'),
      telemetry('two', '{ tier: backend }'),
    ),
    'the pods are in another namespace': all(
      telemetry('one', '{ app: cart }', '', 'other'),
      telemetry('two', '{ app: cart }', '', 'other'),
      cart(),
    ),
    'one for all pods and one for some': all(telemetry('one', '{}'), telemetry('two', '{ app: cart }'), cart()),
    'ambient pods read no Sidecar at all': all(
      sidecar('one', '{ app: cart }'),
      sidecar('two', '{ app: cart }'),
      cart(', istio.io/dataplane-mode: ambient'),
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n',
    ),
    'overlays of one file name': {
      files: {
        'base/cart.yaml': cart(),
        'one/telemetry.yaml': telemetry('one', '{ app: cart }'),
        'two/telemetry.yaml': telemetry('two', '{ app: cart }'),
      },
    },
  },
});
