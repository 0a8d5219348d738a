import { describe, expect, test } from 'vitest';
import { deployment, istio, lineOf, meshed, service, to, World } from '../testing/trace-world.ts';

const api = (text: string, spec: object, day?: number) => {
  const [kind = '', path = ''] = text.split(' ');
  const [namespace = '', name = ''] = path.split('/');
  const creationTimestamp = day === undefined ? {} : { creationTimestamp: `2026-01-0${day}T00:00:00Z` };
  const version =
    kind === 'ReferenceGrant' ? 'v1beta1' : kind === 'TLSRoute' || kind === 'TCPRoute' ? 'v1alpha2' : 'v1';
  return {
    apiVersion: `gateway.networking.k8s.io/${version}`,
    kind,
    metadata: { name, namespace, ...creationTimestamp },
    spec,
  };
};
// As istiod deploys them: named after the Gateway and its class.
const FRONT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'front-istio', namespace: 'edge' },
  spec: {
    selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'front' } },
    template: {
      metadata: { labels: { 'gateway.networking.k8s.io/gateway-name': 'front' } },
      spec: { serviceAccountName: 'front-istio', containers: [{ name: 'istio-proxy', image: 'proxyv2' }] },
    },
  },
};
const listener = (name: string, protocol: string, port: number, more: object = {}) => ({
  name,
  protocol,
  port,
  allowedRoutes: { namespaces: { from: 'All' } },
  ...more,
});
const gateway = (listeners: readonly object[], more: object = {}) =>
  api('Gateway edge/front', { gatewayClassName: 'istio', listeners, ...more });
const HTTP = gateway([listener('http', 'HTTP', 80)]);
const SHOP = [
  meshed('shop'),
  meshed('edge'),
  meshed('blog'),
  FRONT,
  service('edge/front-istio', ['http:80', 'https:443', 'tls:8443', 'db:5432'], {
    selector: { 'gateway.networking.k8s.io/gateway-name': 'front' },
  }),
  deployment('shop/cart'),
  service('shop/cart', ['http:80>8080', 'http-admin:81>8080']),
  deployment('shop/cart-v2'),
  service('shop/cart-v2', ['http:80>8080'], { selector: { app: 'cart', version: 'v2' } }),
  deployment('shop/web'),
  deployment('blog/reader'),
];
const CART = 'cart.shop.svc.cluster.local:80 [shop/cart:8080 istio, shop/cart-v2:8080 istio]';
const backend = (name: string, more: object = {}) => ({ name, port: 80, ...more });
const front = { name: 'front', namespace: 'edge' };
const http = (path: string, rules: readonly object[], more: object = {}, day?: number) =>
  api(`HTTPRoute ${path}`, { parentRefs: [front], rules, ...more }, day);
const prefix = (value: string, more: object = {}) => ({ path: { type: 'PathPrefix', value }, ...more });

async function ask(resources: readonly object[], url: string, more: object = {}): Promise<string> {
  return lineOf((await World.of([...SHOP, ...resources])).trace('edge/front-istio', url, { gateway: true, ...more }));
}
async function askPod(from: string, resources: readonly object[], url: string, more: object = {}): Promise<string> {
  return (await World.of([...SHOP, ...resources])).ask(from, url, more);
}

