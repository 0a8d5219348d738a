import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mesh } from '../mesh/mesh.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import { lookupHost } from './host-targets.ts';
import { covers, exportsOf, HostIndex, hostNameOf, isVisibleIn, overlap } from './hosts.ts';

const service = (name: string, namespace: string, more = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${namespace}${more} }
  spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80 }] }
`;
const entry = (host: string, namespace: string, exportTo = '["*"]') => yaml`
  apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: { name: entry, namespace: ${namespace} }
  spec: { hosts: ["${host}"], exportTo: ${exportTo}, ports: [{ number: 443, name: tls, protocol: TLS }] }
`;
const route = (name: string, namespace: string, exportTo = '[]') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { hosts: [x], exportTo: ${exportTo}, http: [] }
`;
const meshConfig = (text: string) => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: '${text}' }
`;

function answer(mesh: Mesh, host: string, asker = 'asker'): string {
  const found = mesh.resources.find((r) => r.name === asker);
  if (!found) throw new Error('no such asker');
  const lookup = lookupHost(mesh, host, found);
  if (lookup.state === 'missing') return `missing: ${lookup.why}`;
  return lookup.state === 'found' ? lookup.value.map((t) => t.host).join() : lookup.state;
}

describe('the host that a name means', () => {
  test('only a name without a dot is expanded', async () => {
    const mesh = await makeMesh('');
    const fqdn = (host: string) => hostNameOf(mesh, host, 'shop').fqdn;
    expect(fqdn('cart')).toBe('cart.shop.svc.cluster.local');
    for (const same of ['cart.shop', 'cart.shop.svc', 'api.example.com', '*', '*.local', '10.0.0.1', '::1'])
      expect(fqdn(same)).toBe(same);
  });

  test('it knows the Service in a name of the domain, and in a shortened one', async () => {
    const mesh = await makeMesh('');
    const name = (host: string) => hostNameOf(mesh, host, 'shop');
    const cart = { namespace: 'shop', name: 'cart' };
    expect(name('cart').service).toEqual(cart);
    expect(name('cart.shop.svc.cluster.local').service).toEqual(cart);
    expect(name('a.cart.shop.svc.cluster.local').service).toBeUndefined();
    expect(name('*.shop.svc.cluster.local').service).toBeUndefined();
    expect(name('cart.shop').service).toBeUndefined();
    expect(name('cart.shop').shortened).toEqual(cart);
    expect(name('cart.shop.svc').shortened).toEqual(cart);
    expect(name('cart.shop.com').shortened).toBeUndefined();
  });

  test('a trust domain may be the domain of the cluster', async () => {
    const mesh = await makeMesh(meshConfig('trustDomain: corp.example'));
    expect(hostNameOf(mesh, 'cart.shop.svc.corp.example', 'shop').fqdn).toBe('cart.shop.svc.cluster.local');
    expect(hostNameOf(mesh, 'cart.shop.svc.other.example', 'shop').fqdn).toBe('cart.shop.svc.other.example');
  });

  test('wildcards cover what ends in their rest', () => {
    expect(covers('*.foo.com', 'a.b.foo.com')).toBe(true);
    expect(covers('*.foo.com', 'foo.com')).toBe(false);
    expect(covers('*foo.com', 'foo.com')).toBe(true);
    expect(covers('foo.com', 'Foo.com')).toBe(false);
    expect(covers('*', 'anything')).toBe(true);
    expect(overlap('*.com', '*.foo.com')).toBe(true);
    expect(overlap('*.org', '*.foo.com')).toBe(false);
  });
});

describe('what stands behind a host', () => {
  test('a Service and a ServiceEntry, also with a wildcard', async () => {
    const mesh = await makeMesh(
      `${service('cart', 'shop')}---\n${entry('*.example.com', 'shop')}---\n${route('asker', 'shop')}`,
    );
    expect(answer(mesh, 'cart')).toBe('cart.shop.svc.cluster.local');
    expect(answer(mesh, 'api.example.com')).toBe('*.example.com');
  });

  test('missing is only what was surely read', async () => {
    const files = { 'a.yaml': `${service('cart', 'shop')}---\n${route('asker', 'shop')}` };
    const open = await makeMesh(files);
    expect(answer(open, 'basket')).toBe('missing: absent');
    expect(answer(open, 'cart.shop')).toBe('missing: shortened');
    expect(answer(open, 'users.people.svc.cluster.local')).toBe('elsewhere');
    expect(answer(open, 'api.example.com')).toBe('elsewhere');
    expect(answer(open, 'kubernetes.default.svc.cluster.local')).toBe('elsewhere');
    const closed = await makeMesh(files, { closedWorld: true });
    expect(answer(closed, 'users.people.svc.cluster.local')).toBe('missing: absent');
    expect(answer(closed, 'api.example.com')).toBe('missing: absent');
    expect(answer(closed, 'kubernetes.default.svc.cluster.local')).toBe('elsewhere');
    expect(answer(closed, 'istiod.istio-system.svc.cluster.local')).toBe('elsewhere');
    const declared = await makeMesh(files, {
      closedWorld: true,
      externals: { hosts: ['*.example.com'], services: ['people/*'] },
    });
    expect(answer(declared, 'users.people.svc.cluster.local')).toBe('elsewhere');
    expect(answer(declared, 'api.example.com')).toBe('elsewhere');
  });

  test('a Service of the same name without a namespace may be the one', async () => {
    const mesh = await makeMesh({
      'a.yaml': `${service('cart', 'shop')}---\n${route('asker', 'shop')}`,
      'b.yaml': yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: basket }
        spec: { ports: [{ port: 80 }] }
      `,
    });
    expect(answer(mesh, 'basket')).toBe('elsewhere');
  });

  test('a custom resource of the name, or of its beginning, may make it', async () => {
    const canary = yaml`
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: { name: basket, namespace: shop }
    `;
    const mesh = await makeMesh(`${service('cart', 'shop')}---\n${canary}---\n${route('asker', 'shop')}`);
    expect(answer(mesh, 'basket-canary')).toBe('elsewhere');
    expect(answer(mesh, 'basketball')).toBe('missing: absent');
  });

  test('exportTo hides it, in an annotation, a field, or by the default of the mesh', async () => {
    const annotated = service('cart', 'shop', ', annotations: { networking.istio.io/exportTo: "." }');
    const files = `${annotated}---\n${entry('api.example.com', 'shop', '["."]')}---\n${service('plain', 'shop')}---\n${route('asker', 'other')}---\n${route('own', 'shop')}---\n${route('sent', 'shop', '["other"]')}`;
    const mesh = await makeMesh(files);
    expect(answer(mesh, 'cart.shop.svc.cluster.local')).toBe('missing: hidden');
    expect(answer(mesh, 'api.example.com')).toBe('missing: hidden');
    expect(answer(mesh, 'cart', 'own')).toBe('cart.shop.svc.cluster.local');
    expect(answer(mesh, 'cart', 'sent')).toBe('missing: hidden');
    const strict = await makeMesh(`${files}---\n${meshConfig('defaultServiceExportTo: ["."]')}`);
    expect(answer(strict, 'plain.shop.svc.cluster.local')).toBe('missing: hidden');
    expect(answer(mesh, 'plain.shop.svc.cluster.local')).toBe('plain.shop.svc.cluster.local');
  });

  test('an export that is filled in later hides nothing', async () => {
    const mesh = await makeMesh(
      `${service('cart', 'shop', ', annotations: { networking.istio.io/exportTo: "${SCOPE}" }')}---\n${route('asker', 'other')}`,
    );
    const [found] = mesh.services;
    expect(found && exportsOf(mesh, found.resource)).toBeUndefined();
    expect(found && isVisibleIn(mesh, found.resource, 'other')).toBe('unknown');
    expect(answer(mesh, 'cart.shop.svc.cluster.local')).toBe('cart.shop.svc.cluster.local');
  });
});

