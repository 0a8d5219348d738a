import { describe, expect, test } from 'vitest';
import { deployment, istio, lineOf, meshed, service, to, World } from '../testing/trace-world.ts';

const EDGE = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'edge', namespace: 'ingress' },
  spec: {
    selector: { matchLabels: { istio: 'ingressgateway' } },
    template: {
      metadata: { labels: { istio: 'ingressgateway' }, annotations: { 'inject.istio.io/templates': 'gateway' } },
      spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] },
    },
  },
};
const EDGE_SERVICE = service('ingress/edge', ['http:80>8080', 'https:443>8443', 'tcp:9000'], {
  selector: { istio: 'ingressgateway' },
});
const SHOP = [
  meshed('shop'),
  meshed('ingress'),
  EDGE,
  EDGE_SERVICE,
  deployment('shop/cart'),
  service('shop/cart', ['http:80>8080']),
];
const CART = 'cart.shop.svc.cluster.local:80 [shop/cart:8080 istio]';

const server = (number: number, protocol: string, hosts: readonly string[], more: object = {}) => ({
  port: { number, name: `${protocol.toLowerCase()}-${number}`, protocol },
  hosts,
  ...more,
});
const gateway = (name: string, servers: readonly object[], day?: number) =>
  istio(`Gateway ${name}`, { selector: { istio: 'ingressgateway' }, servers }, day);
const route = (name: string, hosts: readonly string[], spec: object, day?: number) =>
  istio(`VirtualService ${name}`, { hosts, gateways: ['ingress/web'], ...spec }, day);
const rule = (more: object = {}) => ({ http: [to('cart.shop.svc.cluster.local', more)] });

async function ask(resources: readonly object[], url: string, more: object = {}): Promise<string> {
  const world = await World.of([...SHOP, ...resources]);
  return lineOf(world.trace('ingress/edge', url, { gateway: true, ...more }));
}

describe('plain HTTP', () => {
  const web = gateway('ingress/web', [server(80, 'HTTP', ['*.example.com'])]);

  test('the Service port opens its target port, and the route of the host takes it', async () => {
    expect(await ask([web, route('shop/cart', ['cart.example.com'], rule())], 'http://cart.example.com/')).toBe(
      `forwarded by shop/cart: ${CART}`,
    );
  });

  test('without a Service of the gateway port 80 leads to 8080, where a server listens there and at 80 none does', async () => {
    const alone = SHOP.filter((one) => one !== EDGE_SERVICE);
    const cart = route('shop/cart', ['cart.example.com'], rule());
    const at = async (closedWorld: boolean, ...numbers: number[]) => {
      const servers = numbers.map((number) => server(number, 'HTTP', ['*']));
      const world = await World.of([...alone, gateway('ingress/web', servers), cart], { closedWorld });
      return world.trace('ingress/edge', 'http://cart.example.com/', { gateway: true });
    };
    for (const closed of [true, false]) expect(lineOf(await at(closed, 8080))).toContain(CART);
    expect((await at(true, 8080)).steps[0]?.text).toBe(
      'no Service of Deployment ingress/edge was read; as usual, port 80 leads to port 8080 of the pods',
    );
    expect((await at(false, 8080)).needs.join()).toContain('the Service of Deployment ingress/edge');
    expect((await at(true, 8080, 80)).steps[0]?.text).not.toContain('as usual');
    expect(lineOf(await at(true, 9090))).toContain('no-listener');
  });

  test('a server whose number is that of the pods works too', async () => {
    const own = gateway('ingress/web', [server(8080, 'HTTP', ['*'])]);
    expect(await ask([own, route('shop/cart', ['cart.example.com'], rule())], 'http://cart.example.com/')).toContain(
      CART,
    );
  });

  test('no route, no host, no server', async () => {
    const cart = route('shop/cart', ['cart.example.com'], rule({ match: [{ uri: { prefix: '/api' } }] }));
    expect(await ask([web, cart], 'http://cart.example.com/')).toBe('no-route');
    expect(await ask([web, cart], 'http://other.example.com/')).toBe('no-route');
    expect(await ask([web, cart], 'http://cart.example.org/api')).toBe('no-route');
    expect(await ask([web, cart], 'tcp://cart.example.com:9000')).toBe('no-listener');
  });

  test('a route is heard in the namespaces that the server lets in, and where the gateway sees it', async () => {
    const only = (host: string) => gateway('ingress/web', [server(80, 'HTTP', [host])]);
    const cart = route('shop/cart', ['cart.example.com'], rule());
    expect(await ask([only('shop/*.example.com'), cart], 'http://cart.example.com/')).toContain(CART);
    expect(await ask([only('*/*.example.com'), cart], 'http://cart.example.com/')).toContain(CART);
    expect(await ask([only('./*.example.com'), cart], 'http://cart.example.com/')).toBe('no-route');
    const hidden = route('shop/cart', ['cart.example.com'], { ...rule(), exportTo: ['.'] });
    expect(await ask([web, hidden], 'http://cart.example.com/')).toBe('no-route');
  });

  test('the name of the Gateway without its namespace means the one of the route', async () => {
    const bare = route('shop/cart', ['cart.example.com'], { ...rule(), gateways: ['web'] });
    expect(await ask([web, bare], 'http://cart.example.com/')).toBe('no-route');
  });

  test('a match names the Gateway as its own namespace means it', async () => {
    const matching = (name: string) =>
      route('shop/cart', ['cart.example.com'], {
        http: [{ match: [{ gateways: [name] }], route: [{ destination: { host: 'cart' } }] }],
      });
    expect(await ask([web, matching('ingress/web')], 'http://cart.example.com/')).toContain(CART);
    expect(await ask([web, matching('web.ingress')], 'http://cart.example.com/')).toContain(CART);
    expect(await ask([web, matching('web')], 'http://cart.example.com/')).toBe('no-route');
  });

  test('VirtualServices of one host are put together, and what takes everything comes last', async () => {
    const all = route('shop/all', ['cart.example.com'], rule(), 1);
    const api = route(
      'shop/api',
      ['cart.example.com'],
      { http: [{ match: [{ uri: { prefix: '/api' } }], directResponse: { status: 418 } }] },
      2,
    );
    expect(await ask([web, all, api], 'http://cart.example.com/api')).toBe('direct-response 418 by shop/api');
    expect(await ask([web, all, api], 'http://cart.example.com/')).toContain(CART);
  });

  test('a redirect to HTTPS, also without a route; not for a host that names its namespace', async () => {
    const secure = (host: string) =>
      gateway('ingress/web', [server(80, 'HTTP', [host], { tls: { httpsRedirect: true } })]);
    expect(await ask([secure('cart.example.com')], 'http://cart.example.com/')).toBe('https-redirect');
    expect(await ask([secure('shop/cart.example.com')], 'http://cart.example.com/')).toBe('no-route');
  });
});