describe('at a Gateway', () => {
  test('a route that attaches is heard for its hostnames', async () => {
    const route = http('shop/cart', [{ backendRefs: [backend('cart')] }], { hostnames: ['shop.example.com'] });
    expect(await ask([HTTP, route], 'http://shop.example.com/')).toBe(`forwarded by shop/cart: ${CART}`);
    expect(await ask([HTTP, route], 'http://other.example.com/')).toBe('no-route');
  });

  test('without hostnames it is heard for those of the listener', async () => {
    const route = http('shop/cart', [{ backendRefs: [backend('cart')] }]);
    const only = gateway([listener('http', 'HTTP', 80, { hostname: '*.example.com' })]);
    expect(await ask([only, route], 'http://a.example.com/')).toBe(`forwarded by shop/cart: ${CART}`);
    expect(await ask([only, route], 'http://example.org/')).toBe('no-route');
  });

  test('a name of another listener is left to that one', async () => {
    const both = gateway([
      listener('all', 'HTTP', 80, { hostname: '*.example.com' }),
      listener('a', 'HTTP', 80, { hostname: 'a.example.com', allowedRoutes: { namespaces: { from: 'Same' } } }),
    ]);
    const route = http('shop/cart', [{ backendRefs: [backend('cart')] }], {
      hostnames: ['a.example.com', 'b.example.com'],
    });
    expect(await ask([both, route], 'http://a.example.com/')).toBe('no-route');
    expect(await ask([both, route], 'http://b.example.com/')).toBe(`forwarded by shop/cart: ${CART}`);
  });

  test('a route of a namespace that the listener does not let in is not heard', async () => {
    const same = gateway([listener('http', 'HTTP', 80, { allowedRoutes: { namespaces: { from: 'Same' } } })]);
    expect(await ask([same, http('shop/cart', [{ backendRefs: [backend('cart')] }])], 'http://a.example.com/')).toBe(
      'no-route',
    );
  });

  test('another port and another Gateway', async () => {
    const route = http('shop/cart', [{ backendRefs: [backend('cart')] }]);
    expect(await ask([HTTP, route], 'http://a.example.com:8443/')).toBe('no-listener');
    const other = api('HTTPRoute shop/cart', {
      parentRefs: [{ name: 'back', namespace: 'edge' }],
      rules: [{ backendRefs: [backend('cart')] }],
    });
    expect(await ask([HTTP, other], 'http://a.example.com/')).toBe('no-route');
  });

  test.each([
    ['edge', `forwarded by shop/cart: ${CART}`],
    ['other', 'no-listener'],
  ])(
    'a gateway that is deployed by hand serves the Gateway of its namespace whose address is its Service: %s',
    async (namespace, expected) => {
      const edge = {
        ...FRONT,
        metadata: { name: 'own', namespace },
        spec: {
          selector: { matchLabels: { app: 'own' } },
          template: {
            metadata: { labels: { app: 'own' }, annotations: { 'inject.istio.io/templates': 'gateway' } },
            spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] },
          },
        },
      };
      const manual = gateway([listener('http', 'HTTP', 80)], {
        addresses: [{ type: 'Hostname', value: `own.${namespace}.svc.cluster.local` }],
      });
      const world = await World.of([
        ...SHOP,
        edge,
        service(`${namespace}/own`, ['http:80>8080'], { selector: { app: 'own' } }),
        manual,
        http('shop/cart', [{ backendRefs: [backend('cart')] }]),
      ]);
      expect(lineOf(world.trace(`${namespace}/own`, 'http://a.example.com/', { gateway: true }))).toBe(expected);
    },
  );
});

describe('which rule', () => {
  const named = (name: string, match: object) => ({ name, matches: [match], backendRefs: [backend('cart')] });

  test.each([
    ['exact before prefix', '/api', 'exact'],
    ['the longest prefix', '/api/v2/items', 'long'],
    ['a prefix is one of whole parts', '/api/v20', 'short'],
    ['a trailing slash means nothing', '/slash', 'slash'],
    ['everything comes last', '/other', 'all'],
  ])('%s', async (_, path, expected) => {
    const route = http('shop/cart', [
      named('all', prefix('/')),
      named('short', prefix('/api')),
      named('slash', prefix('/slash/')),
      named('long', prefix('/api/v2')),
      named('exact', { path: { type: 'Exact', value: '/api' } }),
    ]);
    expect(await ask([HTTP, route], `http://a.example.com${path}`)).toBe(`forwarded by shop/cart ${expected}: ${CART}`);
  });

  test('a method, then headers, then parameters, in one order over all routes of a host', async () => {
    const one = http('shop/one', [named('plain', prefix('/a'))], {}, 1);
    const two = http(
      'shop/two',
      [
        named('query', prefix('/a', { queryParams: [{ name: 'q', value: '1' }] })),
        named('header', prefix('/a', { headers: [{ name: 'X-User', value: 'ann' }] })),
        named('method', prefix('/a', { method: 'POST' })),
      ],
      {},
      2,
    );
    const at = (more: object, path = '/a?q=1') => ask([HTTP, one, two], `http://x.example.com${path}`, more);
    const headers = new Map([['x-user', 'ann']]);
    expect(await at({ method: 'POST', headers })).toContain('shop/two method');
    expect(await at({ headers })).toContain('shop/two header');
    expect(await at({})).toContain('shop/two query');
    expect(await at({}, '/a')).toContain('shop/one plain');
  });

  test('of equal rules the older route wins, then the name', async () => {
    const rule = [{ matches: [prefix('/')], backendRefs: [backend('cart')] }];
    expect(
      await ask([HTTP, http('shop/a', rule, {}, 2), http('shop/b', rule, {}, 1)], 'http://x.example.com/'),
    ).toContain('by shop/b');
    expect(await ask([HTTP, http('shop/b', rule), http('shop/a', rule)], 'http://x.example.com/')).toContain(
      'by shop/a',
    );
  });

  test('the most specific host wins alone', async () => {
    const wide = http('shop/wide', [{ matches: [prefix('/')], backendRefs: [backend('cart')] }], {
      hostnames: ['*.example.com'],
    });
    const narrow = http('shop/narrow', [{ matches: [prefix('/api')], backendRefs: [backend('cart')] }], {
      hostnames: ['a.example.com'],
    });
    expect(await ask([HTTP, wide, narrow], 'http://a.example.com/other')).toBe('no-route');
    expect(await ask([HTTP, wide, narrow], 'http://b.example.com/other')).toContain('by shop/wide');
  });

  test('a call of gRPC is a path', async () => {
    const route = api('GRPCRoute shop/cart', {
      parentRefs: [front],
      rules: [
        {
          name: 'method',
          matches: [{ method: { service: 'shop.Cart', method: 'Add' } }],
          backendRefs: [backend('cart')],
        },
        { name: 'service', matches: [{ method: { service: 'shop.Cart' } }], backendRefs: [backend('cart')] },
      ],
    });
    expect(await ask([HTTP, route], 'http://a.example.com/shop.Cart/Add', { method: 'POST' })).toContain('cart method');
    expect(await ask([HTTP, route], 'http://a.example.com/shop.Cart/Get', { method: 'POST' })).toContain(
      'cart service',
    );
    expect(await ask([HTTP, route], 'http://a.example.com/shop.Other/Get', { method: 'POST' })).toBe('no-route');
  });
});

