import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deployment, istio, meshed, service, to, World } from '../testing/trace-world.ts';

const BASE = [
  meshed('shop'),
  meshed('bank'),
  deployment('shop/web'),
  deployment('shop/cart-v1'),
  deployment('shop/cart-v2'),
  deployment('bank/prices'),
  service('shop/cart', ['http:80>8080', 'tcp:9000']),
  service('bank/prices', ['grpc:80', 'tls:443']),
];

const hosts = fc.constantFrom(
  'cart',
  'cart.shop.svc.cluster.local',
  '*.shop.svc.cluster.local',
  'prices.bank.svc.cluster.local',
  'cart.shop',
  'pay.example.com',
);
const namespaces = fc.constantFrom('shop', 'bank', 'istio-system');
const exportTo = fc.constantFrom<object>({}, { exportTo: ['.'] }, { exportTo: ['bank'] }, { exportTo: ['*'] });
const targets = fc.constantFrom('cart/v1', 'cart/v2', 'cart', 'cart:9000', 'prices.bank.svc.cluster.local', 'nobody');
const matches = fc.constantFrom<object>(
  {},
  { match: [{ uri: { prefix: '/api' } }] },
  { match: [{ sourceLabels: { app: 'web' } }] },
  { match: [{ headers: { 'x-user': {} } }] },
);

const route = fc
  .tuple(namespaces, hosts, exportTo, fc.array(fc.tuple(targets, matches), { minLength: 1, maxLength: 3 }))
  .map(
    ([namespace, host, more, rules]) =>
      (name: string, day: number) =>
        istio(
          `VirtualService ${namespace}/r-${name}`,
          { hosts: [host], http: rules.map(([target, match]) => to(target, match)), ...more },
          day,
        ),
  );
const rule = fc.tuple(namespaces, hosts, exportTo, fc.constantFrom('DISABLE', 'ISTIO_MUTUAL', undefined)).map(
  ([namespace, host, more, mode]) =>
    (name: string, day: number) =>
      istio(
        `DestinationRule ${namespace}/d-${name}`,
        {
          host,
          subsets: [{ name: 'v1', labels: { version: 'v1' } }],
          ...(mode ? { trafficPolicy: { tls: { mode } } } : {}),
          ...more,
        },
        day,
      ),
);
const sidecar = fc
  .tuple(namespaces, fc.constantFrom(['./*'], ['*/*'], ['shop/*', 'bank/prices.bank.svc.cluster.local']))
  .map(
    ([namespace, egress]) =>
      (name: string, day: number) =>
        istio(`Sidecar ${namespace}/s-${name}`, { egress: [{ hosts: egress }] }, day),
  );
const resources = fc
  .array(fc.oneof(route, rule, sidecar), { maxLength: 8 })
  .map((all) => all.map((make, i) => make(String(i), i + 1)));

const QUESTIONS: readonly (readonly [string, string])[] = [
  ['shop/web', 'http://cart/api/x'],
  ['shop/web', 'tcp://cart:9000'],
  ['bank/prices', 'http://cart.shop/'],
  ['shop/web', 'http://prices.bank/api'],
  ['shop/web', 'https://prices.bank/'],
  ['bank/prices', 'http://pay.example.com/'],
];

async function answers(all: readonly object[]): Promise<string[]> {
  const world = await World.of([...BASE, ...all]);
  return QUESTIONS.map(([from, url]) => world.ask(from, url));
}

test('the order of the documents changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      resources.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
      ),
      async ([all, shuffled]) => {
        expect(await answers(shuffled)).toEqual(await answers(all));
      },
    ),
    { numRuns: 60 },
  );
});

test('a request that no rule mentions goes where it went before the rule', async () => {
  const unrelated = fc.constantFrom(
    istio('VirtualService shop/z', { hosts: ['unrelated'], http: [to('cart')] }, 30),
    istio('VirtualService shop/z', { hosts: ['cart'], gateways: ['edge'], http: [to('nobody')] }, 30),
    istio(
      'VirtualService other/z',
      { hosts: ['cart.shop.svc.cluster.local'], exportTo: ['.'], http: [to('nobody')] },
      30,
    ),
    istio(
      'DestinationRule other/z',
      { host: 'cart.shop.svc.cluster.local', trafficPolicy: { tls: { mode: 'SIMPLE' } } },
      30,
    ),
    istio('DestinationRule shop/z', { host: 'unrelated', trafficPolicy: { tls: { mode: 'SIMPLE' } } }, 30),
    istio('Sidecar other/z', { egress: [{ hosts: ['~/*'] }] }, 30),
    istio(
      'ServiceEntry other/z',
      { hosts: ['else.example.com'], ports: [{ number: 8443, name: 'tls', protocol: 'TLS' }], resolution: 'DNS' },
      30,
    ),
  );
  await fc.assert(
    fc.asyncProperty(resources, unrelated, async (all, one) => {
      expect(await answers([...all, one])).toEqual(await answers(all));
    }),
    { numRuns: 60 },
  );
});
