import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { parse } from 'yaml';
import { parseArguments } from '../packages/cli/src/arguments.ts';
import { copyTree, mustRun, type Ran, removeFolder, run, temporaryFolder } from './clean-copy.ts';

// The hooks as users have them: the real pre-commit clones a commit of this tree, and nothing is published.

const ROOT = join(import.meta.dirname, '..');

interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly language: string;
  readonly pass_filenames: boolean;
  readonly require_serial: boolean;
}
const hooks = parse(readFileSync(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8')) as readonly Hook[];

describe('the list of hooks', () => {
  test('has both, and none gets its files in batches', () => {
    expect(hooks.map(({ id }) => id)).toEqual(['meshvet', 'meshvet-staged']);
    for (const hook of hooks) expect(hook).toMatchObject({ pass_filenames: false, require_serial: true });
  });

  test('starts a program that there is, with flags that there are', () => {
    for (const { entry } of hooks) {
      const [program = '', ...args] = entry.split(' ');
      expect(statSync(join(ROOT, program)).isFile()).toBe(true);
      if (process.platform !== 'win32') expect(statSync(join(ROOT, program)).mode & 0o111).toBe(0o111);
      expect(() => parseArguments(args), entry).not.toThrow();
    }
  });
});

const GOOD = service('http-cart');
const BAD = service('cart');

function service(port: string): string {
  return `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { app: cart }
  ports:
    - name: ${port}
      port: 80
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`;
}

describe('with the real pre-commit', () => {
  const work = temporaryFolder('pre-commit');
  const clone = join(work, 'meshvet');
  const user = join(work, 'user');
  const program = preCommit(process.env.PATH ?? '');
  let head = '';

  const env = {
    PRE_COMMIT_HOME: join(work, 'cache'),
    // Neither the settings of this machine nor a commit that runs this test (as a hook itself) have a say.
    ...{ GIT_CONFIG_GLOBAL: join(work, 'gitconfig'), GIT_CONFIG_SYSTEM: join(work, 'gitconfig') },
    ...{ GIT_DIR: undefined, GIT_INDEX_FILE: undefined, GIT_WORK_TREE: undefined },
  };
  const git = (cwd: string, ...args: string[]) => mustRun('git', args, { cwd, env }).trim();
  const hook = (...args: string[]): Ran => run(program ?? '', args, { cwd: user, env });
  const write = (name: string, text: string) => writeFileSync(join(user, name), text);

  beforeAll(() => {
    if (!program) return;
    writeFileSync(
      join(work, 'gitconfig'),
      '[user]\nname = test\nemail = test@example.com\n[init]\ndefaultBranch = main\n[core]\nautocrlf = false\n',
    );
    copyTree(
      readdirSync(ROOT).filter((name) => !['node_modules', 'dist', '.git', '.bench', 'coverage'].includes(name)),
      clone,
    );
    mkdirSync(user);
    for (const folder of [clone, user]) git(folder, 'init', '--quiet');
    git(clone, 'add', '--all');
    git(clone, 'commit', '--quiet', '--message', 'tree');
    head = git(clone, 'rev-parse', 'HEAD');
    write('cart.yaml', GOOD);
    write('notes.txt', 'nothing\n');
    write(
      '.pre-commit-config.yaml',
      `repos:\n  - repo: ${JSON.stringify(clone)}\n    rev: ${head}\n    hooks:\n      - id: meshvet\n        args: [--fail-on, info]\n        verbose: true\n      - id: meshvet-staged\n        args: [--fail-on, info]\n        stages: [manual]\n`,
    );
    git(user, 'add', '--all');
    git(user, 'commit', '--quiet', '--message', 'first');
  }, 120_000);

  afterAll(() => removeFolder(work));

  /** Where it is not installed nothing is proved, which must not look like a success. */
  function needsPreCommit(context: TestContext): void {
    if (program) return;
    process.stderr.write('\nNOT PROVED: pre-commit is not on the PATH, so the hooks were not tried.\n');
    context.skip('NOT PROVED: pre-commit is not on the PATH');
  }

  test('the list is valid', (context) => {
    needsPreCommit(context);
    const { status, stdout, stderr } = hook('validate-manifest', join(clone, '.pre-commit-hooks.yaml'));
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('a clean tree passes, the first run builds the tool', (context) => {
    needsPreCommit(context);
    const { status, stdout, stderr } = hook('run', 'meshvet', '--all-files');
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/meshvet\.+Passed/);
    // It did read the manifest.
    expect(stdout).toContain('2 resources');
  }, 180_000);

  test('a commit with a mistake is refused, and says where', (context) => {
    needsPreCommit(context);
    write('cart.yaml', BAD);
    hook('install');
    git(user, 'add', '--all');
    const { status, stdout, stderr } = run('git', ['commit', '--message', 'second'], { cwd: user, env });
    expect(status).toBe(1);
    expect(stdout + stderr).toContain('cart.yaml');
    expect(stdout + stderr).toMatch(/port-name-\w+/);
    expect(stdout + stderr).toMatch(/meshvet\.+Failed/);
    expect(git(user, 'log', '--format=%s')).toBe('first');
  }, 60_000);

  test('what is not staged does not count', (context) => {
    needsPreCommit(context);
    git(user, 'checkout', '--quiet', 'HEAD', '--', '.');
    write('more.yaml', GOOD.replace('name: cart,', 'name: more,'));
    git(user, 'add', '--all');
    write('cart.yaml', BAD);
    const { status, stdout } = hook('run', 'meshvet');
    expect(status, stdout).toBe(0);
    expect(readFileSync(join(user, 'cart.yaml'), 'utf8')).toBe(BAD);
    git(user, 'checkout', '--quiet', '--', '.');
    git(user, 'commit', '--quiet', '--message', 'third');
  }, 60_000);

  test('a commit without YAML or JSON does not start it', (context) => {
    needsPreCommit(context);
    write('notes.txt', 'more\n');
    git(user, 'add', '--all');
    expect(hook('run', 'meshvet').stdout).toMatch(/no files to check\)?Skipped/);
    git(user, 'commit', '--quiet', '--message', 'fourth');
  }, 60_000);

  test('meshvet-staged is silent about old mistakes, and reads the whole tree', (context) => {
    needsPreCommit(context);
    write('old.yaml', BAD.replace('name: cart,', 'name: old,'));
    git(user, 'add', '--all');
    git(user, 'commit', '--quiet', '--no-verify', '--message', 'old mistakes');
    write('cart.yaml', `${GOOD}# a word more\n`);
    git(user, 'add', '--all');
    const args = ['run', 'meshvet-staged', '--hook-stage', 'manual', '--verbose'];
    const clean = hook(...args);
    expect(clean.status, clean.stdout).toBe(0);
    expect(clean.stdout).not.toContain('old.yaml:');
    expect(hook('run', 'meshvet').status).toBe(1);
    write('cart.yaml', BAD);
    git(user, 'add', '--all');
    const bad = hook(...args);
    expect(bad.status, bad.stdout).toBe(1);
    expect(bad.stdout).toContain('cart.yaml');
    expect(bad.stdout).not.toContain('old.yaml');
  }, 60_000);

  test('try-repo works', (context) => {
    needsPreCommit(context);
    git(user, 'checkout', '--quiet', '--force', 'HEAD~1');
    const { status, stdout, stderr } = hook('try-repo', clone, 'meshvet', '--all-files');
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/meshvet\.+Passed/);
  }, 180_000);

  test('a machine that cannot build it gets a reason, and no success', (context) => {
    needsPreCommit(context);
    const other = join(work, 'other');
    mkdirSync(other);
    git(work, 'clone', '--quiet', clone, other);
    // No npm on this PATH.
    const { status, stderr } = run(process.execPath, [join(other, 'scripts/pre-commit.mjs')], {
      cwd: user,
      env: { PATH: join(work, 'empty') },
    });
    expect(status).toBe(2);
    expect(stderr).toContain('meshvet: the hook could not build the tool: ');
    expect(readdirSync(other)).not.toContain('.building');
  });
});

function preCommit(path: string): string | undefined {
  const names = process.platform === 'win32' ? ['pre-commit.exe'] : ['pre-commit'];
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}