describe('what a rule does', () => {
  test('weights are shares of their sum', async () => {
    const route = http('shop/cart', [
      { backendRefs: [backend('cart', { weight: 1 }), backend('cart-v2', { weight: 3 })] },
    ]);
    const line = await ask([HTTP, route], 'http://a.example.com/');
    expect(line).toContain('cart.shop.svc.cluster.local:80 25%');
    expect(line).toContain('cart-v2.shop.svc.cluster.local:80 75%');
  });

  test('no backend with a weight is 500', async () => {
    const at = (rule: object) => ask([HTTP, http('shop/cart', [rule])], 'http://a.example.com/');
    expect(await at({ backendRefs: [] })).toBe('direct-response 500 by shop/cart');
    expect(await at({ backendRefs: [backend('cart', { weight: 0 })] })).toBe('direct-response 500 by shop/cart');
  });

  test('a backend that does not exist, or that nobody granted, is missing', async () => {
    const at = (ref: object, ...more: object[]) =>
      ask([HTTP, ...more, http('blog/cart', [{ backendRefs: [ref] }])], 'http://a.example.com/');
    expect(await at(backend('nobody'))).toContain('nobody.blog.svc.cluster.local:80 [missing]');
    expect(await at(backend('cart', { namespace: 'shop' }))).toContain('[missing]');
    const grant = api('ReferenceGrant shop/blog', {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'blog' }],
      to: [{ group: '', kind: 'Service' }],
    });
    expect(await at(backend('cart', { namespace: 'shop' }), grant)).toBe(`forwarded by blog/cart: ${CART}`);
  });

  test('redirects, rewrites, mirrors and timeouts', async () => {
    const route = http('shop/cart', [
      { matches: [prefix('/old')], filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }] },
      {
        matches: [prefix('/api')],
        timeouts: { request: '3s' },
        filters: [
          {
            type: 'URLRewrite',
            urlRewrite: { hostname: 'in.example.com', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v2' } },
          },
          { type: 'RequestMirror', requestMirror: { backendRef: backend('cart-v2'), percent: 10 } },
        ],
        backendRefs: [backend('cart')],
      },
    ]);
    expect(await ask([HTTP, route], 'http://a.example.com/old/x')).toBe('redirect by shop/cart');
    const world = await World.of([...SHOP, HTTP, route]);
    const trace = world.trace('edge/front-istio', 'http://a.example.com/api/items', { gateway: true });
    expect(trace).toMatchObject({
      timeout: '3s',
      rewrite: { uri: '/v2/items', authority: 'in.example.com' },
      mirrors: [{ host: 'cart-v2.shop.svc.cluster.local', port: 80, percent: 10 }],
    });
  });
});

