import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, yamlText } from '@meshvet/core';
import { allRules } from '@meshvet/rules';
import { describe, expect, it } from 'vitest';
import { type Host, nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function run(cwd: string, ...argv: string[]) {
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

const NAME = 'meshvet.config.yaml';
const REPOSITORY = { '.git/HEAD': '' };

describe('meshvet init', () => {
  it('writes a config that is valid, also with all that stands in comments', async () => {
    const cwd = temporaryFolder(REPOSITORY);
    expect(await run(cwd, 'init')).toEqual({
      status: 0,
      stdout: `${NAME} written\n\nNext: meshvet\n`,
      stderr: '',
    });
    const text = readFileSync(join(cwd, NAME), 'utf8');
    expect(await readConfig({ path: NAME, text }, allRules)).toEqual({
      config: { preset: 'recommended', failOn: 'error' },
    });
    // What is a key or an item behind its comment sign; sentences begin with a capital letter or have no colon there.
    const bare = text.replace(/^# (?=[a-z]\w*: |[a-z]\w*:$| )/gm, '');
    const whole = await readConfig({ path: NAME, text: bare.replace('true: the', '# true: the') }, allRules);
    expect(whole).toMatchObject({
      config: { overrides: [{ files: ['vendor'] }], closedWorld: false, ignore: ['vendor'] },
    });
    expect((await run(cwd, 'print-config')).status).toBe(0);
  });

  it.each<[tool: string, files: Record<string, string>, told: RegExp]>([
    ['Helm', { 'charts/shop/Chart.yaml': 'name: shop\n' }, /^Helm: charts\/shop$/m],
    ['Helm here', { 'Chart.yaml': 'name: shop\n', 'sub/Chart.yaml': 'name: sub\n' }, /^Helm: \. and 1 more$/m],
    ['Kustomize', { 'base/kustomization.yml': 'resources: []\n' }, /^Kustomize: base$/m],
    ['Argo CD', { 'app.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\r\n' }, /^Argo CD: app.yaml$/m],
    ['Flux', { 'r.yaml': 'kind: HelmRelease\napiVersion: "helm.toolkit.fluxcd.io/v2"\n' }, /^Flux: r.yaml$/m],
  ])('tells what %s means', async (_tool, files, told) => {
    const { status, stdout } = await run(temporaryFolder({ ...REPOSITORY, ...files }), 'init');
    expect(status).toBe(0);
    expect(stdout).toMatch(told);
  });

  it('leaves test data out, by the names of its folders', async () => {
    const cwd = temporaryFolder({ ...REPOSITORY, 'pkg/testdata/a.yaml': 'a: b\n', 'x/fixtures/b.yaml': 'a: b\n' });
    expect((await run(cwd, 'init')).stdout).toMatch(/^Test data: fixtures and 1 more$/m);
    const text = readFileSync(join(cwd, NAME), 'utf8');
    expect(await readConfig({ path: NAME, text }, allRules)).toMatchObject({
      config: { ignore: ['**/fixtures/**', '**/testdata/**'] },
    });
  });

  it('takes nothing for a tool that is none', async () => {
    const files = {
      'rollout.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n',
      'doc.yaml': '# apiVersion: helm.toolkit.fluxcd.io/v2\nkind: ConfigMap\n',
      'node_modules/x/Chart.yaml': 'name: x\n',
    };
    const { stdout } = await run(temporaryFolder({ ...REPOSITORY, ...files }), 'init');
    expect(stdout).toBe(`${NAME} written\n\nNext: meshvet\n`);
  });

  it.each(['meshvet.config.yaml', 'meshvet.config.yml', 'meshvet.config.json'])('leaves %s as it is', async (name) => {
    const cwd = temporaryFolder({ ...REPOSITORY, [name]: '{}' });
    const { status, stderr } = await run(cwd, 'init');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `meshvet: ${name} is there already; meshvet init writes over nothing\n`,
    });
    expect(readFileSync(join(cwd, name), 'utf8')).toBe('{}');
  });

  it('does not write through a link that leads nowhere', async () => {
    const cwd = temporaryFolder({ ...REPOSITORY, 'a/x.txt': '' });
    symlinkSync('../outside.yaml', join(cwd, 'a', NAME));
    expect((await run(join(cwd, 'a'), 'init')).status).toBe(2);
    expect(existsSync(join(cwd, 'outside.yaml'))).toBe(false);
  });

  it('says which config it takes the place of', async () => {
    const cwd = temporaryFolder({ ...REPOSITORY, [NAME]: '', 'a/b.yaml': '' });
    expect((await run(join(cwd, 'a'), 'init')).stdout).toContain(`../${NAME}`);
  });
});

const CONFIG = `extends: [strict, ./base.yaml]
overrides:
  - { files: [old], rules: { port-name-missing: off } }
  - { kinds: [Service], rules: { IST0118: info } }
projects:
  - { folder: old, profile: istio-legacy }
`;
const FILES = {
  ...REPOSITORY,
  [NAME]: CONFIG,
  'base.yaml': 'ignore: [vendor]\n',
  'old/a.yaml': '',
  'b.yaml': '',
  'vendor/c.yaml': '',
};

describe('meshvet print-config', () => {
  it.each<[args: string[], part: object, overrides: number]>([
    [[], { configFile: NAME, config: { preset: 'strict', profile: 'istio-current', ignore: ['vendor'] } }, 2],
    [['old/a.yaml'], { file: 'old/a.yaml', project: 'old', ignored: false, config: { istioVersion: '1.4' } }, 2],
    [['b.yaml'], { project: null, ignored: false, config: { istioVersion: '1.30' } }, 1],
    [['vendor/c.yaml'], { ignored: true }, 1],
    [['b.yaml', '--no-config'], { configFile: null, config: { preset: 'recommended' } }, 0],
    [['b.yaml', '--preset', 'all', '--profile', 'istio-1.0'], { config: { preset: 'all', istioVersion: '1.0' } }, 1],
    [['b.yaml', '--rule', 'IST0118:off'], { config: { overrides: [{}, { rules: { IST0118: 'off' } }] } }, 2],
  ])('%j', async (args, part, overrides) => {
    const cwd = temporaryFolder(FILES);
    const { status, stdout, stderr } = await run(cwd, 'print-config', ...args, '--format', 'json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject(part);
    expect(printed.config.overrides).toHaveLength(overrides);
    const text = await run(cwd, 'print-config', ...args);
    expect(text.stdout).toBe(yamlText(printed));
  });

  it('speaks of a file as the config sees it, wherever one stands', async () => {
    const cwd = temporaryFolder(FILES);
    const { stdout } = await run(join(cwd, 'old'), 'print-config', 'a.yaml', '-f', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ configFile: `../${NAME}`, file: 'a.yaml', project: 'old' });
  });

  it.each([
    [['a', 'b'], 'meshvet: print-config takes one file: meshvet print-config FILE\n'],
    [['gone.yaml'], 'meshvet: no such file or folder "gone.yaml"\n'],
    [['-f', 'sarif'], /unknown value "sarif"; it is one of text, json/],
  ])('refuses %j', async (args, message) => {
    const { status, stderr, stdout } = await run(temporaryFolder(FILES), 'print-config', ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('prints no control codes', async () => {
    const cwd = temporaryFolder({ ...REPOSITORY, [NAME]: 'ignore: ["a\\e[2J\\u202e\\u009b"]\n' });
    for (const format of ['text', 'json']) {
      const { stdout } = await run(cwd, 'print-config', '-f', format);
      expect(stdout).not.toMatch(/[^\n -~]/);
      expect(stdout).toContain('"a\\u001b[2J\\u202e\\u009b"');
    }
  });
});
