import { describe, expect, test } from 'vitest';
import { deployment, istio, meshed, service, to, World } from '../testing/trace-world.ts';

const SHOP = [
  meshed('shop'),
  deployment('shop/web'),
  deployment('shop/cart-v1'),
  deployment('shop/cart-v2'),
  service('shop/cart', ['http:80>8080']),
  istio('DestinationRule shop/cart', {
    host: 'cart',
    subsets: [
      { name: 'v1', labels: { version: 'v1' } },
      { name: 'v2', labels: { version: 'v2' } },
    ],
  }),
];
const V1 = 'cart.shop.svc.cluster.local:80/v1 [shop/cart-v1:8080 istio]';
const V2 = 'cart.shop.svc.cluster.local:80/v2 [shop/cart-v2:8080 istio]';
const rules = (...http: object[]) => istio('VirtualService shop/cart', { hosts: ['cart'], http });
const match = (...matches: object[]) => ({ match: matches });

async function asked(http: readonly object[], path: string, more: object = {}): Promise<string> {
  const world = await World.of([...SHOP, rules(...http)]);
  return world.ask('shop/web', `http://cart${path}`, more);
}

describe('matches', () => {
  const other = to('cart/v1');
  const took = async (one: object, path: string, more: object = {}) =>
    (await asked([to('cart/v2', match(one)), other], path, more)).endsWith(V2);

  test.each([
    [{ uri: { exact: '/api' } }, '/api', true],
    [{ uri: { exact: '/api' } }, '/api?x=1', true],
    [{ uri: { exact: '/api' } }, '/api/', false],
    [{ uri: { prefix: '/api' } }, '/apiary', true],
    [{ uri: { prefix: '/api/' } }, '/api', false],
    [{ uri: { prefix: '/API' } }, '/api', false],
    [{ uri: { prefix: '/API' }, ignoreUriCase: true }, '/api', true],
    [{ uri: { regex: '/a.i' } }, '/api', true],
    [{ uri: { regex: '/a.i' } }, '/api/x', false],
    [{ uri: { exact: '/api/*' } }, '/api/x', false],
    [{ queryParams: { page: { exact: '2' } } }, '/?page=2', true],
    [{ queryParams: { page: { exact: '2' } } }, '/?page=20', false],
    [{ port: 80 }, '/', true],
    [{ port: 8080 }, '/', false],
    [{ sourceLabels: { app: 'web' } }, '/', true],
    [{ sourceLabels: { app: 'batch' } }, '/', false],
    [{ sourceNamespace: 'bank' }, '/', false],
    [{ gateways: ['edge'] }, '/', false],
    [{ gateways: ['mesh'] }, '/', true],
    [{ scheme: { exact: 'https' } }, '/', false],
    [{ authority: { exact: 'cart' } }, '/', true],
    [{}, '/', true],
  ])('%j takes %s: %s', async (one, path, expected) => {
    expect(await took(one, path)).toBe(expected);
  });

  test('headers: a value, its beginning, only that it is there; and that it is not', async () => {
    const ann = { headers: new Map([['x-user', 'ann']]) };
    expect(await took({ headers: { 'x-user': { exact: 'ann' } } }, '/', ann)).toBe(true);
    expect(await took({ headers: { 'X-User': { prefix: 'a' } } }, '/', ann)).toBe(true);
    expect(await took({ headers: { 'x-user': {} } }, '/', ann)).toBe(true);
    expect(await took({ headers: { 'x-user': {} } }, '/')).toBe(false);
    expect(await took({ withoutHeaders: { 'x-user': {} } }, '/', ann)).toBe(false);
    expect(await took({ withoutHeaders: { 'x-user': {} } }, '/')).toBe(true);
    expect(await took({ withoutHeaders: { 'x-user': { exact: 'bob' } } }, '/', ann)).toBe(true);
  });

  test('all parts of one match have to hold, one of several matches is enough', async () => {
    const both = { uri: { prefix: '/api' }, method: { exact: 'POST' } };
    expect(await took(both, '/api')).toBe(false);
    expect(await took(both, '/api', { method: 'POST' })).toBe(true);
    const either = [to('cart/v2', match({ uri: { exact: '/a' } }, { uri: { exact: '/b' } })), to('cart/v1')];
    expect(await asked(either, '/b')).toContain(V2);
  });

  test('the first rule that takes a request decides, and none is 404', async () => {
    expect(await asked([to('cart/v1'), to('cart/v2', match({ uri: { exact: '/b' } }))], '/b')).toContain(V1);
    expect(await asked([to('cart/v1', match({ uri: { exact: '/a' } }))], '/b')).toBe('no-route');
  });

  test('a value that is filled in later leaves it open, and says so', async () => {
    const world = await World.of([...SHOP, rules(to('cart/v2', match({ uri: { prefix: '$' + '{BASE}' } })))]);
    expect(world.trace('shop/web', 'http://cart/').outcome).toBe('unknown');
  });
});

