import { expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import type { Mesh } from './mesh.ts';

const rule = (name: string, version: string) => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: shop }
spec: { host: cart, subsets: [{ name: ${version}, labels: { version: ${version} } }] }
`;
const service = `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [{ port: 80 }] }
`;

function seenFrom(mesh: Mesh, file: string): string[] {
  const [resource] = mesh.resources.filter((r) => r.document.source.path === file);
  if (!resource) throw new Error(file);
  return (mesh.around(resource)?.resources ?? []).map((r) => r.document.source.path).sort();
}

test('where nothing stands twice the surroundings are the whole', async () => {
  const mesh = await makeMesh({ 'a/s.yaml': service, 'b/r.yaml': rule('cart', 'v1') });
  const [first] = mesh.resources;
  expect(first && mesh.around(first)).toBe(mesh);
});

test('of an object in two overlays each sees its own, and what the other alone has is not there', async () => {
  const mesh = await makeMesh({
    'eu/s.yaml': service,
    'us/s.yaml': service,
    'eu/r.yaml': rule('cart', 'v1'),
    'us/r.yaml': rule('cart', 'v2'),
    'us/more.yaml': rule('only-us', 'v3'),
  });
  expect(seenFrom(mesh, 'eu/s.yaml')).toEqual(['eu/r.yaml', 'eu/s.yaml']);
  expect(seenFrom(mesh, 'us/s.yaml')).toEqual(['us/more.yaml', 'us/r.yaml', 'us/s.yaml']);
});

test('what belongs to no overlay sees all variants, and both see it', async () => {
  const mesh = await makeMesh({ 'eu/s.yaml': service, 'us/s.yaml': service, 'common/r.yaml': rule('cart', 'v1') });
  expect(seenFrom(mesh, 'common/r.yaml')).toEqual(['common/r.yaml', 'eu/s.yaml', 'us/s.yaml']);
  expect(seenFrom(mesh, 'eu/s.yaml')).toEqual(['common/r.yaml', 'eu/s.yaml']);
});

test('one Kustomization brings a base and its overlay together', async () => {
  const mesh = await makeMesh({
    'base/kustomization.yaml': 'kind: Kustomization\nresources: [s.yaml]\n',
    'base/s.yaml': service,
    'overlays/eu/kustomization.yaml': 'kind: Kustomization\nresources: [../../base, r.yaml]\n',
    'overlays/eu/r.yaml': rule('cart', 'v1'),
    'overlays/us/kustomization.yaml': 'kind: Kustomization\nresources: [../../base, r.yaml]\n',
    'overlays/us/r.yaml': rule('cart', 'v2'),
  });
  expect(seenFrom(mesh, 'overlays/eu/r.yaml')).toEqual(['base/s.yaml', 'overlays/eu/r.yaml']);
});
