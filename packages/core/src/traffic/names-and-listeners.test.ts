import { describe, expect, test } from 'vitest';
import { deployment, istio, meshed, plain, service, to, World } from '../testing/trace-world.ts';

const SHOP = [meshed('shop'), deployment('shop/web'), deployment('shop/cart'), service('shop/cart', ['http:80>8080'])];
const CART = 'cart.shop.svc.cluster.local:80 [shop/cart:8080 istio]';

describe('names', () => {
  test('a Service has three short names, the bare one in its own namespace alone', async () => {
    const world = await World.of([...SHOP, meshed('bank'), deployment('bank/teller')]);
    for (const host of ['cart', 'cart.shop', 'cart.shop.svc', 'cart.shop.svc.cluster.local'])
      expect(world.ask('shop/web', `http://${host}/`)).toBe(`forwarded: ${CART}`);
    expect(world.ask('bank/teller', 'http://cart.shop/')).toBe(`forwarded: ${CART}`);
    expect(world.ask('bank/teller', 'http://cart/')).toBe('passthrough');
  });

  test('in an open world a Service that was not read is unknown, and what would tell is said', async () => {
    const world = await World.of(SHOP, { closedWorld: false });
    const trace = world.trace('shop/web', 'http://prices.bank.svc.cluster.local/');
    expect(trace.outcome).toBe('unknown');
    expect(trace.needs).toEqual(['the manifest of Service bank/prices']);
  });

  test('an ExternalName is another name of a Service: its rules and endpoints count', async () => {
    const alias = service('shop/basket', [], {
      type: 'ExternalName',
      externalName: 'cart.shop.svc.cluster.local',
      selector: undefined,
    });
    const world = await World.of([...SHOP, alias]);
    expect(world.ask('shop/web', 'http://basket/')).toBe(`forwarded: ${CART}`);
  });

  test('of a headless Service DNS gives the pods, which are asked at the port that was called', async () => {
    const world = await World.of([
      ...SHOP,
      deployment('shop/queue'),
      service('shop/queue', ['http:80>8080'], { clusterIP: 'None' }),
    ]);
    expect(world.ask('shop/web', 'http://queue/')).toBe(
      'forwarded: queue.shop.svc.cluster.local:80 [shop/queue:80 istio]',
    );
  });
});

