import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Host, nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function lintAt(cwd: string, ...argv: string[]) {
  let stdout = '';
  let stderr = '';
  const host: Host = {
    ...nodeHost(),
    cwd,
    env: {},
    print(stream, text) {
      if (stream === 'stdout') stdout += text;
      else stderr += text;
    },
  };
  return { status: await main(argv, host), stdout, stderr };
}

async function run(files: Readonly<Record<string, string>>, ...argv: string[]) {
  return lintAt(temporaryFolder({ '.git/HEAD': '', ...files }), ...argv);
}

async function told(files: Readonly<Record<string, string>>, ...argv: string[]) {
  const { status, stdout, stderr } = await run(files, '--format', 'json', ...argv);
  expect(stderr).toBe('');
  const { findings } = JSON.parse(stdout) as { findings: { ruleId: string; severity: string; message: string }[] };
  return { status, findings: findings.map(({ ruleId, severity }) => `${ruleId} ${severity}`), all: findings };
}

const CART = 'apiVersion: example.com/v1\nkind: Cart\nmetadata: { name: one, namespace: shop }\nspec: { sise: 1 }\n';
const crd = (field: string, version = 'v1') => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: carts.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Cart, plural: carts }
  versions:
    - name: ${version}
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, properties: { ${field}: { type: integer } } }
`;
const CONFIG = 'meshvet.config.yaml';
const UNKNOWN = ['schema-unknown-field error'];

describe('crds of a config', () => {
  it('are the schema of their kinds, and certain wherever they stand', async () => {
    const files = { 'apps/cart.yaml': CART, 'platform/crds/cart.yaml': crd('size') };
    const named = await told({ ...files, [CONFIG]: 'crds: ["platform/crds/*.yaml"]' }, 'apps');
    expect(named).toMatchObject({ status: 1, findings: UNKNOWN });
    expect(named.all[0]?.message).toContain('platform/crds/cart.yaml');
    expect(await told({ ...files, [CONFIG]: '' }, 'apps')).toMatchObject({ status: 0, findings: [] });
    // Read as a manifest too, the definition stands elsewhere and would only warn.
    expect((await told({ ...files, [CONFIG]: 'crds: [platform/crds/cart.yaml]' })).findings).toEqual(UNKNOWN);
  });

  it('go before the definitions among the manifests', async () => {
    const files = { 'apps/cart.yaml': CART, 'apps/crd.yaml': crd('size'), 'cluster.yaml': crd('sise') };
    expect((await told({ ...files, [CONFIG]: 'crds: [cluster.yaml]' }, 'apps')).findings).toEqual([]);
    expect((await told({ ...files, [CONFIG]: '' }, 'apps')).findings).toEqual(UNKNOWN);
  });

  it('leave a version that they do not have to the others', async () => {
    const files = { 'apps/cart.yaml': CART, 'apps/crd.yaml': crd('size'), 'cluster.yaml': crd('sise', 'v2') };
    expect((await told({ ...files, [CONFIG]: 'crds: [cluster.yaml]' }, 'apps')).findings).toEqual(UNKNOWN);
  });

  it('go before the schemas of Istio', async () => {
    const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: shop }
spec: { sise: 1 }
`;
    const own = crd('sise').replace('example.com\n', 'networking.istio.io\n').replace('kind: Cart', 'kind: Gateway');
    const files = { 'a.yaml': gateway, 'crds.yaml': own };
    const unknown = async (config: string) =>
      (await told({ ...files, [CONFIG]: config }, 'a.yaml')).findings.filter((text) =>
        text.startsWith('schema-unknown'),
      );
    expect(await unknown('crds: [crds.yaml]')).toEqual([]);
    expect(await unknown('')).not.toEqual([]);
  });

  it('are found from the file that names them, whatever is ignored and wherever the run begins', async () => {
    const files = {
      [CONFIG]: 'extends: [./team/base.yaml]\nignore: [team]\n',
      'team/base.yaml': 'crds: [crds/cart.yaml]',
      'team/crds/cart.yaml': crd('size'),
      '.gitignore': 'crds/\n',
      'apps/cart.yaml': CART,
    };
    expect((await told(files, 'apps')).findings).toEqual(UNKNOWN);
    const cwd = temporaryFolder({ '.git/HEAD': '', ...files });
    const inside = await lintAt(join(cwd, 'apps'), '.');
    expect(inside.stdout).toContain('../team/crds/cart.yaml');
    expect((await lintAt(cwd, 'print-config')).stdout).toContain('team/crds/cart.yaml');
  });

  it.each([
    ['a file that is not there', 'crds: [gone.yaml]', 'the config names "gone.yaml" in "crds"'],
    ['a glob of nothing', 'crds: ["gone/*.yaml"]', '"gone/*.yaml"'],
    ['standard input', 'crds: ["-"]', 'there is no such file'],
    ['a file without a definition', 'crds: [cart.yaml]', 'cart.yaml: there is no CustomResourceDefinition in it'],
    ['a file that is broken', 'crds: [broken.yaml]', 'broken.yaml:'],
    ['a file that grows without end', 'crds: [bomb.yaml]', 'bomb.yaml:'],
    ['a file that is no text', 'crds: [binary.yaml]', 'binary.yaml: the file is not UTF-8 text'],
    ['a device', 'crds: [/dev/zero]', '"/dev/zero" in "crds", which cannot be read: it is no regular file'],
    ['a link to a device', 'crds: [device.yaml]', 'it is no regular file'],
    ['a name with a control code', 'crds: ["\\u001b[31m"]', '"\\u001b[31m"'],
  ])('refuses %s in one line', async (_, config, words) => {
    const aliases = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]`);
    const cwd = temporaryFolder({
      '.git/HEAD': '',
      'cart.yaml': CART,
      'broken.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: [\n',
      'bomb.yaml': `a0: &a0 [x, x]\n${aliases.join('\n')}\n`,
      'binary.yaml': Buffer.from([0xc3, 0x28]),
      [CONFIG]: config,
    });
    symlinkSync('/dev/zero', join(cwd, 'device.yaml'));
    const { status, stdout, stderr } = await lintAt(cwd, 'cart.yaml');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^meshvet: [^\n\x1b]+\n$/);
    expect(stderr).toContain(words);
  });

  it.each([
    ['a text', 'crds: crd.yaml'],
    ['a number', 'crds: [7]'],
    ['nothing', 'crds: [""]'],
    ['an exclusion', 'crds: ["!a"]'],
  ])('tells %s in the place of a list of globs with its place', async (_, config) => {
    const { status, stderr } = await run({ 'cart.yaml': CART, [CONFIG]: config }, 'cart.yaml');
    expect(status).toBe(2);
    expect(stderr).toMatch(/has a mistake\n\n\s+1:\d+ /);
  });

  it('takes a definition that is nonsense as one that says nothing', async () => {
    const nonsense =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec: 7\n';
    const files = { 'cart.yaml': CART, 'crd.yaml': nonsense, [CONFIG]: 'crds: [crd.yaml]' };
    expect((await told(files, 'cart.yaml')).findings).toEqual([]);
  });
});