describe('laws', () => {
  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);

  test('a short name and its FQDN mean the same, in the namespace that asks', async () => {
    const mesh = await makeMesh('');
    fc.assert(
      fc.property(label, label, label, (name, namespace, other) => {
        const short = hostNameOf(mesh, name, namespace);
        for (const asking of [namespace, other]) {
          const full = hostNameOf(mesh, short.fqdn, asking);
          expect({ ...full, written: '' }).toEqual({ ...short, written: '' });
        }
      }),
    );
  });

  test('a short name and its FQDN find the same, and the order of documents never matters', async () => {
    const names = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y')), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(names, fc.constantFrom('a', 'b', 'c'), fc.boolean(), async (services, name, closedWorld) => {
        const documents = [
          ...services.map(([s, n]) => service(s, n)),
          route('asker', 'x'),
          entry('*.y.svc.cluster.local', 'y'),
        ];
        const meshes = await Promise.all(
          [documents, [...documents].reverse()].map((list) => makeMesh(list.join('---\n'), { closedWorld })),
        );
        const answers = meshes.flatMap((mesh) =>
          [name, `${name}.x.svc.cluster.local`].map((host) => answer(mesh, host)),
        );
        expect(new Set(answers).size).toBe(1);
      }),
      { numRuns: 50 },
    );
  });

  test('an index finds what covers, and nothing else', () => {
    const host = fc.oneof(
      fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }).map((l) => l.join('.')),
      fc.array(fc.constantFrom('a', 'b'), { minLength: 0, maxLength: 3 }).map((l) => ['*', ...l].join('.')),
    );
    fc.assert(
      fc.property(fc.array(host, { maxLength: 8 }), host, (hosts, asked) => {
        const index = new HostIndex<string>();
        for (const one of hosts) index.add(one, one);
        expect([...index.covering(asked)].sort()).toEqual(hosts.filter((one) => covers(one, asked)).sort());
      }),
    );
  });
});
