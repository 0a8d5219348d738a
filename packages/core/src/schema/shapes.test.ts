import { describe, expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { nearestReleases } from './istio-schemas.ts';

describe('the release that a schema is taken from', () => {
  test.each([
    [[1, 30], true, ['1.30']],
    [[1, 10], true, ['1.10']],
    [[1, 14], false, ['1.15', '1.10']],
    [[1, 11], false, ['1.10', '1.15']],
    [[1, 19], false, ['1.20', '1.18']],
    [[1, 4], false, ['1.10']],
    [[1, 40], false, ['1.31']],
    [[2, 0], false, ['1.31']],
  ] as const)('%j', (version, exact, releases) => {
    expect(nearestReleases(version)).toEqual({ exact, releases });
  });
});

const cart = 'apiVersion: example.com/v1\nkind: Cart\nmetadata: { name: one }\nspec: { sise: 1 }\n';
const crd = (properties: string, more = '') => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: carts.example.com }
spec:
  group: example.com
  names: { kind: Cart }
  ${more}
  versions:
    - name: v1
      served: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { ${properties} } } } } }
`;

async function faultsOf(files: Readonly<Record<string, string>>, config: object = {}): Promise<string[]> {
  const mesh = await makeMesh(files, config);
  return mesh.resources.flatMap((resource) =>
    (mesh.shapeOf(resource)?.faults ?? []).map(({ kind, certain }) => `${kind} ${certain ? 'certain' : 'likely'}`),
  );
}

describe('definitions in the input', () => {
  test.each([
    ['in the folder', 'cart.yaml', 'crd.yaml', 'certain'],
    ['above', 'crds.yaml', 'apps/shop/cart.yaml', 'certain'],
    ['in a folder of definitions above', 'deploy/apps/cart.yaml', 'deploy/crds/cart.yaml', 'certain'],
    ['somewhere else', 'samples/a/cart.yaml', 'samples/b/crd.yaml', 'likely'],
  ])('%s', async (_, one, other, certain) => {
    const [resource, definition] = one.includes('crd') ? [other, one] : [one, other];
    const files = { [resource]: cart, [definition]: crd('size: { type: integer }') };
    expect(await faultsOf(files)).toEqual([`unknown-field ${certain}`]);
  });

  test('in a closed world they are in force wherever they stand', async () => {
    const files = { 'samples/a/cart.yaml': cart, 'samples/b/crd.yaml': crd('size: { type: integer }') };
    expect(await faultsOf(files, { closedWorld: true })).toEqual(['unknown-field certain']);
  });

  test('nothing is said that one of several accepts', async () => {
    const files = {
      'cart.yaml': cart,
      'a.yaml': crd('size: { type: integer }'),
      'b.yaml': crd('sise: { type: integer }'),
    };
    expect(await faultsOf(files)).toEqual([]);
  });

  test('a definition that keeps unknown fields by its old switch says nothing', async () => {
    const files = { 'cart.yaml': cart, 'crd.yaml': crd('size: { type: integer }', 'preserveUnknownFields: true') };
    expect(await faultsOf(files)).toEqual([]);
  });
});

test('only what needs a schema has a shape', async () => {
  const mesh = await makeMesh(
    `${cart}---\napiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: b }\n`,
  );
  expect(mesh.resources.map((resource) => mesh.shapeOf(resource)?.basis.from)).toEqual([undefined, undefined, 'istio']);
});

test('another release than the one that is known makes an unknown field likely only', async () => {
  const text = 'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: b }\nspec: { brandNew: 1 }\n';
  expect(await faultsOf({ 'x.yaml': text }, { istioVersion: '1.31' })).toEqual(['unknown-field certain']);
  expect(await faultsOf({ 'x.yaml': text }, { istioVersion: '1.32' })).toEqual(['unknown-field likely']);
  expect(await faultsOf({ 'x.yaml': text }, { istioVersion: '1.17' })).toEqual(['unknown-field certain']);
  expect(await faultsOf({ 'x.yaml': text }, { istioVersion: '1.4' })).toEqual([]);
});
