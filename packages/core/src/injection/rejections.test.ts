import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { makeMesh } from '../testing/make-mesh.ts';

async function decide(annotation: string, config: MeshConfigKeys = {}, namespace = 'istio-injection: enabled') {
  const mesh = await makeMesh(
    `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${namespace} } }
---
apiVersion: v1
kind: Pod
metadata:
  name: cart
  namespace: shop
  annotations:
    ${annotation}
spec: { containers: [{ name: cart, image: "cart:1" }] }
`,
    config,
  );
  const { istio } = mesh.admission(mesh.workloads[0] as NonNullable<(typeof mesh.workloads)[0]>);
  return { outcome: istio.outcome, why: istio.facts.at(-1)?.text, line: istio.facts.at(-1)?.field?.span().start };
}

const RANGES = 'traffic.sidecar.istio.io/includeOutboundIPRanges';

describe('a pod that the injector refuses is rejected', () => {
  test.each(['"10.0.0.0/8, 172.16.0.0/12"', '10.0.0.1', '"*,10.0.0.0/8"'])('for a list of ranges %s', async (value) => {
    const { outcome, why } = await decide(`${RANGES}: ${value}`);
    expect(outcome).toBe('rejected');
    expect(why).toContain(`the injector refuses annotation ${RANGES}`);
  });
  test.each(['"*"', '10.0.0.0/8', '""'])('and not for %s', async (value) => {
    expect((await decide(`${RANGES}: ${value}`)).outcome).toBe('injected');
  });
  test('for a ProxyConfig of a wrong type, or that is no YAML', async () => {
    expect((await decide('proxy.istio.io/config: "concurrency: many"')).outcome).toBe('rejected');
    expect((await decide('proxy.istio.io/config: "a: [1"')).outcome).toBe('rejected');
    expect((await decide('proxy.istio.io/config: "concurrency: 2"')).outcome).toBe('injected');
  });
  test('for a template that is not there, where all are known', async () => {
    const asks = 'inject.istio.io/templates: sidecar,debugg';
    expect(await decide(asks, { installation: { templates: ['debug'] } })).toMatchObject({
      outcome: 'rejected',
      why: 'the injector has no template "debugg"',
    });
    expect((await decide(asks)).outcome).toBe('injected');
  });
  test('by the release that checks it', async () => {
    const quantity = 'sidecar.istio.io/proxyCPU: "100 m"';
    expect((await decide(quantity, { istioVersion: '1.29' })).outcome).toBe('rejected');
    expect((await decide(quantity, { istioVersion: '1.28' })).outcome).toBe('injected');
    const scrape = 'prometheus.io/scrape: "true"\n    prometheus.io/port: "15001"';
    expect((await decide(scrape, { istioVersion: '1.31' })).outcome).toBe('rejected');
    expect((await decide(scrape, { istioVersion: '1.30' })).outcome).toBe('injected');
  });
  test('and only if it is asked', async () => {
    expect((await decide(`${RANGES}: 10.0.0.1`, {}, 'team: shop')).outcome).toBe('not-injected');
    expect((await decide(`${RANGES}: "\${RANGE}"`)).outcome).toBe('injected');
  });
});