describe('TLS', () => {
  const https = (hosts: readonly string[], mode = 'SIMPLE') =>
    server(443, mode === 'PASSTHROUGH' ? 'TLS' : 'HTTPS', hosts, { tls: { mode, credentialName: 'cert' } });
  const web = gateway('ingress/web', [https(['cart.example.com'])]);

  test('the server ends it, found by the server name, and routes by the host', async () => {
    const cart = route('shop/cart', ['cart.example.com'], rule());
    expect(await ask([web, cart], 'https://cart.example.com/')).toContain(CART);
    expect(await ask([web, cart], 'https://other.example.com/')).toBe('no-filter-chain');
    expect(await ask([web, cart], 'https://other.example.com/', { sni: 'cart.example.com' })).toBe('no-route');
    expect(await ask([web, cart], 'http://cart.example.com:443/')).toBe('tls-required');
  });

  test('passed through it goes by tls rules, and http rules are not heard', async () => {
    const through = gateway('ingress/web', [https(['cart.example.com'], 'PASSTHROUGH')]);
    const tls = route('shop/cart', ['cart.example.com'], {
      tls: [
        {
          match: [{ port: 443, sniHosts: ['cart.example.com'] }],
          route: [{ destination: { host: 'cart.shop.svc.cluster.local', port: { number: 80 } } }],
        },
      ],
    });
    expect(await ask([through, tls], 'https://cart.example.com/')).toBe(`forwarded: ${CART}`);
    expect(await ask([through, route('shop/cart', ['cart.example.com'], rule())], 'https://cart.example.com/')).toBe(
      'no-listener',
    );
  });

  test('of two servers of one port with one host the older holds; the other is told', async () => {
    const second = gateway('ingress/late', [https(['cart.example.com', 'more.example.com'])], 2);
    const first = gateway('ingress/web', [https(['cart.example.com'])], 1);
    const late = istio('VirtualService shop/late', {
      hosts: ['more.example.com'],
      gateways: ['ingress/late'],
      ...rule(),
    });
    expect(await ask([first, second, late], 'https://more.example.com/')).toBe('no-filter-chain');
  });
});

test('bytes without HTTP go by the tcp rule of the port', async () => {
  const web = gateway('ingress/web', [server(9000, 'TCP', ['*'])]);
  const tcp = (port: number) =>
    route('shop/cart', ['*'], {
      tcp: [
        { match: [{ port }], route: [{ destination: { host: 'cart.shop.svc.cluster.local', port: { number: 80 } } }] },
      ],
    });
  expect(await ask([web, tcp(9000)], 'tcp://any:9000')).toBe(`forwarded: ${CART}`);
  expect(await ask([web, tcp(9001)], 'tcp://any:9000')).toBe('no-listener');
});
