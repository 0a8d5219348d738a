import { join } from 'node:path';
import { allRules } from '@meshvet/rules';
import { describe, expect, it } from 'vitest';
import { configErrorText } from '../src/config-error-text.ts';
import { ConfigFileError, UsageError } from '../src/errors.ts';
import { findConfig } from '../src/find-config.ts';
import { type Host, nodeHost } from '../src/host.ts';
import { lintPaths } from '../src/lint-paths.ts';
import { loadConfig } from '../src/load-config.ts';
import { temporaryFolder } from './temporary-folder.ts';

function hostAt(cwd: string): Host {
  return { ...nodeHost(), cwd, env: {} };
}

const REPOSITORY = { '.git/HEAD': '' };

describe('findConfig', () => {
  it('takes the nearest file up to the root of the repository', () => {
    const root = temporaryFolder({
      'meshvet.config.yaml': '',
      'r/.git/HEAD': '',
      'r/meshvet.config.json': '{}',
      'r/a/meshvet.config.yml': '',
      'r/a/b/x.yaml': '',
      'r/c/x.yaml': '',
      's/.git/HEAD': '',
      's/a/x.yaml': '',
    });
    expect(findConfig(hostAt(join(root, 'r/a/b')))).toBe(join(root, 'r/a/meshvet.config.yml'));
    expect(findConfig(hostAt(join(root, 'r/c')))).toBe(join(root, 'r/meshvet.config.json'));
    expect(findConfig(hostAt(join(root, 's/a')))).toBeUndefined();
  });

  it('looks only here where there is no repository', () => {
    const root = temporaryFolder({ 'meshvet.config.yaml': '', 'a/x.yaml': '' });
    expect(findConfig(hostAt(join(root, 'a')))).toBeUndefined();
    expect(findConfig(hostAt(root))).toBe(join(root, 'meshvet.config.yaml'));
  });

  it('refuses to choose between two', () => {
    const root = temporaryFolder({ ...REPOSITORY, 'meshvet.config.yaml': '', 'meshvet.config.json': '{}' });
    expect(() => findConfig(hostAt(root))).toThrow(UsageError);
  });
});

describe('loadConfig', () => {
  it('reads YAML and JSON', async () => {
    const cwd = temporaryFolder({ 'a.yaml': 'preset: strict\n', 'b.json': '{ "preset": "all", "failOn": "info" }' });
    expect((await loadConfig('a.yaml', allRules, hostAt(cwd))).config).toEqual({ preset: 'strict' });
    expect((await loadConfig('b.json', allRules, hostAt(cwd))).config).toEqual({ preset: 'all', failOn: 'info' });
  });

  it('says all that is wrong, each with its line', async () => {
    const cwd = temporaryFolder({ 'a.yaml': 'preset: strickt\nignor: [x]\nfailOn: error\n' });
    const error = await loadConfig('a.yaml', allRules, hostAt(cwd)).catch((caught: unknown) => caught);
    if (!(error instanceof ConfigFileError)) throw error;
    const text = configErrorText(error, hostAt(cwd), ['--no-color']);
    expect(text).toMatch(/^meshvet: the config file "a.yaml" has 2 mistakes\n/);
    expect(text).toContain('1 | preset: strickt\n       |         ^^^^^^^\n');
    expect(text).toContain('2 | ignor: [x]\n       | ^^^^^\n');
    expect(text).toContain('"ignore"');
  });

  it('shows no control code of the file', async () => {
    const cwd = temporaryFolder({ 'a.yaml': '"\\e[2J": 1\n"\u202e": 2\n' });
    const error = await loadConfig('a.yaml', allRules, hostAt(cwd)).catch((caught: unknown) => caught);
    if (!(error instanceof ConfigFileError)) throw error;
    expect(configErrorText(error, hostAt(cwd), ['--no-color'])).not.toMatch(/[^\n\P{Cc}]|\u202e/u);
  });

  it('says which file cannot be read', async () => {
    const cwd = temporaryFolder({ 'folder/x': '' });
    await expect(loadConfig('gone.yaml', allRules, hostAt(cwd))).rejects.toThrow(
      'cannot read the config file "gone.yaml": no such file or folder',
    );
    await expect(loadConfig('folder', allRules, hostAt(cwd))).rejects.toThrow(
      'cannot read the config file "folder": it is a folder',
    );
  });
});

describe('the globs of a config', () => {
  const service = 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80 }] }\n';

  it('are relative to its folder, wherever the run begins', async () => {
    const root = temporaryFolder({
      ...REPOSITORY,
      'k8s/a.yaml': service,
      'k8s/old/b.yaml': service,
      'old/c.yaml': service,
    });
    const options = { config: { ignore: ['k8s/old'] }, configPath: join(root, 'meshvet.config.yaml') };
    const read = async (cwd: string): Promise<number> =>
      (await lintPaths(['.'], options, hostAt(cwd))).result.files.read;
    expect(await read(root)).toBe(2);
    expect(await read(join(root, 'k8s'))).toBe(1);
    const above = { config: { ignore: ['old'] }, configPath: join(root, 'k8s/meshvet.config.yaml') };
    expect((await lintPaths(['.'], above, hostAt(root))).result.files.read).toBe(2);
  });
});