describe('listeners', () => {
  test('opaque bytes to a Service stay at its address, whatever the host says', async () => {
    const world = await World.of([...SHOP, deployment('shop/db'), service('shop/db', ['tcp:5432'])]);
    expect(world.ask('shop/web', 'tcp://db:5432')).toBe(
      'forwarded: db.shop.svc.cluster.local:5432 [shop/db:5432 istio]',
    );
  });

  test('where one port is HTTP for one Service and TCP for another both work: their addresses differ', async () => {
    const world = await World.of([...SHOP, deployment('shop/db'), service('shop/db', ['tcp:80'])]);
    expect(world.ask('shop/web', 'http://cart/')).toBe(`forwarded: ${CART}`);
    expect(world.ask('shop/web', 'tcp://db:80')).toBe('forwarded: db.shop.svc.cluster.local:80 [shop/db:80 istio]');
  });

  test('bytes that are no HTTP on an HTTP port go through as they are', async () => {
    const world = await World.of(SHOP);
    expect(world.ask('shop/web', 'tcp://cart:80')).toBe('passthrough');
  });

  test('REGISTRY_ONLY blocks what nobody registered: HTTP with a status, all else without', async () => {
    const world = await World.of(SHOP, {}, { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
    expect(world.ask('shop/web', 'http://api.example.com/')).toBe('direct-response 502');
    expect(world.ask('shop/web', 'https://api.example.com/')).toBe('blocked');
  });

  test('a TLS entry without an address is found by the server name', async () => {
    const entry = istio('ServiceEntry shop/pay', {
      hosts: ['pay.example.com'],
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
      resolution: 'DNS',
    });
    const world = await World.of([...SHOP, entry], {}, { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
    expect(world.ask('shop/web', 'https://pay.example.com/')).toBe(
      'forwarded: pay.example.com:443 [pay.example.com:443 none]',
    );
    expect(world.ask('shop/web', 'https://other.example.com/')).toBe('blocked');
    expect(world.ask('shop/web', 'https://pay.example.com/', { sni: 'other.example.com' })).toBe('blocked');
  });

  test('two entries on one TCP port without addresses: the older one gets everything, and the other is told', async () => {
    const entry = (name: string, day: number) =>
      istio(
        `ServiceEntry shop/${name}`,
        { hosts: [`${name}.example.com`], ports: [{ number: 9000, name: 'tcp', protocol: 'TCP' }], resolution: 'DNS' },
        day,
      );
    const world = await World.of([...SHOP, entry('late', 2), entry('early', 1)]);
    const trace = world.trace('shop/web', 'tcp://late.example.com:9000');
    expect(trace.destinations[0]?.host).toBe('early.example.com');
    expect(trace.steps.flatMap((s) => s.passedOver ?? []).map((p) => p.resource.name)).toEqual(['late']);
  });

  test('a pod without sidecar calls as Kubernetes routes: no rule holds for it', async () => {
    const split = istio('VirtualService shop/cart', { hosts: ['cart'], http: [{ directResponse: { status: 418 } }] });
    const world = await World.of([...SHOP, split, plain('jobs'), deployment('jobs/report')]);
    expect(world.ask('shop/web', 'http://cart/')).toBe('direct-response 418 by shop/cart');
    expect(world.ask('jobs/report', 'http://cart.shop/')).toBe(
      'forwarded: cart.shop.svc.cluster.local:80 [shop/cart:8080 none]',
    );
  });
});

describe('a Sidecar', () => {
  const bank = [meshed('bank'), deployment('bank/prices'), service('bank/prices', ['http:80'])];

  test('hides what it does not import', async () => {
    const sidecar = istio('Sidecar shop/default', { egress: [{ hosts: ['./*'] }] });
    const world = await World.of([...SHOP, ...bank, sidecar]);
    expect(world.ask('shop/web', 'http://cart/')).toBe(`forwarded: ${CART}`);
    expect(world.ask('shop/web', 'http://prices.bank/')).toBe('passthrough');
  });

  test('the destinations of the routes that it lets in come with them', async () => {
    const route = istio('VirtualService shop/cart', { hosts: ['cart'], http: [to('prices.bank.svc.cluster.local')] });
    const sidecar = istio('Sidecar shop/default', { egress: [{ hosts: ['./*'] }] });
    const world = await World.of([...SHOP, ...bank, sidecar, route]);
    expect(world.ask('shop/web', 'http://cart/')).toBe(
      'forwarded by shop/cart: prices.bank.svc.cluster.local:80 [bank/prices:80 istio]',
    );
  });

  test('one that selects the pods comes before the one of the namespace, and that before the one of the mesh', async () => {
    const only = (host: string, name: string, more: object = {}) =>
      istio(`Sidecar ${name}`, { egress: [{ hosts: [host] }], ...more });
    const all = [
      ...SHOP,
      ...bank,
      deployment('shop/batch'),
      only('istio-system/*', 'istio-system/default'),
      only('./*', 'shop/default'),
    ];
    const world = await World.of([
      ...all,
      only('bank/*', 'shop/batch', { workloadSelector: { labels: { app: 'batch' } } }),
    ]);
    expect(world.ask('shop/web', 'http://cart/')).toBe(`forwarded: ${CART}`);
    expect(world.ask('shop/batch', 'http://cart/')).toBe('passthrough');
    expect(world.ask('shop/batch', 'http://prices.bank/')).toContain('[bank/prices:80 istio]');
    expect(world.ask('bank/prices', 'http://prices/')).toBe('passthrough');
  });
});
