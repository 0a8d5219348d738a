import { describe, expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';

const map = (name: string, namespace = '') => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: ${name}${namespace && `, namespace: ${namespace}`} }
`;

describe('what is applied together', () => {
  const together = async (files: Readonly<Record<string, string>>) => {
    const mesh = await makeMesh(files);
    const [a, b] = ['one', 'two'].map((name) => mesh.resources.find((r) => r.name === name));
    if (!a || !b) throw new Error('both are there');
    expect(mesh.appliedTogether(b, a)).toBe(mesh.appliedTogether(a, b));
    return mesh.appliedTogether(a, b);
  };
  const [one, two] = [map('one', 'shop'), map('two', 'shop')];

  test('files of a folder that writes each object once and names each namespace', async () => {
    expect(await together({ 'k8s/one.yaml': one, 'k8s/two.yaml': two })).toBe(true);
    expect(await together({ 'k8s/one.yaml': one, 'other/two.yaml': two })).toBe(false);
    // What another folder writes again is of no matter to this one.
    expect(await together({ 'eu/one.yaml': one, 'eu/two.yaml': two, 'us/one.yaml': one })).toBe(true);
  });

  test('steps write an object again, and snippets leave the namespace out', async () => {
    expect(await together({ 'k8s/one.yaml': one, 'k8s/two.yaml': two, 'k8s/three.yaml': map('one', 'shop') })).toBe(
      false,
    );
    expect(await together({ 'k8s/one.yaml': map('one'), 'k8s/two.yaml': two })).toBe(false);
  });

  test('lessons and tests are applied one at a time', async () => {
    for (const folder of ['samples/mtls', 'docs', 'e2e/policies', 'pkg/testdata', 'Tutorial'])
      expect(await together({ [`${folder}/one.yaml`]: one, [`${folder}/two.yaml`]: two }), folder).toBe(false);
    expect(await together({ 'contest/one.yaml': one, 'contest/two.yaml': two })).toBe(true);
  });
});
