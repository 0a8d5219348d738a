import { expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { deployment, meshOf, namespace, type Part, workloadOf } from '../testing/mesh-parts.ts';
import { sidecarResourceOf } from './sidecar-resource.ts';

function sidecar(space: string, name: string, labels?: Part, creationTimestamp?: string): Part {
  const metadata = { name, namespace: space, ...(creationTimestamp ? { creationTimestamp } : {}) };
  const spec = labels ? { workloadSelector: { labels } } : {};
  return { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata, spec };
}

async function holding(sidecars: readonly Part[], config: MeshConfigKeys = {}) {
  const mesh = await meshOf([namespace('shop'), deployment('shop', 'web'), ...sidecars], config);
  const { resource, certain } = sidecarResourceOf(mesh, workloadOf(mesh, 'web'));
  return `${resource ? `${resource.namespace}/${resource.name}` : 'none'}${certain ? '' : ', not certain'}`;
}

test('one that selects comes before that of the namespace, and that before the one of the mesh', async () => {
  const [root, own, narrow] = [
    sidecar('istio-system', 'r'),
    sidecar('shop', 'n'),
    sidecar('shop', 'w', { app: 'web' }),
  ];
  expect(await holding([])).toBe('none');
  expect(await holding([root])).toBe('istio-system/r');
  expect(await holding([root, own])).toBe('shop/n');
  expect(await holding([root, own, narrow])).toBe('shop/w');
  expect(await holding([sidecar('shop', 'other', { app: 'cart' })])).toBe('none');
  expect(await holding([sidecar('istio-system', 'selects', { app: 'web' })])).toBe('none');
});

test('of two the older holds, where the files tell which that is', async () => {
  const two = [
    sidecar('shop', 'a', undefined, '2024-02-01T00:00:00Z'),
    sidecar('shop', 'b', undefined, '2024-01-01T00:00:00Z'),
  ];
  expect(await holding(two)).toBe('shop/b');
  expect(await holding([sidecar('shop', 'b'), sidecar('shop', 'a')])).toBe('shop/a');
  expect(await holding([sidecar('shop', 'b'), sidecar('shop', 'a')], { closedWorld: false })).toBe(
    'shop/b, not certain',
  );
});

test('one with labels that are filled in later may hold', async () => {
  expect(await holding([sidecar('shop', 'n'), sidecar('shop', 'w', { app: '${APP}' })])).toBe('shop/n, not certain');
});
