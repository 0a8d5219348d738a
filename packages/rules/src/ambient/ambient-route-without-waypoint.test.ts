import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { ambientRouteWithoutWaypoint } from './ambient-route-without-waypoint.ts';

const AMBIENT = 'istio.io/dataplane-mode: ambient';
const WITH = `${AMBIENT}, istio.io/use-waypoint: waypoint`;
const namespace = (labels = AMBIENT, name = 'shop') => `apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { ${labels} } }
---
`;
const service = (labels = 'a: b', name = 'cart') => `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop, labels: { ${labels} } }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80 }] }
---
`;
const pods = (labels = 'app: cart', space = 'shop') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: ${space} }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { ${labels} } }
    spec: { containers: [{ name: cart, image: cart }] }
---
`;
const waypoint = (space = 'shop', className = 'istio-waypoint') => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: ${space} }
spec: { gatewayClassName: ${className}, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---
`;
const route = (
  hosts: string,
  rest = 'http: [{ timeout: 2s, route: [{ destination: { host: cart } }] }]',
  space = 'shop',
) =>
  `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: one, namespace: ${space} }
spec:
  hosts: ${hosts}
  ${rest}
---
`;
const rule = (host: string, policy = 'outlierDetection: { consecutive5xxErrors: 3 }', space = 'shop') =>
  `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: one, namespace: ${space} }
spec:
  host: ${host}
  trafficPolicy: { ${policy} }
---
`;
const parent = (reference: string, space = 'shop') => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: one, namespace: ${space} }
spec:
  parentRefs:
    - { ${reference}
  rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
---
`;
const entry = (labels = 'a: b') => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: pay, namespace: shop, labels: { ${labels} } }
spec: { hosts: [pay.example.com], ports: [{ number: 80, name: http, protocol: HTTP }], resolution: DNS }
---
`;
const CART = '[cart] #~ waypoint';
const FULL = 'cart.shop.svc.cluster.local';
const closed = (yaml: string) => ({ yaml, settings: { closedWorld: true } });

testRule(ambientRouteWithoutWaypoint, {
  bad: {
    'the Service refuses the waypoint of its namespace':
      namespace(WITH) + service('istio.io/use-waypoint: none') + route(CART),
    'the namespace refuses one': namespace(`${AMBIENT}, istio.io/use-waypoint: none`) + service() + route(CART),
    'the whole name of the Service': namespace() + service() + route(`[${FULL}] #~ waypoint`),
    'two Services, of which one has a waypoint':
      namespace() +
      service() +
      service('istio.io/use-waypoint: waypoint', 'pay') +
      route('\n    - pay\n    - cart #~ waypoint'),
    'one Service under two names is told once':
      namespace() + service() + route(`\n    - cart #~ waypoint\n    - ${FULL}`),
    'for the mesh beside a gateway':
      namespace() +
      service() +
      route(CART, 'gateways: [edge, mesh]\n  http: [{ timeout: 1s, route: [{ destination: { host: cart } }] }]'),
    'connections that are sent elsewhere':
      namespace() + service() + route(CART, 'tcp: [{ route: [{ destination: { host: cart, subset: v2 } }] }]'),
    'callers of another ambient namespace':
      namespace() + namespace(AMBIENT, 'web') + service() + route(`[${FULL}] #~ waypoint`, undefined, 'web'),
    'a rule for the Service': namespace() + service() + rule('cart #~ waypoint'),
    'pools of connections, which ztunnel does not limit either':
      namespace() + service() + rule('cart #~ waypoint', 'connectionPool: { tcp: { maxConnections: 1 } }'),
    'a policy of a port':
      namespace() +
      service() +
      rule('cart #~ waypoint', 'portLevelSettings: [{ port: { number: 80 }, loadBalancer: { simple: RANDOM } }]'),
    'pods that are ambient': namespace() + pods() + service() + route(CART),
    'a ServiceEntry that nobody stands before: nobody begins TLS':
      namespace() + entry() + rule('pay.example.com #~ waypoint', 'tls: { mode: SIMPLE }'),
    'a route for a ServiceEntry': namespace() + entry() + route('[pay.example.com] #~ waypoint'),
    'a route of the Gateway API':
      namespace() + service() + parent('group: "", kind: Service, name: cart } #~ waypoint'),
    'nobody answers for the host': closed(namespace() + rule('api.example.com #~ unknown')),
    'a waypoint that lives elsewhere reads its own namespace, not this one':
      namespace(`${WITH}, istio.io/use-waypoint-namespace: infra`) +
      namespace(AMBIENT, 'web') +
      waypoint('infra') +
      service() +
      route(`[${FULL}] #~ namespace`, undefined, 'web'),
  },
  good: {
    'sidecars behind the Service': namespace('istio-injection: enabled') + service() + route('[cart]'),
    'the namespace was not read': service() + route('[cart]'),
    'only for a gateway':
      namespace() +
      service() +
      route('[cart]', 'gateways: [edge]\n  http: [{ route: [{ destination: { host: cart } }] }]'),
    'connections that go where they go anyhow':
      namespace() + service() + route('[cart]', 'tcp: [{ route: [{ destination: { host: cart } }] }]'),
    'a short name with its namespace is no Service': namespace() + service() + route('[cart.shop]'),
    'the Service names a waypoint of its own':
      namespace() + service('istio.io/use-waypoint: waypoint') + route('[cart]'),
    'a waypoint that stands in no file may live where the route does':
      namespace(WITH) + namespace(AMBIENT, 'web') + service() + route(`[${FULL}]`, undefined, 'web'),
    'the waypoint lives in the namespace of the route':
      namespace(`${WITH}, istio.io/use-waypoint-namespace: infra`) +
      waypoint('infra') +
      service() +
      route(`[${FULL}]`, undefined, 'infra'),
    'rules of the root namespace are read by every waypoint':
      namespace(WITH) + waypoint() + service() + rule(FULL, undefined, 'istio-system'),
    'mTLS is what ztunnel speaks': namespace() + service() + rule('cart', 'tls: { mode: ISTIO_MUTUAL }'),
    'nobody answers for the host, in an open world': namespace() + rule('api.example.com'),
    'the pods have a sidecar after all':
      namespace() + pods('app: cart, sidecar.istio.io/inject: "true"') + service() + route('[cart]'),
    'a rule of sidecars by their labels':
      namespace() +
      service() +
      rule('cart').replace('  host', '  workloadSelector: { matchLabels: { app: web } }\n  host'),
    'a route for a Gateway': namespace() + service() + parent('name: edge }'),
    'a route of the callers':
      namespace() +
      namespace(AMBIENT, 'web') +
      service() +
      parent('group: "", kind: Service, name: cart, namespace: shop }', 'web'),
    'labels that a Kustomization adds': {
      files: {
        'a/kustomization.yaml': 'resources: [all.yaml]\nlabels: [{ pairs: { istio.io/use-waypoint: waypoint } }]\n',
        'a/all.yaml': namespace() + service() + route('[cart]'),
      },
    },
  },
});

test('what sidecars or gateways still read is worth a note', async () => {
  const severities = async (file: string) =>
    (await findingsOf(ambientRouteWithoutWaypoint, { 'a.yaml': file })).map((f) => f.severity);
  expect(await severities(namespace() + service() + route('[cart]'))).toEqual(['warning']);
  const web = namespace('istio-injection: enabled', 'web') + pods('app: web', 'web');
  expect(await severities(namespace() + service() + web + route('[cart]'))).toEqual(['info']);
  const edge = waypoint('web', 'istio');
  expect(await severities(namespace() + service() + edge + route('[cart]'))).toEqual(['warning']);
  expect(await severities(namespace() + service() + edge + rule('cart'))).toEqual(['info']);
  expect(await severities(namespace() + service() + namespace('a: b', 'web') + rule(FULL, undefined, 'web'))).toEqual([
    'info',
  ]);
});

test('the codes of Kiali', async () => {
  const codes = async (file: string, closedWorld = false) =>
    (await findingsOf(ambientRouteWithoutWaypoint, { 'a.yaml': file }, { settings: { closedWorld } })).map(
      (f) => f.codes,
    );
  expect(await codes(namespace() + service() + rule('cart'))).toEqual([['KIA0211']]);
  expect(await codes(namespace() + service() + rule('cart', 'loadBalancer: { simple: RANDOM }'))).toEqual([[]]);
  expect(await codes(namespace() + service() + rule(FULL, undefined, 'web'))).toEqual([['KIA0211', 'KIA0212']]);
  expect(await codes(namespace(WITH) + waypoint() + service() + rule(FULL, undefined, 'web'))).toEqual([['KIA0212']]);
  expect(await codes(namespace() + route('[a.example.com]'), true)).toEqual([['KIA1109']]);
});
