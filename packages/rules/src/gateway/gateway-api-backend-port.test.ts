import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiBackendPort } from './gateway-api-backend-port.ts';

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

testRule(gatewayApiBackendPort, {
  bad: {
    'no port, whether the Service was read or not': route(to('name: cart', '#~ required `cart`'), 'TCPRoute'),
    'a mirror without a port': `${service('cart')}---\n${route(
      'rules: [{ filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: cart } } }] }] #~ required',
    )}`,
    'a host of a ServiceEntry': `${yaml`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata: { name: api, namespace: shop }
      spec: { hosts: [api.example.com], resolution: DNS, ports: [{ number: 443, name: https, protocol: HTTPS }] }
    `}---\n${route(to('group: networking.istio.io, kind: Hostname, name: api.example.com, port: 80', '#~ unknown'))}`,
  },
  good: {
    'one of the variants has the port': {
      files: {
        'a/service.yaml': service('cart'),
        'b/service.yaml': service('cart', 'shop', '{ name: http, port: 9080 }'),
        'b/route.yaml': route(to('name: cart, port: 9080')),
      },
    },
    'a Service that was not read': route(to('name: cart, port: 81')),
    'ports that are filled in later, on either side': `${service('cart', 'shop', '{ name: http, port: "${PORT}" }')}---\n${route(
      to('name: cart, port: 81'),
    )}---\n${service('orders')}---\n${route(to('name: orders, port: "${PORT}"'), 'GRPCRoute')}`,
    'other kinds need no port': route(
      'rules: [{ backendRefs: [{ group: inference.networking.k8s.io, kind: InferencePool, name: model }] }]',
    ),
  },
});
