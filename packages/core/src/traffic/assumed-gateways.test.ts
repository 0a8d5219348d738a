import { describe, expect, test } from 'vitest';
import { deployment, istio, World } from '../testing/trace-world.ts';
import { meaningOfGateway } from './assumed-gateways.ts';
import { Callers } from './callers.ts';

const gateway = (name: string, selector: object) => istio(`Gateway ${name}`, { selector, servers: [] });

async function meaning(
  resources: readonly object[],
  text: string,
  more: { namespace?: string; closed?: boolean } = {},
) {
  const { mesh } = await World.of(resources, { closedWorld: more.closed ?? false });
  return meaningOfGateway(mesh, new Callers([mesh]), text, more.namespace);
}

describe('the name of a gateway', () => {
  const web = gateway('shop/web', { app: 'edge' });

  test('may be that of a Gateway: the pods that it selects', async () => {
    for (const closed of [true, false])
      expect(await meaning([web, deployment('ingress/edge')], 'shop/web', { closed })).toEqual({
        workload: 'Deployment/ingress/edge',
      });
    expect(await meaning([web, deployment('ingress/edge')], 'web')).toMatchObject({
      workload: 'Deployment/ingress/edge',
    });
    expect(await meaning([web, deployment('ingress/edge')], 'web', { namespace: 'bank' })).toBeUndefined();
  });

  test('of a Gateway whose pods were not read: a pod with the labels of its selector, where those of the mesh stand', async () => {
    const found = await meaning([web], 'shop/web');
    expect(found).toMatchObject({ workload: 'Deployment/istio-system/web' });
    expect(found?.assumed?.why).toBe(
      'the manifest of the gateway: the pods of Gateway shop/web were not read, and are taken to stand in namespace istio-system with label app=edge',
    );
    expect(JSON.parse(found?.assumed?.file.text ?? '').spec.template.metadata.labels).toMatchObject({ app: 'edge' });
  });

  test('of a release of the chart: the labels of the chart, if some Gateway selects them', async () => {
    const usual = gateway('shop/web', { istio: 'ingressgateway' });
    expect(await meaning([usual], 'ingress/istio-ingressgateway')).toMatchObject({
      workload: 'Deployment/ingress/istio-ingressgateway',
      assumed: { why: expect.stringContaining('with labels app=istio-ingressgateway, istio=ingressgateway') },
    });
    expect(await meaning([usual], 'ingress/nginx')).toBeUndefined();
    expect(await meaning([usual], 'a/b/c')).toBeUndefined();
  });

  test('in a closed world nothing is assumed', async () => {
    expect(await meaning([web], 'shop/web', { closed: true })).toBeUndefined();
  });

  test('whatever labels are called, they stay labels', async () => {
    const odd = gateway('shop/web', { 'a"b\n': 'x: {{ y }}', __proto__: 'z' });
    const found = await meaning([odd], 'shop/web');
    if (found) expect(() => JSON.parse(found.assumed?.file.text ?? '')).not.toThrow();
  });
});

describe('the name of a Gateway of the Gateway API', () => {
  const front = (spec: object = {}) => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'front', namespace: 'edge' },
    spec: { gatewayClassName: 'istio', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }], ...spec },
  });

  test('is that of the pods that istiod deploys for it, in a closed world too', async () => {
    for (const closed of [true, false])
      expect(await meaning([front()], 'edge/front', { closed })).toMatchObject({
        workload: 'Deployment/edge/front-istio',
      });
  });

  test('is none where the gateway is deployed by hand, and not there', async () => {
    expect(
      await meaning([front({ addresses: [{ value: 'own.infra.svc.cluster.local', type: 'Hostname' }] })], 'edge/front'),
    ).toBeUndefined();
    expect(await meaning([front()], 'edge/back')).toBeUndefined();
  });
});