describe('TLS and bytes', () => {
  const certificate = { tls: { certificateRefs: [{ name: 'c' }] } };

  test('a listener that ends TLS is found by its name, and hears its own routes', async () => {
    const https = gateway([
      listener('a', 'HTTPS', 443, { hostname: 'a.example.com', ...certificate }),
      listener('b', 'HTTPS', 443, { hostname: 'b.example.com', ...certificate }),
    ]);
    const route = api('HTTPRoute shop/cart', {
      parentRefs: [{ ...front, sectionName: 'a' }],
      rules: [{ backendRefs: [backend('cart')] }],
    });
    expect(await ask([https, route], 'https://a.example.com/')).toBe(`forwarded by shop/cart: ${CART}`);
    expect(await ask([https, route], 'https://b.example.com/')).toBe('no-route');
    expect(await ask([https, route], 'https://c.example.com/')).toBe('no-filter-chain');
    expect(await ask([https, route], 'http://a.example.com:443/')).toBe('tls-required');
  });

  test('a TLSRoute passes TLS on by its server name', async () => {
    const tls = gateway([listener('tls', 'TLS', 8443, { tls: { mode: 'Passthrough' } })]);
    const route = api('TLSRoute shop/cart', {
      parentRefs: [front],
      hostnames: ['a.example.com'],
      rules: [{ backendRefs: [backend('cart')] }],
    });
    expect(await ask([tls, route], 'https://a.example.com:8443/')).toBe(`forwarded: ${CART}`);
    expect(await ask([tls, route], 'https://b.example.com:8443/')).toBe('no-filter-chain');
  });

  test('a TCPRoute takes all bytes of its listener', async () => {
    const tcp = gateway([listener('db', 'TCP', 5432)]);
    const route = api('TCPRoute shop/cart', { parentRefs: [front], rules: [{ backendRefs: [backend('cart')] }] });
    expect(await ask([tcp, route], 'tcp://a.example.com:5432')).toBe(`forwarded: ${CART}`);
    expect(await ask([tcp], 'tcp://a.example.com:5432')).toBe('no-listener');
  });
});

describe('between pods', () => {
  const ofCart = (path: string, rules: readonly object[], more: object = {}, day?: number) =>
    api(
      `HTTPRoute ${path}`,
      { parentRefs: [{ group: '', kind: 'Service', name: 'cart', namespace: 'shop', ...more }], rules },
      day,
    );
  const toV2 = [{ backendRefs: [backend('cart-v2', { namespace: 'shop' })] }];
  const V2 = 'cart-v2.shop.svc.cluster.local:80 [shop/cart-v2:8080 istio]';
  const GRANT = api('ReferenceGrant shop/blog', {
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'blog' }],
    to: [{ group: '', kind: 'Service' }],
  });

  test('a route of the Service’s namespace holds for all callers', async () => {
    expect(await askPod('shop/web', [ofCart('shop/cart', toV2)], 'http://cart/')).toBe(`forwarded by shop/cart: ${V2}`);
    expect(await askPod('blog/reader', [ofCart('shop/cart', toV2)], 'http://cart.shop/')).toBe(
      `forwarded by shop/cart: ${V2}`,
    );
  });

  test('one of another namespace holds for callers of its own, before that of the Service', async () => {
    const both = [
      GRANT,
      ofCart('blog/cart', toV2, {}, 2),
      ofCart('shop/cart', [{ backendRefs: [backend('cart')] }], {}, 1),
    ];
    expect(await askPod('blog/reader', both, 'http://cart.shop/')).toBe(`forwarded by blog/cart: ${V2}`);
    expect(await askPod('shop/web', both, 'http://cart/')).toBe(`forwarded by shop/cart: ${CART}`);
  });

  test('the port of the parent is the port that is called', async () => {
    const only = ofCart('shop/cart', toV2, { port: 81 });
    expect(await askPod('shop/web', [only], 'http://cart:81/')).toBe(`forwarded by shop/cart: ${V2}`);
    expect(await askPod('shop/web', [only], 'http://cart/')).toBe(`forwarded: ${CART}`);
  });

  test('routes of one namespace for one Service are one', async () => {
    const a = ofCart('shop/a', [{ matches: [prefix('/')], backendRefs: [backend('cart')] }], {}, 1);
    const b = ofCart('shop/b', [{ matches: [prefix('/api')], backendRefs: [backend('cart-v2')] }], {}, 2);
    expect(await askPod('shop/web', [a, b], 'http://cart/api')).toBe(`forwarded by shop/b: ${V2}`);
    expect(await askPod('shop/web', [a, b], 'http://cart/')).toBe(`forwarded by shop/a: ${CART}`);
  });

  test('a VirtualService of the same host wins where it is older', async () => {
    const own = (day: number) => istio('VirtualService shop/vs', { hosts: ['cart'], http: [to('cart')] }, day);
    expect(await askPod('shop/web', [own(1), ofCart('shop/cart', toV2, {}, 2)], 'http://cart/')).toContain(
      'by shop/vs',
    );
    expect(await askPod('shop/web', [own(2), ofCart('shop/cart', toV2, {}, 1)], 'http://cart/')).toContain(
      'by shop/cart',
    );
  });
});
