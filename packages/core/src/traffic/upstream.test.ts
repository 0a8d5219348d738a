import { describe, expect, test } from 'vitest';
import { deployment, istio, meshed, plain, service, to, World } from '../testing/trace-world.ts';

const SHOP = [
  meshed('shop'),
  deployment('shop/web'),
  deployment('shop/cart-v1'),
  deployment('shop/cart-v2'),
  service('shop/cart', ['http:80>8080', 'http-admin:9090']),
];
const rule = (namespace: string, spec: object, day?: number, name = 'cart') =>
  istio(`DestinationRule ${namespace}/${name}`, { host: 'cart.shop.svc.cluster.local', ...spec }, day);
const subset = (name: string, version = name, more: object = {}) => ({ name, labels: { version }, ...more });
const tls = (mode: string) => ({ tls: { mode } });

async function tlsOf(
  spec: object,
  url = 'http://cart/',
  more: readonly object[] = [],
  meshConfig?: object,
): Promise<string> {
  const world = await World.of([...SHOP, ...more, rule('shop', spec)], {}, meshConfig);
  const kinds = world.trace('shop/web', url).destinations.flatMap((d) => d.endpoints.map((e) => e.tls));
  return [...new Set(kinds)].join(' ');
}

describe('the DestinationRule that holds', () => {
  const bank = [meshed('bank'), deployment('bank/teller')];
  const v = (n: string) => istio('VirtualService shop/cart', { hosts: ['cart'], http: [to(`cart/${n}`)] });
  const finds = async (rules: readonly object[], caller = 'bank/teller') =>
    !(await World.of([...SHOP, ...bank, v('v1'), ...rules])).ask(caller, 'http://cart.shop/').includes('missing');

  test('is the one of the caller, else of the host, else of the root namespace', async () => {
    expect(await finds([rule('shop', { subsets: [subset('v1')] })])).toBe(true);
    expect(await finds([rule('istio-system', { subsets: [subset('v1')] })])).toBe(true);
    expect(await finds([rule('bank', {}), rule('shop', { subsets: [subset('v1')] })])).toBe(false);
    expect(await finds([rule('shop', {}), rule('istio-system', { subsets: [subset('v1')] })])).toBe(false);
    expect(await finds([rule('other', { subsets: [subset('v1')] })])).toBe(false);
  });

  test('exportTo keeps it from the others', async () => {
    const own = rule('shop', { subsets: [subset('v1')], exportTo: ['.'] });
    expect(await finds([own])).toBe(false);
    expect(await finds([own], 'shop/web')).toBe(true);
    expect(await finds([rule('shop', { subsets: [subset('v1')], exportTo: ['bank'] })])).toBe(true);
  });

  test('the narrower host replaces the wider one whole', async () => {
    const wide = istio('DestinationRule shop/all', { host: '*.shop.svc.cluster.local', subsets: [subset('v1')] });
    expect(await finds([wide])).toBe(true);
    expect(await finds([wide, rule('shop', {})])).toBe(false);
  });

  test('two of one host and namespace are put together; of two subsets with one name the older counts', async () => {
    expect(await finds([rule('shop', {}, 1, 'a'), rule('shop', { subsets: [subset('v1')] }, 2, 'b')])).toBe(true);
    const world = await World.of([
      ...SHOP,
      v('v1'),
      rule('shop', { subsets: [subset('v1', 'v2')] }, 2, 'a'),
      rule('shop', { subsets: [subset('v1', 'v1')] }, 1, 'b'),
    ]);
    expect(world.ask('shop/web', 'http://cart/')).toContain('[shop/cart-v1:8080 istio]');
  });

  test('a workloadSelector makes it hold for the pods of its namespace that it selects, before the others', async () => {
    const selecting = rule(
      'shop',
      { subsets: [subset('v1')], workloadSelector: { matchLabels: { app: 'web' } } },
      2,
      'web',
    );
    const rules = [rule('shop', {}, 1, 'all'), selecting];
    expect(await finds(rules, 'shop/web')).toBe(true);
    expect(await finds(rules, 'shop/cart-v1')).toBe(false);
    expect(await finds(rules)).toBe(false);
  });
});

