import { describe, expect, test } from 'vitest';
import { deployment, istio, meshed, service, to, World } from '../testing/trace-world.ts';
import type { TrafficRequest } from './request.ts';

const EDGE = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'edge', namespace: 'ingress' },
  spec: {
    selector: { matchLabels: { istio: 'ingressgateway' } },
    template: {
      metadata: { labels: { istio: 'ingressgateway' } },
      spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] },
    },
  },
};
const SHOP = [meshed('shop'), meshed('ingress'), EDGE, deployment('shop/cart'), service('shop/cart', ['http:80>8080'])];
const server = (number: number, protocol: string, more: object = {}) => ({
  port: { number, name: `p-${number}`, protocol },
  hosts: ['shop.example.com'],
  ...more,
});
const gateway = (name: string, ...servers: readonly object[]) =>
  istio(`Gateway ${name}`, { selector: { istio: 'ingressgateway' }, servers });
const route = (spec: object, more: object = {}) =>
  istio('VirtualService shop/cart', { hosts: ['shop.example.com'], gateways: ['ingress/web'], ...spec, ...more });
const HTTP = { http: [to('cart.shop.svc.cluster.local')] };
const TCP = { tcp: [{ route: [{ destination: { host: 'cart.shop.svc.cluster.local' } }] }] };
const TLS = { tls: [{ match: [{ sniHosts: ['shop.example.com'] }], route: TCP.tcp[0]?.route }] };

async function why(resources: readonly object[], url: string, more: Partial<TrafficRequest> = {}): Promise<string[]> {
  const trace = (await World.of([...SHOP, ...resources])).trace('ingress/edge', url, { gateway: true, ...more });
  return trace.steps.flatMap(({ passedOver = [] }) =>
    passedOver.map(({ resource, why }) => `${resource.namespace}/${resource.name}: ${why}`),
  );
}

describe('why a gateway does not hear a VirtualService for the host', () => {
  const http = gateway('ingress/web', server(80, 'HTTP'));
  const url = 'http://shop.example.com/';

  test('it is bound to another gateway', async () => {
    expect(await why([http, route(HTTP, { gateways: ['ingress/other'] })], url)).toEqual([
      'shop/cart: it is bound to ingress/other',
    ]);
  });

  test('its exportTo hides it', async () => {
    expect(await why([http, route(HTTP, { exportTo: ['.'] })], url)).toEqual([
      'shop/cart: its exportTo keeps it from namespace ingress, where the gateway runs',
    ]);
  });

  test('the server lets another namespace in', async () => {
    const narrow = gateway('ingress/web', server(80, 'HTTP', { hosts: ['bank/shop.example.com'] }));
    expect(await why([narrow, route(HTTP)], url)).toEqual([
      'shop/cart: no server of the Gateway lets its host and namespace in',
    ]);
  });

  test('its rules are of another kind', async () => {
    expect(await why([http, route({ ...TLS, ...TCP })], url)).toEqual([
      'shop/cart: it has tls and tcp rules, and this server takes http rules',
    ]);
    const through = gateway('ingress/web', server(443, 'TLS', { tls: { mode: 'PASSTHROUGH' } }));
    expect(await why([through, route(HTTP)], 'https://shop.example.com/')).toEqual([
      'shop/cart: it has http rules, and this server takes tls rules',
    ]);
    const ended = gateway('ingress/web', server(443, 'TLS', { tls: { mode: 'SIMPLE', credentialName: 'a' } }));
    expect(await why([ended, route(HTTP)], 'https://shop.example.com/')).toEqual([
      'shop/cart: it has http rules, and this server takes tcp rules',
    ]);
    const bytes = gateway('ingress/web', server(9000, 'TCP'));
    expect(await why([bytes, route(HTTP)], 'tcp://shop.example.com:9000')).toEqual([
      'shop/cart: it has http rules, and this server takes tcp rules',
    ]);
  });

  test('none of its rules is for this gateway', async () => {
    const other = { http: [to('cart.shop.svc.cluster.local', { match: [{ port: 8443 }] })] };
    expect(await why([http, route(other)], url)).toEqual([
      'shop/cart: none of its http rules is for this gateway and port',
    ]);
  });

  test('the only rule hands over to a delegate that is hidden, or is not there', async () => {
    const root = route({ http: [{ delegate: { name: 'items', namespace: 'shop' } }] });
    const items = istio('VirtualService shop/items', { exportTo: ['bank'], ...HTTP });
    expect(await why([http, root], url)).toEqual(['shop/cart: its delegate shop/items is not there']);
    const hidden = istio('VirtualService bank/items', { exportTo: ['.'], ...HTTP });
    const away = route({ http: [{ delegate: { name: 'items', namespace: 'bank' } }] });
    expect(await why([http, away, hidden], url)).toEqual([
      'shop/cart: its delegate bank/items is hidden from it by exportTo',
    ]);
    expect(await why([http, root, items], url)).toEqual([
      'shop/cart: its delegate shop/items is hidden from it by exportTo',
    ]);
  });

  test('rules that do not take the request are named with their VirtualService', async () => {
    const narrow = { http: [to('cart.shop.svc.cluster.local', { match: [{ uri: { exact: '/items' } }] })] };
    const trace = (await World.of([...SHOP, http, route(narrow)])).trace('ingress/edge', url, { gateway: true });
    expect(trace.steps.at(-1)?.text).toBe('no rule of VirtualService shop/cart takes it: 404');
  });
});

describe('words of the way out of a pod', () => {
  const world = World.of([
    meshed('shop'),
    deployment('shop/web'),
    deployment('shop/about'),
    service('shop/about', ['http:80>8080']),
    deployment('shop/cart'),
    service('shop/cart', ['http:80>8080']),
  ]);
  const steps = async (url: string) => (await world).trace('shop/web', url).steps.map(({ text }) => text);

  test('the listener of a port is shared, and the Service that was asked for is named', async () => {
    expect(await steps('http://cart/')).toContain('the listener for port 80 takes them for HTTP: Service shop/cart');
  });

  test('a port that the Service does not have is told', async () => {
    expect((await steps('http://cart:81/'))[0]).toBe('cart is Service shop/cart, which has no port 81');
  });
});
