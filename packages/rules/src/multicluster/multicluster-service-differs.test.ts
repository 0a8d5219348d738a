import { type Finding, lint } from '@meshvet/core';
import { describe, expect, test } from 'vitest';
import { multiclusterServiceDiffers } from './multicluster-service-differs.ts';

const service = (spec: string, name = 'cart') =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\nspec: { selector: { app: cart }, ${spec} }\n`;
const file = (cluster: string, text: string) => [{ path: `${cluster}/cart.yaml`, text }];

async function findings(own: string, clusters: Record<string, string>): Promise<readonly Finding[]> {
  const { findings, failures } = await lint(
    file('here', own || 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n'),
    {
      rules: [multiclusterServiceDiffers],
      config: { preset: 'all' },
      clusters: Object.fromEntries(Object.entries(clusters).map(([name, text]) => [name, file(name, text)])),
    },
  );
  expect(failures).toEqual([]);
  return findings;
}
const between = async (one: string, other: string) =>
  (await findings('', { west: service(one), east: service(other) })).map((f) => `${f.location.file} ${f.message}`);

describe('between two clusters', () => {
  test('ports, type, and an address', async () => {
    expect(await between('ports: [{ port: 80 }]', 'ports: [{ port: 81 }]')).toEqual([
      'east/cart.yaml Service shop/cart has ports 81/TCP in cluster east and 80/TCP in cluster west; Istio takes both for one.',
    ]);
    expect(await between('type: NodePort, ports: [{ port: 80 }]', 'ports: [{ port: 80 }]')).toEqual([
      'east/cart.yaml Service shop/cart is of type ClusterIP in cluster east and NodePort in cluster west; Istio takes both for one.',
    ]);
    expect(await between('clusterIP: None, ports: [{ port: 80 }]', 'ports: [{ port: 80 }]')).toEqual([
      'east/cart.yaml Service shop/cart is headless in cluster west and has an address in cluster east; Istio takes both for one.',
    ]);
  });

  test('the other place is shown', async () => {
    const [finding] = await findings('', {
      west: service('ports: [{ port: 80 }]'),
      east: service('ports: [{ port: 81 }]'),
    });
    expect(finding?.related.map((r) => `${r.location.file} ${r.message}`)).toEqual([
      'west/cart.yaml the same Service in cluster west',
    ]);
    expect(finding?.resource?.name).toBe('cart');
  });

  test('what the API server fills in is the same, though istioctl compares the texts', async () => {
    const long = 'type: ClusterIP, ports: [{ name: http, port: 80, protocol: TCP, targetPort: 80 }]';
    expect(await between('ports: [{ name: http, port: 80 }]', long)).toEqual([]);
    expect(
      await between('clusterIP: 10.0.0.1, ports: [{ port: 80 }]', 'clusterIP: 10.0.0.2, ports: [{ port: 80 }]'),
    ).toEqual([]);
  });

  test('the order of ports does not matter, and what is filled in later is not known', async () => {
    const [a, b] = ['{ name: a, port: 1 }', '{ name: b, port: 2 }'];
    expect(await between(`ports: [${a}, ${b}]`, `ports: [${b}, ${a}]`)).toEqual([]);
    expect(await between('ports: [{ port: "${PORT}" }]', 'ports: [{ port: 80 }]')).toEqual([]);
  });
});

test('the files of the run are a cluster too', async () => {
  const found = await findings(service('ports: [{ port: 80 }]'), { east: service('ports: [{ port: 81 }]') });
  expect(found).toHaveLength(1);
});

test('one cluster alone, and variants within one', async () => {
  expect(await findings(service('ports: [{ port: 80 }]'), {})).toEqual([]);
  const twice = `${service('ports: [{ port: 80 }]')}---\n${service('ports: [{ port: 81 }]')}`;
  expect(await findings('', { east: twice })).toEqual([]);
});