describe('actions', () => {
  test('weights, of which zero gets nothing', async () => {
    const route = [
      { destination: { host: 'cart', subset: 'v1' }, weight: 90 },
      { destination: { host: 'cart', subset: 'v2' }, weight: 10 },
    ];
    expect(await asked([{ route }], '/')).toBe(
      'forwarded by shop/cart: cart.shop.svc.cluster.local:80/v1 90% [shop/cart-v1:8080 istio]; cart.shop.svc.cluster.local:80/v2 10% [shop/cart-v2:8080 istio]',
    );
    const none = [
      { ...route[0], weight: 100 },
      { ...route[1], weight: 0 },
    ];
    expect(await asked([{ route: none }], '/')).toBe(`forwarded by shop/cart: ${V1}`);
  });

  test('redirect and direct response', async () => {
    expect(await asked([{ redirect: { uri: '/new' } }], '/')).toBe('redirect by shop/cart');
    expect(await asked([{ directResponse: { status: 503 } }], '/')).toBe('direct-response 503 by shop/cart');
  });

  test('rewrite, timeout, fault and mirror', async () => {
    const rule = to('cart/v1', {
      rewrite: { uri: '/v2' },
      timeout: '3s',
      fault: { abort: { httpStatus: 503, percentage: { value: 5 } } },
      mirror: { host: 'cart', subset: 'v2' },
      mirrorPercentage: { value: 25 },
    });
    const world = await World.of([...SHOP, rules(rule)]);
    const { rewrite, timeout, fault, mirrors } = world.trace('shop/web', 'http://cart/');
    expect({ rewrite, timeout, fault, mirrors }).toEqual({
      rewrite: { uri: '/v2' },
      timeout: '3s',
      fault: { abort: { status: 503, percent: 5 } },
      mirrors: [{ host: 'cart.shop.svc.cluster.local', port: 80, subset: 'v2', percent: 25 }],
    });
  });

  test('a destination whose port the host lacks, whose subset or host nobody knows: 503', async () => {
    for (const target of ['cart:8080', 'cart/v3', 'cart.shop', 'nobody'])
      expect(await asked([to(target)], '/')).toContain('missing');
  });
});

