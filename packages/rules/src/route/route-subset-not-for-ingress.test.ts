import { testRule, yaml } from '@meshvet/core/testing';
import { routeSubsetNotForIngress } from './route-subset-not-for-ingress.ts';

const route = (name: string, host: string, to: string, gateways = '', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    hosts: [${host}]
    ${gateways}
    http:
      - route:
          - destination: { ${to} }
  ---
`;
const FRONT = 'gateways: [edge]';

testRule(routeSubsetNotForIngress, {
  bad: {
    'hosts that are written in two ways': route('front', 'a.example.com', 'host: cart.shop.svc.cluster.local', FRONT)
      .replace('cluster.local }', 'cluster.local } #~ unaffected')
      .concat(route('cart', 'cart', 'host: cart, subset: v1')),
  },
  good: {
    'the mesh alone in the list of gateways, which the original takes for a gateway':
      route('front', 'a.example.com', 'host: cart', 'gateways: [mesh]') +
      route('cart', 'cart', 'host: cart, subset: v1'),
    'a short name of another namespace is another host':
      route('front', 'a.example.com', 'host: cart', FRONT) +
      route('cart', 'cart', 'host: cart, subset: v1', '', 'other'),
    'a subset of a host that is not its own':
      route('front', 'a.example.com', 'host: cart', FRONT) + route('other', 'basket', 'host: cart, subset: v1'),
    'the one with the subsets is bound to the gateway itself':
      route('front', 'a.example.com', 'host: cart', FRONT) +
      route('cart', 'cart', 'host: cart, subset: v1', 'gateways: [edge, mesh]'),
    'a subset that is filled in later':
      route('front', 'a.example.com', 'host: cart, subset: "${SUBSET}"', FRONT) +
      route('cart', 'cart', 'host: cart, subset: v1'),
    'one VirtualService for both': route('cart', 'cart', 'host: cart, subset: v1', 'gateways: [edge, mesh]').replace(
      '---',
      '    - route: [{ destination: { host: cart } }]\n---',
    ),
  },
});
