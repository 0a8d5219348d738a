import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meshOf, namespace } from '../testing/mesh-parts.ts';
import { normalizedPath, pathNormalizationOf } from './path-normalization.ts';

describe('paths as policies see them', () => {
  test.each([
    ['/items?id=7', '/items', '/items', '/items'],
    ['/items#top', '/items', '/items', '/items'],
    ['/a/./b/../c', '/a/c', '/a/c', '/a/c'],
    ['/../../c', '/c', '/c', '/c'],
    ['/a/b/..', '/a/', '/a/', '/a/'],
    ['/a%2e%2E/x', '/a../x', '/a../x', '/a../x'],
    ['/a/%2e./x', '/x', '/x', '/x'],
    ['/%61dmin', '/admin', '/admin', '/admin'],
    ['/a%20b', '/a%20b', '/a%20b', '/a%20b'],
    ['/a\\b', '/a/b', '/a/b', '/a/b'],
    ['/a//b', '/a//b', '/a/b', '/a/b'],
    ['/a%2Fb', '/a%2Fb', '/a%2Fb', '/a/b'],
    ['/a%5c..%2fb', '/a%5c..%2fb', '/a%5c..%2fb', '/b'],
  ])('%s', (path, base, merged, decoded) => {
    expect(normalizedPath(path, 'BASE')).toBe(base);
    expect(normalizedPath(path, 'MERGE_SLASHES')).toBe(merged);
    expect(normalizedPath(path, 'DECODE_AND_MERGE_SLASHES')).toBe(decoded);
  });

  test('stay as they are where MeshConfig says NONE, but for the query', () => {
    expect(normalizedPath('/a/../b//c\\%61?x', 'NONE')).toBe('/a/../b//c\\%61');
  });

  test('have no dots left, and begin with a slash', () => {
    const path = fc.string({ unit: fc.constantFrom('/', '.', 'a', '%2e', '\\', '%41', 'b') }).map((p) => `/${p}`);
    fc.assert(
      fc.property(path, (p) => {
        for (const how of ['BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'] as const) {
          const once = normalizedPath(p, how);
          expect(once.startsWith('/')).toBe(true);
          expect(once.split('/').some((s) => s === '.' || s === '..')).toBe(false);
        }
      }),
    );
  });
});

test('MeshConfig says how', async () => {
  const how = async (meshConfig?: string) => {
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio', namespace: 'istio-system' },
      data: { mesh: meshConfig },
    };
    return pathNormalizationOf(await meshOf([namespace('shop'), ...(meshConfig ? [map] : [])]));
  };
  expect(await how()).toBe('BASE');
  expect(await how('pathNormalization: { normalization: MERGE_SLASHES }')).toBe('MERGE_SLASHES');
  expect(await how('pathNormalization: { normalization: DEFAULT }')).toBe('BASE');
  expect(await how('pathNormalization: 7')).toBe('BASE');
});