describe('several VirtualServices', () => {
  const of = (name: string, hosts: string[], target: string, day: number, more: object = {}) =>
    istio(`VirtualService shop/${name}`, { hosts, http: [to(target)], ...more }, day);

  test('of one host the older one holds, and the other is passed over with the reason', async () => {
    const world = await World.of([
      ...SHOP,
      of('b', ['cart'], 'cart/v2', 2),
      of('a', ['cart.shop.svc.cluster.local'], 'cart/v1', 1),
    ]);
    expect(world.ask('shop/web', 'http://cart/')).toBe(`forwarded by shop/a: ${V1}`);
    const passed = world.trace('shop/web', 'http://cart/').steps.flatMap((s) => s.passedOver ?? []);
    expect(passed.map((p) => p.resource.name)).toContain('b');
  });

  test('the host that fits best wins, whichever is older', async () => {
    const world = await World.of([
      ...SHOP,
      of('wide', ['*.shop.svc.cluster.local'], 'cart/v2', 1),
      of('narrow', ['cart'], 'cart/v1', 2),
    ]);
    expect(world.ask('shop/web', 'http://cart/')).toBe(`forwarded by shop/narrow: ${V1}`);
  });

  test('one that only a gateway hears holds for no pod', async () => {
    const world = await World.of([...SHOP, of('edge', ['cart'], 'cart/v2', 1, { gateways: ['edge'] })]);
    expect(world.ask('shop/web', 'http://cart/')).toContain('forwarded: cart.shop');
  });

  test('a dotted name that nobody completes is a host of its own', async () => {
    const world = await World.of([...SHOP, of('dotted', ['cart.shop'], 'cart/v2', 1)]);
    expect(world.ask('shop/web', 'http://cart/')).toContain('forwarded: cart.shop');
  });

  test('exportTo keeps a route in its namespace', async () => {
    const bank = [meshed('bank'), deployment('bank/teller')];
    const world = await World.of([...SHOP, ...bank, of('own', ['cart'], 'cart/v2', 1, { exportTo: ['.'] })]);
    expect(world.ask('shop/web', 'http://cart/')).toContain(V2);
    expect(world.ask('bank/teller', 'http://cart.shop/')).toContain('forwarded: cart.shop');
  });
});

describe('delegates', () => {
  const root = (more: object = {}, day = 1) =>
    istio(
      'VirtualService shop/cart',
      {
        hosts: ['cart'],
        http: [{ ...match({ uri: { prefix: '/api' } }), delegate: { name: 'team', ...more } }, to('cart/v1')],
      },
      day,
    );

  test('their rules stand in place of the one that names them, and both matches have to hold', async () => {
    const team = istio('VirtualService shop/team', { http: [to('cart/v2', match({ uri: { prefix: '/api/v2' } }))] });
    const world = await World.of([...SHOP, root(), team]);
    expect(world.ask('shop/web', 'http://cart/api/v2/x')).toContain(V2);
    expect(world.ask('shop/web', 'http://cart/api/v1')).toContain(V1);
  });

  test('a hundred VirtualServices may share a delegate of a hundred rules', async () => {
    const roots = Array.from({ length: 100 }, (_, i) =>
      istio(`VirtualService shop/root-${i}`, { hosts: [`h${i}.example.com`], http: [{ delegate: { name: 'team' } }] }),
    );
    const http = Array.from({ length: 99 }, (_, i) => to('cart/v1', match({ uri: { prefix: `/v1/${i}/` } })));
    const last = to('cart/v2', match({ uri: { prefix: '/last' } }));
    const team = istio('VirtualService shop/team', { http: [...http, last] });
    const entry = istio('ServiceEntry shop/hosts', {
      hosts: roots.map((_, i) => `h${i}.example.com`),
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      resolution: 'NONE',
    });
    const world = await World.of([...SHOP, ...roots, entry, team]);
    expect(world.ask('shop/web', 'http://h99.example.com/last')).toContain(V2);
  });

  test('a match that contradicts the one above is never reached', async () => {
    const team = istio('VirtualService shop/team', { http: [to('cart/v2', match({ uri: { prefix: '/other' } }))] });
    const world = await World.of([...SHOP, root(), team]);
    expect(world.ask('shop/web', 'http://cart/other')).toContain(V1);
  });

  test('one that is not seen, or has hosts itself, takes its rule away', async () => {
    const hidden = istio('VirtualService bank/team', { http: [to('cart/v2')], exportTo: ['.'] });
    expect(
      (await World.of([...SHOP, root({ namespace: 'bank' }), hidden])).ask('shop/web', 'http://cart/api'),
    ).toContain(V1);
    const hosted = istio('VirtualService shop/team', { hosts: ['other'], http: [to('cart/v2')] });
    expect((await World.of([...SHOP, root(), hosted])).ask('shop/web', 'http://cart/api')).toContain(V1);
  });
});
