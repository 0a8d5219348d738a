import { testRule, yaml } from '@meshvet/core/testing';
import { routeGatewayUnknown } from './route-gateway-unknown.ts';

const gateway = (name: string, namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { selector: { istio: ingressgateway }, servers: [] }
`;
const route = (name: string, mark = '', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: route, namespace: ${namespace} }
  spec: { hosts: [shop.example.com], gateways: [${name}], http: [{ route: [{ destination: { host: cart } }] }] } ${mark}
`;

const serving = (name: string, namespace: string, host: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { selector: { istio: ingressgateway }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [${host}] }] }
`;

testRule(routeGatewayUnknown, {
  bad: {
    'the only Gateway of the name is in another namespace and serves the host': `${serving('front', 'edge', 'shop.example.com')}---\n${route('front', '#~ namesake')}`,
    'it serves every name': `${serving('front', 'edge', '"*"')}---\n${route('front', '#~ namesake')}`,
    'a Gateway of another namespace, by its short name': `${gateway('front', 'shop')}---\n${gateway('edge', 'web')}---\n${route('front', '#~ unknown', 'web')}`,
    'in a closed world': { settings: { closedWorld: true }, yaml: route('front', '#~ unknown') },
    'matches of tcp routes': yaml`
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata: { name: front, namespace: shop }
      spec: { selector: { istio: ingressgateway }, servers: [] }
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route, namespace: shop }
      spec:
        hosts: [shop.example.com]
        gateways: [front]
        tcp: [{ match: [{ gateways: [front, back] }], route: [{ destination: { host: cart } }] }] #~ unknown
    `,
  },
  good: {
    'the Gateway of the name elsewhere serves another host': `${serving('front', 'edge', 'www.example.com')}---\n${route('front')}`,
    'it is for routes of its own namespace': `${serving('front', 'edge', './shop.example.com')}---\n${route('front')}`,
    'two other namespaces have the name': `${serving('front', 'edge', 'shop.example.com')}---\n${serving('front', 'inner', 'shop.example.com')}---\n${route('front')}`,
    'another namespace is written': `${serving('front', 'edge', 'shop.example.com')}---\n${route('shop/front')}`,
    'what no Gateway can be called, which schema-virtual-service-gateway tells': `${gateway('front', 'shop')}---\n${route('Front_1')}---\n${route('a/b/c')}`,
    'no Gateway of the namespace was read': route('front'),
    'the old forms of a name': `${gateway('front', 'web')}---\n${route('front.web.svc.cluster.local')}---\n${route('front.web')}`,
    'a Gateway of the Gateway API': {
      settings: { closedWorld: true },
      yaml: `${yaml`
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: { name: front, namespace: shop }
        spec: { gatewayClassName: istio, listeners: [] }
      `}---\n${route('front')}`,
    },
    'a Gateway without a namespace may be the one': `${gateway('edge')}---\n${yaml`
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata: { name: front }
      spec: { selector: { istio: ingressgateway }, servers: [] }
    `}---\n${route('front')}`,
    'a placeholder': `${gateway('edge')}---\n${route('"${GATEWAY}"')}`,
  },
});
