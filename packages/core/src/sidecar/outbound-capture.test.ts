import { expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { isCapturedOutbound } from './outbound-capture.ts';

const KEY = 'traffic.sidecar.istio.io/';

async function answer(annotations: Readonly<Record<string, string>>) {
  const mesh = await makeMesh(
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a, namespace: a }\nspec: { template: { metadata: { annotations: ${JSON.stringify(annotations)} }, spec: { containers: [{ name: a, image: a }] } } }`,
  );
  const [workload] = mesh.workloads;
  if (!workload) throw new Error('no workload was read');
  return isCapturedOutbound(mesh, workload, 5432);
}

test.each([
  [{}, 'yes'],
  [{ [`${KEY}excludeOutboundPorts`]: '3306, 5432' }, 'no'],
  [{ [`${KEY}excludeOutboundPorts`]: '15432' }, 'yes'],
  [{ [`${KEY}includeOutboundIPRanges`]: '*' }, 'yes'],
  [{ [`${KEY}includeOutboundIPRanges`]: '' }, 'no'],
  [{ [`${KEY}includeOutboundIPRanges`]: '10.0.0.0/8' }, 'unknown'],
  [{ [`${KEY}excludeOutboundIPRanges`]: '10.0.0.0/8' }, 'unknown'],
  [{ 'sidecar.istio.io/interceptionMode': 'NONE' }, 'no'],
] as const)('%j: %s', async (annotations, expected) => {
  expect(await answer(annotations)).toBe(expected);
});
