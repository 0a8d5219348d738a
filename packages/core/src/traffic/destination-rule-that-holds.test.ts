import { expect, test } from 'vitest';
import { labelsOf } from '../manifest/label-set.ts';
import { istio, World } from '../testing/trace-world.ts';
import { ruleThatHolds } from './destination-rule-that-holds.ts';

const HOST = 'cart.shop.svc.cluster.local';

test("a proxy follows the rule of its own namespace, else of the host's, else of the root namespace", async () => {
  const rule = (identity: string, host: string) => istio(`DestinationRule ${identity}`, { host });
  const { mesh } = await World.of([
    rule('web/client', '*.shop.svc.cluster.local'),
    rule('shop/server', 'cart'),
    rule('shop/wide', '*.local'),
    rule('istio-system/root', '*.local'),
    rule('other/stranger', HOST),
  ]);
  const followed = (namespace: string, host = HOST, there = 'shop') =>
    ruleThatHolds(mesh, { namespace, labels: labelsOf({}) }, host, there).rule?.rules.map((r) => r.resource.name);
  expect(followed('web')).toEqual(['client']);
  expect(followed('shop')).toEqual(['server']);
  expect(followed('third')).toEqual(['server']);
  expect(followed('istio-system')).toEqual(['server']);
  expect(followed('third', 'users.people.svc.cluster.local', 'people')).toEqual(['root']);
});

test('each rule that does not hold says why', async () => {
  const { mesh } = await World.of([
    istio('DestinationRule shop/server', { host: 'cart' }),
    istio('DestinationRule shop/private', { host: HOST, exportTo: ['.'] }),
    istio('DestinationRule other/stranger', { host: HOST }),
  ]);
  const { rule, passedOver } = ruleThatHolds(mesh, { namespace: 'web', labels: labelsOf({}) }, HOST, 'shop');
  expect(rule?.rules.map((r) => r.resource.name)).toEqual(['server']);
  expect(passedOver.map((p) => [p.resource.name, p.why]).sort()).toEqual([
    ['private', 'its exportTo keeps it from namespace web'],
    ['stranger', 'the rule of namespace shop comes first, and replaces it whole'],
  ]);
});
