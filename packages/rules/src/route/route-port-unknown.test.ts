import { testRule, yaml } from '@meshvet/core/testing';
import { routePortUnknown } from './route-port-unknown.ts';

const service = (ports: string, name = 'cart') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: shop }
  spec: { selector: { app: ${name} }, ports: [${ports}] }
`;
const route = (destination: string, mark = '', gateway = 'mesh') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: route, namespace: shop }
  spec:
    hosts: [cart.example.com]
    gateways: [${gateway}]
    http: [{ route: [{ destination: { host: cart${destination} } }] }] ${mark}
`;
const gateway = (port: number) => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec: { selector: { istio: ingressgateway }, servers: [{ port: { number: ${port}, name: http, protocol: HTTP }, hosts: ["*"] }] }
`;
const TWO = '{ name: http, port: 8080 }, { name: http-admin, port: 9090 }';

const west = (text: string) => ({ clusters: { west: [{ path: 'west/all.yaml', text }] } });

testRule(routePortUnknown, {
  bad: {
    'the Service is in another cluster, and has no such port': {
      yaml: route(', port: { number: 82 }', '#~ unknown'),
      setup: west(service('{ port: 81 }')),
      settings: { closedWorld: true },
    },
    'a port of no Service': `${service('{ port: 80 }')}---\n${route(', port: { number: 81 }', '#~ unknown')}`,
    'a ServiceEntry': yaml`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata: { name: api, namespace: shop }
      spec: { hosts: [api.example.com], ports: [{ number: 443, name: tls, protocol: TLS }] }
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route, namespace: shop }
      spec:
        hosts: [api.example.com]
        tls: [{ match: [{ sniHosts: [api.example.com] }], route: [{ destination: { host: api.example.com, port: { number: 80 } } }] }] #~ unknown
    `,
    'a gateway sends to its own port': `${service(TWO)}---\n${gateway(80)}---\n${route('', '#~ unreachable', 'front')}`,
    'a gateway that listens on a port of the Service': `${service(TWO)}---\n${gateway(8080)}---\n${route('', '#~ required', 'front')}`,
  },
  good: {
    'the Service of another cluster has the port': {
      yaml: route(', port: { number: 81 }'),
      setup: west(service('{ port: 81 }')),
      settings: { closedWorld: true },
    },
    'no port at all, which schema-port-number tells': `${service('{ port: 80 }')}---\n${route(', port: { number: 99999 }')}`,
    'the number is filled in later': `${service('{ port: 80 }')}---\n${route(', port: { number: "${PORT}" }')}`,
    'the ports of the Service are filled in later': `${service('{ port: "${PORT}" }')}---\n${route(', port: { number: 80 }')}`,
    'a host that was not read': `${service('{ port: 80 }', 'other')}---\n${route(', port: { number: 81 }')}`,
    'one of two manifests of the Service has it': `${service('{ port: 80 }')}---\n${service('{ port: 81 }')}---\n${route(', port: { number: 81 }')}`,
    'a choice among several': `${service(TWO)}---\n${route(', port: { number: 9090 }')}`,
  },
});
