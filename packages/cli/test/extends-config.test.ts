import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { allRules } from '@meshvet/rules';
import { describe, expect, it } from 'vitest';
import { ConfigFileError, UsageError } from '../src/errors.ts';
import { type Host, nodeHost } from '../src/host.ts';
import { loadConfig } from '../src/load-config.ts';
import { temporaryFolder } from './temporary-folder.ts';

function hostAt(cwd: string): Host {
  return { ...nodeHost(), cwd, env: {} };
}

const MAIN = 'meshvet.config.yaml';

async function load(files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}) {
  const cwd = temporaryFolder({ '.git/HEAD': '', ...files });
  for (const [at, to] of Object.entries(links)) symlinkSync(to, join(cwd, at));
  return (await loadConfig(MAIN, allRules, hostAt(cwd))).config;
}

async function refusal(files: Readonly<Record<string, string>>, links?: Readonly<Record<string, string>>) {
  const error: unknown = await load(files, links).catch((caught: unknown) => caught);
  if (!(error instanceof UsageError)) throw error;
  return error;
}

describe('extends', () => {
  it.each<[title: string, files: Record<string, string>, config: object]>([
    ['a preset', { [MAIN]: 'extends: [strict]' }, { preset: 'strict' }],
    ['of two presets the later', { [MAIN]: 'extends: [strict, all]' }, { preset: 'all' }],
    ['an own key before all', { [MAIN]: 'extends: [strict]\npreset: recommended' }, { preset: 'recommended' }],
    [
      'a file',
      { [MAIN]: 'extends: [./base.yaml]\nignore: [b]', 'base.yaml': 'ignore: [a]\nfailOn: info' },
      { ignore: ['a', 'b'], failOn: 'info' },
    ],
    [
      'a file that extends one beside it',
      {
        [MAIN]: 'extends: [./c/base.json]',
        'c/base.json': '{"extends": ["./deep.yml"]}',
        'c/deep.yml': 'failOn: info',
      },
      { failOn: 'info' },
    ],
    [
      'of two files the later, and a list once where a file is reached twice',
      {
        [MAIN]: 'extends: [./a.yaml, ./b.yaml]',
        'a.yaml': 'extends: [./x.yaml]\nfailOn: info\nrules: {port-name-missing: off}',
        'b.yaml': 'extends: [./x.yaml]\nfailOn: never\nrules: {port-name-missing: error}',
        'x.yaml': 'ignore: [x]\nrules: {IST0118: info}',
      },
      { failOn: 'never', ignore: ['x'], rules: { IST0118: 'info', 'port-name-missing': 'error' } },
    ],
    [
      'a package by its package.json',
      {
        [MAIN]: 'extends: ["@team/meshvet"]',
        'node_modules/@team/meshvet/package.json': '{"meshvet": "./conf/mesh.yaml"}',
        'node_modules/@team/meshvet/conf/mesh.yaml': 'failOn: info',
      },
      { failOn: 'info' },
    ],
    [
      'a package by the name of its file',
      { [MAIN]: 'extends: [team]', 'node_modules/team/meshvet.config.json': '{"failOn": "info"}' },
      { failOn: 'info' },
    ],
  ])('takes %s', async (_title, files, config) => {
    expect(await load(files)).toEqual(config);
  });

  it('looks for what a linked package extends where the package really is', async () => {
    const files = {
      [MAIN]: 'extends: [team]',
      'node_modules/.store/team/meshvet.config.json': '{"extends": ["base"]}',
      'node_modules/.store/node_modules/base/meshvet.config.json': '{"failOn": "info"}',
    };
    expect(await load(files, { 'node_modules/team': '.store/team' })).toEqual({ failOn: 'info' });
  });

  it.each<[title: string, files: Record<string, string>, message: string]>([
    ['itself', { [MAIN]: 'extends: [./meshvet.config.yaml]' }, `a config extends itself: "${MAIN}" extends "${MAIN}"`],
    [
      'itself by others',
      { [MAIN]: 'extends: [./a.yaml]', 'a.yaml': 'extends: [./b.yaml]', 'b.yaml': 'extends: [strict, ./a.yaml]' },
      `a config extends itself: "${MAIN}" extends "a.yaml" extends "b.yaml" extends "a.yaml"`,
    ],
    [
      'a file that is not there',
      { [MAIN]: 'extends: [./a.yaml]', 'a.yaml': 'extends: [./gone.yaml]' },
      `cannot read the config file "gone.yaml": no such file or folder; "${MAIN}" extends "a.yaml" extends "gone.yaml"`,
    ],
    ['a folder', { [MAIN]: 'extends: [./]' }, `: it is a folder; "${MAIN}" extends "."`],
    ['a device', { [MAIN]: `extends: [./${'../'.repeat(30)}dev/zero]` }, 'it is no regular file'],
    ['a package that is not there', { [MAIN]: 'extends: [team]' }, `there is no package "team", looked for from`],
    ['a file without its dots', { [MAIN]: 'extends: [a.yaml]', 'a.yaml': '' }, 'did you mean "./a.yaml"?'],
    ['an absolute path', { [MAIN]: 'extends: [/etc/passwd]' }, 'paths that begin with "./" or "../"'],
    ['a way through a package', { [MAIN]: 'extends: [team/../../x]' }, 'extends takes presets, names of packages'],
    [
      'a package without a config',
      { [MAIN]: 'extends: [team]', 'node_modules/team/package.json': '{"name": "team"}' },
      `package "team" brings no config: its package.json has no text "meshvet", and there is no meshvet.config.json; "${MAIN}" extends "team"`,
    ],
    [
      'a package that names what is not its own',
      { [MAIN]: 'extends: [team]', 'node_modules/team/package.json': '{"meshvet": "../../x.yaml"}' },
      'names "../../x.yaml" as its config, which is no file of its own',
    ],
    [
      'a package that names a program',
      { [MAIN]: 'extends: [team]', 'node_modules/team/package.json': '{"meshvet": "x.js"}' },
      'names "x.js" as its config, which is no YAML or JSON',
    ],
  ])('refuses %s', async (_title, files, message) => {
    expect((await refusal(files)).message).toContain(message);
  });

  it('knows a file again by a link to it', async () => {
    const error = await refusal({ [MAIN]: 'extends: [./link.yaml]' }, { 'link.yaml': MAIN });
    expect(error.message).toBe(`a config extends itself: "${MAIN}" extends "link.yaml"`);
  });

  it('ends, however the files extend each other', async () => {
    const files: Record<string, string> = { [MAIN]: 'extends: [./60.yaml, ./59.yaml]' };
    for (let i = 60; i > 1; i--)
      files[`${i}.yaml`] = `extends: [./${i - 1}.yaml, ./${Math.max(i - 2, 1)}.yaml]\nignore: [x${i}]`;
    files['1.yaml'] = 'ignore: [x1]';
    expect((await load(files)).ignore).toHaveLength(60);
    for (let i = 61; i < 230; i++) files[`${i}.yaml`] = `extends: [./${i + 1}.yaml]`;
    files[MAIN] = 'extends: [./61.yaml]';
    expect((await refusal(files)).message).toBe('a config extends more than 100 files');
  });

  it('tells the mistakes of a file in that file', async () => {
    const error = await refusal({ [MAIN]: 'extends: [./a.yaml]', 'a.yaml': 'rules: {port-name-mising: off}' });
    if (!(error instanceof ConfigFileError)) throw error;
    expect(error.file.path).toBe('a.yaml');
    expect(error.errors[0]?.message).toBe('There is no rule "port-name-mising". Did you mean "port-name-missing"?');
    const wrong = await refusal({ [MAIN]: 'extends: strict' });
    expect((wrong as ConfigFileError).errors[0]?.message).toBe('"extends" is "strict"; it takes a list.');
  });

  it('loads the plugins of all files, each from its own folder and once', async () => {
    const plugin = (id: string) =>
      `export const rules = [{ meta: { id: '${id}', summary: 'A.', why: 'B.', fix: 'C.', severity: 'info', subject: 'service', sources: [], messages: {} }, examples: { bad: [], good: [] }, check() {} }];`;
    const cwd = temporaryFolder({
      '.git/HEAD': '',
      [MAIN]: 'extends: [./c/base.yaml]\nplugins: [./c/one.mjs, ./two.mjs]\nrules: {rule-one: off, rule-two: off}',
      'c/base.yaml': 'plugins: [./one.mjs]\nrules: {rule-one: error}',
      'c/one.mjs': plugin('rule-one'),
      'two.mjs': plugin('rule-two'),
    });
    const { config, plugins } = await loadConfig(MAIN, allRules, hostAt(cwd));
    expect(plugins.rules.map((rule) => rule.meta.id)).toEqual(['rule-one', 'rule-two']);
    expect(config.rules).toEqual({ 'rule-one': 'off', 'rule-two': 'off' });
    await expect(loadConfig(MAIN, allRules, hostAt(cwd), true)).rejects.toThrow(
      'the config file "c/base.yaml" names plugins ("./one.mjs"), which --no-plugins refuses',
    );
  });
});
