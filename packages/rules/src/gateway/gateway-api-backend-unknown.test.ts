import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiBackendUnknown } from './gateway-api-backend-unknown.ts';

const service = (name: string, namespace = 'shop', ports = '{ name: http, port: 80, targetPort: 8080 }') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { selector: { app: ${name} }, ports: [${ports}] }
`;
const route = (spec: string, kind = 'HTTPRoute', namespace = 'shop') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: ${kind}
  metadata: { name: cart, namespace: ${namespace} }
  spec:
    ${spec}
`;
const to = (ref: string, mark = '') => `rules: [{ backendRefs: [{ ${ref} }] }] ${mark}`;

const gateway = (className: string) => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: edge, namespace: shop }
  spec: { gatewayClassName: ${className}, listeners: [{ name: http, port: 80, protocol: HTTP }] }
`;

testRule(gatewayApiBackendUnknown, {
  bad: {
    'a kind that the core group has no backend of': `${gateway('istio')}---\n${route(`parentRefs: [{ name: edge }]\n    ${to('kind: Bucket, name: cart, port: 80', '#~ kind')}`)}`,
    'in a closed world, whatever the kind of the route': {
      settings: { closedWorld: true },
      yaml: `${route(to('name: cart, port: 80', '#~ backend'), 'TCPRoute')}---\n${route(to('name: cart, port: 80', '#~ backend'), 'TLSRoute')}`,
    },
    'a host that no ServiceEntry has': {
      settings: { closedWorld: true },
      yaml: route(to('group: networking.istio.io, kind: Hostname, name: api.example.com, port: 443', '#~ backend')),
    },
    'a Service of another namespace, whose Services were read': `${service('orders', 'web')}---\n${route(
      to('name: cart, namespace: web, port: 80', '#~ backend'),
    )}`,
    'a mirror of one backend': `${service('cart')}---\n${route(
      'rules: [{ backendRefs: [{ name: cart, port: 80, filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: shadow, port: 80 } } }] }] }] #~ mirror `shadow`',
    )}`,
  },
  good: {
    'a backend of another implementation': `${gateway('kgateway')}---\n${route(`parentRefs: [{ name: edge }]\n    ${to('kind: plugin, name: cart, port: 80')}`)}`,
    'no Service of the namespace was read': route(to('name: cart, port: 80')),
    'the config says that it lives elsewhere': {
      settings: { closedWorld: true, externals: { services: ['shop/cart'] } },
      yaml: route(to('name: cart, port: 80')),
    },
    'backends of other kinds': {
      settings: { closedWorld: true },
      yaml: route(
        'rules: [{ backendRefs: [{ group: multicluster.x-k8s.io, kind: ServiceImport, name: cart, port: 80 }, { group: inference.networking.k8s.io, kind: InferencePool, name: model }] }]',
      ),
    },
    'a host in the world outside, which some ServiceEntry elsewhere may have': `${service('cart')}---\n${route(
      to('group: networking.istio.io, kind: Hostname, name: api.example.com, port: 443'),
    )}`,
    'exportTo does not matter to whether the route is accepted': {
      settings: { closedWorld: true },
      yaml: `${yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: cart, namespace: shop, annotations: { networking.istio.io/exportTo: "." } }
        spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
      `}---\n${route(to('name: cart, namespace: shop, port: 80'), 'HTTPRoute', 'edge')}`,
    },
    'no backend at all': `${service('cart')}---\n${route('rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }]')}`,
    'a placeholder': `${service('cart')}---\n${route(to('name: "${SERVICE}", port: 80'))}`,
  },
});
