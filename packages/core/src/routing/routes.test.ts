import { describe, expect, test } from 'vitest';
import type { Mesh } from '../mesh/mesh.ts';
import { endpointsOf } from '../names/host-endpoints.ts';
import { lookupHost } from '../names/host-targets.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import { gateways, lookupGateway, workloadsOfGateway } from './gateways.ts';
import { destinationsOf, isForMesh, virtualServices } from './routes.ts';

const route = (spec: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: route, namespace: shop }
  spec: { ${spec} }
`;
const gateway = (name: string, namespace: string, selector = 'istio: edge') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { selector: { ${selector} }, servers: [{ port: { number: 80 }, hosts: ["./a.example.com", "b/*", c.example.com] }] }
`;
const pods = (name: string, namespace: string, labels: string, env = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { ${labels} } }
    template:
      metadata: { labels: { ${labels} } }
      spec: { containers: [{ name: main, image: main, env: [${env}] }] }
`;

function only(mesh: Mesh) {
  const [first] = mesh.derive(virtualServices);
  if (!first) throw new Error('no VirtualService');
  return first;
}

describe('a VirtualService', () => {
  test('sends to destinations of three kinds of routes, and mirrors', async () => {
    const read = only(
      await makeMesh(
        route(
          'hosts: [a], http: [{ route: [{ destination: { host: a } }], mirror: { host: b }, mirrors: [{ destination: { host: c } }] }], tcp: [{ route: [{ destination: { host: d } }] }], tls: [{ route: [{ destination: { host: e } }] }]',
        ),
      ),
    );
    expect(destinationsOf(read).map((d) => `${d.kind} ${d.host?.written}`)).toEqual([
      'route a',
      'mirror b',
      'mirror c',
      'route d',
      'route e',
    ]);
  });

  test.each([
    ['', true],
    ['gateways: []', true],
    ['gateways: [mesh, front]', true],
    ['gateways: [front]', false],
    ['gateways: ["${GATEWAY}"]', false],
  ])('with "%s" is for the mesh: %s', async (spec, expected) => {
    expect(isForMesh(only(await makeMesh(route(spec))))).toBe(expected);
  });

  test('refers to gateways in the new ways and in the old ones', async () => {
    const read = only(
      await makeMesh(route('gateways: [mesh, front, web/front, ./front, front.web, front.web.svc.cluster.local]')),
    );
    expect(read.gateways.map((g) => (g.mesh ? 'mesh' : `${g.namespace}/${g.name}`))).toEqual([
      'mesh',
      'shop/front',
      'web/front',
      'shop/front',
      'web/front',
      'web/front',
    ]);
  });
});

describe('a gateway', () => {
  const ask = async (documents: readonly string[], config = {}) => {
    const mesh = await makeMesh(documents.join('---\n'), config);
    const read = only(mesh);
    return read.gateways.map((g) => lookupGateway(mesh, g, read.resource).state);
  };

  test('is missing only where others of its namespace were read, or in a closed world', async () => {
    const asker = route('gateways: [front, web/front]');
    expect(await ask([asker])).toEqual(['elsewhere', 'elsewhere']);
    expect(await ask([asker, gateway('other', 'shop')])).toEqual(['missing', 'elsewhere']);
    expect(await ask([asker, gateway('front', 'web')], { closedWorld: true })).toEqual(['missing', 'found']);
    const declared = { closedWorld: true, externals: { gateways: ['shop/front'], namespaces: ['web'] } };
    expect(await ask([asker], declared)).toEqual(['elsewhere', 'elsewhere']);
  });

  test('serves hosts for some namespaces', async () => {
    const [read] = (await makeMesh(gateway('front', 'shop'))).derive(gateways);
    expect(read?.servers[0]?.hosts.map((h) => `${h.namespace} ${h.host}`)).toEqual([
      'shop a.example.com',
      'b *',
      '* c.example.com',
    ]);
  });

  test('picks pods of all namespaces, unless istiod keeps it to its own', async () => {
    const documents = [gateway('front', 'shop'), pods('edge', 'edge', 'istio: edge')];
    const names = async (more: readonly string[]) => {
      const mesh = await makeMesh([...documents, ...more].join('---\n'));
      const [read] = mesh.derive(gateways);
      return read && workloadsOfGateway(mesh, read).workloads.map((w) => w.resource.name);
    };
    expect(await names([])).toEqual(['edge']);
    const env = '{ name: PILOT_SCOPE_GATEWAY_TO_NAMESPACE, value: "true" }';
    expect(await names([pods('istiod', 'istio-system', 'app: istiod', env)])).toEqual([]);
  });
});

test('the endpoints of a ServiceEntry are those that are written, or pods and WorkloadEntries that it selects', async () => {
  const entry = (host: string, spec: string) => yaml`
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: { name: ${host}, namespace: shop }
    spec: { hosts: [${host}.example.com], ${spec} }
  `;
  const mesh = await makeMesh(
    [
      entry('a', 'endpoints: [{ address: 10.0.0.1, labels: { x: y } }]'),
      entry('b', 'workloadSelector: { labels: { app: b } }'),
      entry('c', 'resolution: DNS'),
      pods('b-pods', 'shop', 'app: b'),
      pods('b-far', 'far', 'app: b'),
      yaml`
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: { name: b-machine, namespace: shop }
        spec: { address: 10.0.0.2, labels: { app: b } }
      `,
      route('hosts: [a]'),
    ].join('---\n'),
  );
  const endpoints = (host: string) => {
    const lookup = lookupHost(mesh, host, only(mesh).resource);
    const [target] = lookup.state === 'found' ? lookup.value : [];
    if (!target) throw new Error('nothing behind the host');
    const { endpoints: all, open } = endpointsOf(mesh, target);
    return [...all.map((e) => e.resource.name).sort(), ...(open ? ['and others'] : [])];
  };
  expect(endpoints('a.example.com')).toEqual(['a']);
  expect(endpoints('b.example.com')).toEqual(['b-machine', 'b-pods']);
  expect(endpoints('c.example.com')).toEqual(['and others']);
});
