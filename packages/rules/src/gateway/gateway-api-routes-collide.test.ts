import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiRoutesCollide } from './gateway-api-routes-collide.ts';

const gateway = (className = 'istio') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec:
    gatewayClassName: ${className}
    listeners:
      - { name: http, port: 80, protocol: HTTP }
      - { name: more, port: 81, protocol: HTTP }
`;
const route = (
  name: string,
  rule: string,
  hosts = 'shop.example.com',
  kind = 'HTTPRoute',
  section = 'http',
  meta = '',
) => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: ${kind}
  metadata: { name: ${name}, namespace: shop${meta} }
  spec:
    parentRefs: [{ name: front, sectionName: ${section} }]
    hostnames: [${hosts}]
    rules:
      - ${rule}
`;
const grpc = (rule: string, hosts = 'shop.example.com', section = 'http') =>
  route('calls', rule, hosts, 'GRPCRoute', section);
const to = (name: string, matches = '') =>
  `{ backendRefs: [{ name: ${name}, port: 80 }]${matches === '' ? '' : `, matches: [${matches}]`} }`;
const join = (...parts: string[]) => parts.join('---\n');
const created = (day: string) => `, creationTimestamp: "2026-01-${day}T00:00:00Z"`;
const service = '{ method: { service: shop.v1.Cart } }';

const bytes = (name: string, kind: string, section: string, mark = '', hosts = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1alpha2
  kind: ${kind}
  metadata: { name: ${name}, namespace: shop }
  spec:
    parentRefs: [{ name: front, sectionName: ${section} }]
    ${hosts}
    rules:
      - { backendRefs: [{ name: db, port: 5432 }] } ${mark}
`;
const other = yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec:
    gatewayClassName: istio
    listeners:
      - { name: tcp, port: 5432, protocol: TCP }
      - { name: tls, port: 443, protocol: TLS, tls: { mode: Passthrough } }
`;
const pods = (name: string, mark = '', port = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: HTTPRoute
  metadata: { name: ${name}, namespace: shop }
  spec:
    parentRefs: [{ group: "", kind: Service, name: cart${port} }]
    rules:
      - { backendRefs: [{ name: ${name}, port: 80 }] } ${mark}
`;

testRule(gatewayApiRoutesCollide, {
  bad: {
    'two TCPRoutes at one listener': join(
      other,
      bytes('a', 'TCPRoute', 'tcp'),
      bytes('b', 'TCPRoute', 'tcp', '#~ same'),
    ),
    'two TLSRoutes of one name': join(
      other,
      bytes('a', 'TLSRoute', 'tls', '', 'hostnames: [a.example.com, b.example.com]'),
      bytes('b', 'TLSRoute', 'tls', '#~ same', 'hostnames: [b.example.com]'),
    ),
    'two routes for calls of one Service': join(pods('a'), pods('b', '#~ same')),
    'every path, by default and written out': join(
      gateway(),
      route('a', to('a')),
      route('b', `${to('b', '{ path: { type: PathPrefix, value: / } }')} #~ same`),
    ),
    'of both the second by name is older': join(
      gateway(),
      route('a', `${to('a')} #~ same`, undefined, undefined, undefined, created('02')),
      route('b', to('b'), undefined, undefined, undefined, created('01')),
    ),
    'one of two hostnames, in whatever case': join(
      gateway(),
      route('a', to('a')),
      route('b', `${to('b')} #~ same`, 'other.example.com, SHOP.example.com'),
    ),
    'headers in another order': join(
      gateway(),
      route('a', to('a', '{ headers: [{ name: X, value: "1" }, { name: y, value: "2" }] }')),
      route('b', `${to('b', '{ headers: [{ name: y, value: "2" }, { name: x, value: "1" }] }')} #~ same`),
    ),
    'two GRPCRoutes': join(
      gateway(),
      route('a', to('a', service), undefined, 'GRPCRoute'),
      route('b', `${to('b', service)} #~ same`, undefined, 'GRPCRoute'),
    ),
    'gRPC beside pages, by its service: Istio serves both, others do not': join(
      gateway(),
      route('pages', to('pages')),
      grpc(to('calls', service)).replace('hostnames: [shop.example.com]', 'hostnames: [shop.example.com] #~ kinds'),
    ),
    'Istio before 1.30': {
      settings: { istioVersion: '1.29' },
      yaml: join(
        gateway(),
        route('pages', to('pages')),
        grpc(to('calls')).replace('hostnames: [shop.example.com]', 'hostnames: [shop.example.com] #~ kinds'),
      ),
    },
    'another controller, and a wildcard': join(
      gateway('cilium'),
      route('pages', to('pages'), '"*.example.com"'),
      grpc(to('calls')).replace('hostnames: [shop.example.com]', 'hostnames: [shop.example.com] #~ kinds'),
    ),
    'a method of any service comes after every path': join(
      gateway(),
      route('pages', to('pages')),
      grpc(`${to('calls', '{ method: { method: Get } }')} #~ covered`),
    ),
  },
  good: {
    'TLSRoutes of other names, and a TCPRoute elsewhere': join(
      other,
      bytes('a', 'TLSRoute', 'tls', '', 'hostnames: [a.example.com]'),
      bytes('b', 'TLSRoute', 'tls', '', 'hostnames: [b.example.com]'),
      bytes('c', 'TCPRoute', 'tcp'),
    ),
    'routes for calls of other ports of a Service': join(pods('a', '', ', port: 80'), pods('b', '', ', port: 81')),
    'other paths, methods, headers': join(
      gateway(),
      route('a', to('a')),
      route('b', to('b', '{ path: { type: Exact, value: / } }')),
      route('c', to('c', '{ method: GET }')),
      route('d', to('d', '{ headers: [{ name: x, value: "1" }] }')),
    ),
    'other hostnames, and other listeners': join(
      gateway(),
      route('a', to('a')),
      route('b', to('b'), 'b.example.com'),
      route('c', to('c'), '"*.example.com"'),
      route('d', to('d'), undefined, undefined, 'more'),
      grpc(to('calls'), 'grpc.example.org'),
    ),
    'gRPC at another listener': join(gateway(), route('pages', to('pages')), grpc(to('calls'), undefined, 'more')),
    'files that may be alternatives': {
      files: {
        'steps/gateway.yaml': gateway(),
        'steps/1.yaml': route('a', to('a')),
        'steps/2/b.yaml': route('b', to('b')),
      },
    },
    placeholders: join(
      gateway(),
      route('a', to('a', '{ path: { value: "${P}" } }')),
      route('b', to('b', '{ path: { value: "${P}" } }')),
    ),
    'a Gateway that was not read': join(route('a', to('a')), route('b', to('b'))),
  },
});
