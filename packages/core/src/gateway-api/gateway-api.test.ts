import { describe, expect, test } from 'vitest';
import type { Mesh } from '../mesh/mesh.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import {
  attachmentOf,
  gatewayRouteOf,
  isGranted,
  kubernetesGateways,
  lookupBackend,
  lookupKubernetesGateway,
  lookupServiceEntry,
} from './gateway-api.ts';

const gateway = (listeners: string, namespace = 'shop') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: ${namespace} }
  spec: { gatewayClassName: istio, listeners: [${listeners}] }
`;
const route = (spec: string, kind = 'HTTPRoute') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: ${kind}
  metadata: { name: cart, namespace: shop }
  spec: { ${spec} }
`;

function routeOf(mesh: Mesh) {
  const [found] = mesh.resources.flatMap((r) => gatewayRouteOf(mesh, r) ?? []);
  if (!found) throw new Error('no route');
  return found;
}

async function attachment(gatewayText: string, routeText: string) {
  const mesh = await makeMesh(`${gatewayText}---\n${routeText}`);
  const read = routeOf(mesh);
  const [first] = mesh.derive(kubernetesGateways);
  const [parent] = read.parents;
  if (!first || !parent) throw new Error('no parent');
  const answer = attachmentOf(mesh, first, parent, read);
  return answer.state === 'refused' ? answer.why : answer.state;
}

describe('a route', () => {
  test('has parents of four kinds, in its own namespace unless another is written', async () => {
    const mesh = await makeMesh(
      route(
        'parentRefs: [{ name: a }, { name: b, namespace: edge, sectionName: s, port: 80 }, { kind: ListenerSet, name: c }, { group: "", kind: Service, name: d }, { group: networking.istio.io, kind: ServiceEntry, name: e }, { group: example.com, kind: Gateway, name: f }]',
      ),
    );
    expect(
      routeOf(mesh).parents.map((p) => `${p.kind} ${p.namespace}/${p.name} ${p.sectionName ?? ''} ${p.port ?? ''}`),
    ).toEqual([
      'Gateway shop/a  ',
      'Gateway edge/b s 80',
      'ListenerSet shop/c  ',
      'Service shop/d  ',
      'ServiceEntry shop/e  ',
    ]);
  });

  test('has backends, and mirrors among its filters', async () => {
    const mesh = await makeMesh(
      route(
        'rules: [{ filters: [{ requestMirror: { backendRef: { name: a, port: 1 } } }], backendRefs: [{ name: b, port: 2, filters: [{ requestMirror: { backendRef: { name: c } } }] }, { group: networking.istio.io, kind: Hostname, name: d.example.com, port: 3 }, { kind: Pod, name: e }] }]',
      ),
    );
    expect(routeOf(mesh).backends.map((b) => `${b.kind} ${b.name} ${b.port ?? ''} ${b.isMirror}`)).toEqual([
      'Service a 1 true',
      'Service b 2 false',
      'Service c  true',
      'Hostname d.example.com 3 false',
    ]);
  });
});

describe('a route attaches', () => {
  const http = '{ name: http, port: 80, protocol: HTTP, hostname: "*.example.com" }';
  const parent = 'parentRefs: [{ name: front }]';

  test.each([
    [
      'to a listener of its kind, namespace and hostname',
      gateway(http),
      route(`${parent}, hostnames: [a.example.com]`),
      'attached',
    ],
    ['without hostnames to any', gateway(http), route(parent), 'attached'],
    ['not to another section', gateway(http), route('parentRefs: [{ name: front, sectionName: https }]'), 'section'],
    ['not to another port', gateway(http), route('parentRefs: [{ name: front, port: 81 }]'), 'port'],
    ['not with another kind', gateway(http), route(parent, 'TCPRoute'), 'kind'],
    ['not from another namespace', gateway(http, 'edge'), route(parent), 'namespace'],
    ['not with other hostnames', gateway(http), route(`${parent}, hostnames: [example.com]`), 'hostname'],
    [
      'perhaps, to a listener that is filled in later',
      gateway('{ name: "${X}", port: 80, protocol: HTTP }'),
      route(parent),
      'unknown',
    ],
    ['perhaps, with hostnames that are', gateway(http), route(`${parent}, hostnames: ["\${X}"]`), 'unknown'],
    [
      'perhaps, on a protocol of one controller',
      gateway('{ name: x, port: 80, protocol: example.com/x }'),
      route(parent),
      'unknown',
    ],
  ])('%s', async (_name, gatewayText, routeText, expected) => {
    expect(await attachment(gatewayText, routeText)).toBe(expected);
  });
});

test('parents and backends are found, elsewhere or missing', async () => {
  const text = `${gateway('')}---\n${route('')}---\n${yaml`
    apiVersion: v1
    kind: Service
    metadata: { name: cart, namespace: shop }
    spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
  `}`;
  for (const closedWorld of [false, true]) {
    const mesh = await makeMesh(text, { closedWorld, externals: { namespaces: ['known'] } });
    const { resource } = routeOf(mesh);
    const states = (namespace: string, name: string) => [
      lookupKubernetesGateway(mesh, { kind: 'Gateway', namespace, name }, resource).state,
      lookupBackend(mesh, { kind: 'Service', namespace, name }, resource).state,
      lookupServiceEntry(mesh, { namespace, name }).state,
    ];
    const far = closedWorld ? 'missing' : 'elsewhere';
    expect(states('shop', 'front')[0]).toBe('found');
    expect(states('shop', 'cart')[1]).toBe('found');
    expect(states('shop', 'other')).toEqual(['missing', 'missing', far]);
    expect(states('web', 'other')).toEqual([far, far, far]);
    expect(states('known', 'other')).toEqual(['elsewhere', 'elsewhere', 'elsewhere']);
  }
});

test('a ReferenceGrant permits by group, kind and namespace, and by name where one is written', async () => {
  const grant = (from: string, to: string) => yaml`
    apiVersion: gateway.networking.k8s.io/v1beta1
    kind: ReferenceGrant
    metadata: { name: grant, namespace: data }
    spec: { from: [${from}], to: [${to}] }
  `;
  const ask = async (from: string, to: string) => {
    const mesh = await makeMesh(`${route('')}---\n${grant(from, to)}`);
    return isGranted(mesh, routeOf(mesh).resource, { kind: 'Service', namespace: 'data', name: 'cart' }, []);
  };
  const ours = '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }';
  expect(await ask(ours, '{ group: "", kind: Service }')).toBe('yes');
  expect(await ask(ours, '{ group: "", kind: Service, name: cart }')).toBe('yes');
  expect(await ask(ours, '{ group: "", kind: Service, name: orders }, { group: "", kind: Service, name: cart }')).toBe(
    'yes',
  );
  expect(await ask(ours, '{ group: "", kind: Service, name: orders }')).toBe('no');
  expect(await ask(ours, '{ group: "", kind: Secret }')).toBe('no');
  expect(await ask(ours.replace('shop', 'web'), '{ group: "", kind: Service }')).toBe('no');
  expect(await ask(ours.replace('shop', '"${X}"'), '{ group: "", kind: Service }')).toBe('unknown');
});