describe('what is spoken to the endpoints', () => {
  test('each mode of a rule, and mutual TLS where nothing is said', async () => {
    expect(await tlsOf({})).toBe('istio');
    expect(await tlsOf({ trafficPolicy: tls('DISABLE') })).toBe('none');
    expect(await tlsOf({ trafficPolicy: { tls: {} } })).toBe('none');
    expect(await tlsOf({ trafficPolicy: tls('SIMPLE') })).toBe('simple');
    expect(await tlsOf({ trafficPolicy: tls('MUTUAL') })).toBe('mutual');
    expect(await tlsOf({ trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } })).toBe('istio');
  });

  test('a port level replaces all that stands above it, also with nothing', async () => {
    const policy = (...settings: object[]) => ({ trafficPolicy: { ...tls('DISABLE'), portLevelSettings: settings } });
    expect(await tlsOf(policy({ port: { number: 80 }, ...tls('SIMPLE') }))).toBe('simple');
    expect(await tlsOf(policy({ port: { number: 80 } }))).toBe('istio');
    expect(await tlsOf(policy({ port: { number: 9090 }, ...tls('SIMPLE') }))).toBe('none');
  });

  test('a subset says it anew, or keeps what the rule says', async () => {
    const to1 = istio('VirtualService shop/cart', { hosts: ['cart'], http: [to('cart/v1')] });
    const spec = (own: object) => ({ trafficPolicy: tls('SIMPLE'), subsets: [subset('v1', 'v1', own)] });
    expect(await tlsOf(spec({}), 'http://cart/', [to1])).toBe('simple');
    expect(await tlsOf(spec({ trafficPolicy: tls('DISABLE') }), 'http://cart/', [to1])).toBe('none');
    expect(await tlsOf(spec({ trafficPolicy: { outlierDetection: {} } }), 'http://cart/', [to1])).toBe('simple');
  });

  test('without auto mTLS it is plain text unless a rule says otherwise', async () => {
    expect(await tlsOf({}, 'http://cart/', [], { enableAutoMtls: false })).toBe('none');
    expect(await tlsOf({ trafficPolicy: tls('ISTIO_MUTUAL') }, 'http://cart/', [], { enableAutoMtls: false })).toBe(
      'istio',
    );
  });

  test('pods without a proxy get plain text, each for itself', async () => {
    const outside = [plain('old'), deployment('old/prices'), service('old/prices', ['http:80'])];
    const world = await World.of([...SHOP, ...outside]);
    expect(world.ask('shop/web', 'http://prices.old/')).toContain('[old/prices:80 none]');
  });

  test('a PeerAuthentication that turns it off, for the namespace or for one workload', async () => {
    const off = (spec: object) => [istio('PeerAuthentication shop/off', { mtls: { mode: 'DISABLE' }, ...spec })];
    expect(await tlsOf({}, 'http://cart/', off({}))).toBe('none');
    expect(await tlsOf({}, 'http://cart/', off({ selector: { matchLabels: { app: 'cart' } } }))).toBe('none');
    expect(await tlsOf({}, 'http://cart/', off({ selector: { matchLabels: { version: 'v1' } } }))).toBe('none istio');
  });
});

describe('several clusters', () => {
  test('their Services and endpoints are one mesh', async () => {
    const world = await World.of(SHOP);
    const other = (
      await World.of([
        meshed('shop'),
        deployment('shop/cart-v3'),
        service('shop/cart', ['http:80>8080', 'http-admin:9090']),
      ])
    ).mesh;
    const { Mesh } = await import('../mesh/mesh.ts');
    const both = new Mesh({
      resources: world.mesh.resources,
      settings: world.mesh.settings,
      clusters: new Map([['west', other.resources]]),
    });
    const { registryOf } = await import('./registry.ts');
    const host = registryOf(both).service('shop', 'cart');
    const [port] = host?.ports ?? [];
    if (!host || !port) throw new Error('no host');
    expect(
      registryOf(both)
        .endpoints(host, port)
        .endpoints.map((e) => e.name),
    ).toEqual(['shop/cart-v1', 'shop/cart-v2', 'west/shop/cart-v3']);
  });
});
