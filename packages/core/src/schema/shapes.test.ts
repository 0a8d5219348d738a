import { describe, expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { ISTIO_CRDS } from './istio-crds.ts';
import { nearestReleases } from './releases.ts';

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
    const older = version[0] === 1 && version[1] < 10;
    expect(nearestReleases(version, ISTIO_CRDS.releases)).toEqual({ exact, older, releases });
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
  expect(mesh.resources.map((resource) => mesh.shapeOf(resource)?.basis.from)).toEqual([
    undefined,
    undefined,
    'release',
  ]);
});

test('another release than the one that is known makes an unknown field likely only', async () => {
  const text = 'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: b }\nspec: { brandNew: 1 }\n';
  expect(await faultsOf({ 'x.yaml': text }, { istioVersion: '1.31' })).toEqual(['unknown-field certain']);
  expect(await faultsOf({ 'x.yaml': text }, { istioVersion: '1.32' })).toEqual(['unknown-field likely']);
  expect(await faultsOf({ 'x.yaml': text }, { istioVersion: '1.17' })).toEqual(['unknown-field certain']);
  expect(await faultsOf({ 'x.yaml': text }, { istioVersion: '1.4' })).toEqual([]);
});

describe('the release of the Gateway API', () => {
  const route = (spec: string, version = 'v1') =>
    `apiVersion: gateway.networking.k8s.io/${version}\nkind: HTTPRoute\nmetadata: { name: cart }\nspec: ${spec}\n`;
  const retry = route('{ rules: [{ retry: { attempts: 3 } }] }');
  const cors = route('{ rules: [{ filters: [{ type: CORS, cors: {} }] }] }');

  test.each([
    ['what no release has', route('{ parentRef: { name: edge } }'), {}, ['unknown-field certain']],
    [
      'a word that no release has',
      route('{ rules: [{ matches: [{ path: { type: Prefix, value: / } }] }] }'),
      {},
      ['value certain'],
    ],
    ['what a later release has, and nobody says which one there is', cors, { istioVersion: '1.22' }, []],
    ['what a later release has', cors, { gatewayApiVersion: '1.2' }, ['value certain', 'unknown-field certain']],
    ['what the experimental channel has, and nobody says which one there is', retry, {}, []],
    [
      'what the experimental channel has',
      retry,
      { gatewayApiVersion: '1.4', gatewayApiChannel: 'experimental' as const },
      [],
    ],
    [
      'what the standard channel has not',
      retry,
      { gatewayApiVersion: '1.4', gatewayApiChannel: 'standard' as const },
      ['unknown-field certain'],
    ],
    [
      'a release before the first',
      route('{ parentRef: { name: edge } }'),
      { gatewayApiVersion: '0.8' },
      ['unknown-field likely'],
    ],
  ])('%s', async (_, text, config, expected) => {
    expect((await faultsOf({ 'a.yaml': text }, config)).sort()).toEqual([...expected].sort());
  });
});
