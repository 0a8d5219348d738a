import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { temporaryFolder } from './temporary-folder.ts';

// `--fix` through the real program, on files of a folder of its own.

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const BIN = path('../bin/meshvet.js');

beforeAll(() => {
  // `pnpm test` builds first; a test that is run alone builds when there is nothing yet, or nothing that knows the flag.
  const built = path('../dist/meshvet/main.js');
  if (existsSync(built) && readFileSync(built, 'utf8').includes('fix-dry-run')) return;
  const { status, stderr } = spawnSync(process.execPath, [path('../../../scripts/build.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});

function meshvet(cwd: string, args: readonly string[], input = '') {
  const { PATH = '' } = process.env;
  const run = spawnSync(process.execPath, [BIN, ...args], { cwd, input, env: { PATH }, encoding: 'utf8' });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** A Namespace whose label is no string: one finding, an error with a safe fix. */
const BROKEN =
  'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop # ours\n  labels:\n    istio-injection: true # on\n';
const FIXED = BROKEN.replace('true', '"enabled"');

/** A version label is missing: a note with a suggested fix only. */
const UNVERSIONED = `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec: { containers: [{ name: cart, image: cart }] }
`;

function project(files: Readonly<Record<string, string | Uint8Array>>): string {
  return temporaryFolder({ '.git/HEAD': '', ...files });
}

function text(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

describe('--fix', () => {
  it('makes the safe fixes, says so, and ends with the status of what remains', () => {
    const folder = project({ 'a.yaml': BROKEN });
    expect(meshvet(folder, ['.']).status).toBe(1);
    const run = meshvet(folder, ['--fix', '.']);
    expect(run).toMatchObject({ status: 0, stderr: 'meshvet: fixed 1 finding in 1 file with 1 edit\n' });
    expect(run.stdout).toContain('no findings');
    expect(text(folder, 'a.yaml')).toBe(FIXED);
    const again = meshvet(folder, ['--fix', '.']);
    expect(again).toMatchObject({ status: 0, stderr: 'meshvet: nothing was fixed\n' });
    expect(text(folder, 'a.yaml')).toBe(FIXED);
    expect(readdirSync(folder).sort()).toEqual(['.git', 'a.yaml']);
  });

  it('reports what it cannot fix', () => {
    const folder = project({ 'a.yaml': BROKEN.replace('true # on', '[true]') });
    const run = meshvet(folder, ['--fix', '.']);
    expect(run.status).toBe(1);
    expect(run.stdout).toContain('inject-value-not-string');
    expect(text(folder, 'a.yaml')).toContain('[true]');
  });

  it('makes suggested fixes only when they are asked for', () => {
    const folder = project({ 'a.yaml': UNVERSIONED });
    const args = ['--preset', 'strict', '--expect-mesh', 'all', '.'];
    meshvet(folder, ['--fix', ...args]);
    expect(text(folder, 'a.yaml')).toBe(UNVERSIONED);
    meshvet(folder, ['--fix', '--fix-suggested', ...args]);
    expect(text(folder, 'a.yaml')).toBe(UNVERSIONED.replace('labels: { app', 'labels: { version: v1, app'));
  });

  it.each([
    ['CRLF', BROKEN.replaceAll('\n', '\r\n'), FIXED.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${BROKEN}`, `\ufeff${FIXED}`],
    ['no line feed at the end', BROKEN.trimEnd(), FIXED.trimEnd()],
    [
      'other documents, blanks at line ends and an odd indentation',
      `# top\n---\n${BROKEN}\n\n---   \na:   [ 1,2 ]   \n`,
      `# top\n---\n${FIXED}\n\n---   \na:   [ 1,2 ]   \n`,
    ],
    [
      'flow style',
      '{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: yes}}}',
      '{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: "enabled"}}}',
    ],
    [
      'an anchor that others share',
      BROKEN.replace('true', '&t true').replace('# on', '\n  annotations: { x: *t }'),
      undefined,
    ],
  ])('changes nothing but what its edits say in a file with %s', (_, before, after) => {
    const folder = project({ 'a.yaml': before });
    meshvet(folder, ['--fix', '.']);
    expect(text(folder, 'a.yaml')).toBe(after ?? before);
  });

  it('keeps JSON JSON', () => {
    const before = JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'shop', annotations: { 'istio-injection': 'enabled', a: 'b' } },
      },
      null,
      2,
    );
    const folder = project({ 'a.json': before });
    meshvet(folder, ['--fix', '.']);
    expect(JSON.parse(text(folder, 'a.json')).metadata).toEqual({
      name: 'shop',
      annotations: { a: 'b' },
      labels: { 'istio-injection': 'enabled' },
    });
  });

  it('keeps the mode of the file', () => {
    const folder = project({ 'a.yaml': BROKEN });
    chmodSync(join(folder, 'a.yaml'), 0o755);
    meshvet(folder, ['--fix', '.']);
    expect(text(folder, 'a.yaml')).toBe(FIXED);
    expect(statSync(join(folder, 'a.yaml')).mode & 0o777).toBe(0o755);
  });

  it('writes what a link leads to, and leaves the link a link', () => {
    const folder = project({ 'real/a.txt': BROKEN });
    symlinkSync('real/a.txt', join(folder, 'link.yaml'));
    meshvet(folder, ['--fix', '.']);
    expect(text(folder, 'real/a.txt')).toBe(FIXED);
    expect(lstatSync(join(folder, 'link.yaml')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(folder, 'link.yaml'))).toBe('real/a.txt');
  });

  it('leaves alone what lies outside the paths that were given', () => {
    const folder = project({ 'outside/a.yaml': BROKEN, 'k8s/empty.yaml': '# nothing\n' });
    symlinkSync('../outside/a.yaml', join(folder, 'k8s/link.yaml'));
    const run = meshvet(folder, ['--fix', 'k8s']);
    expect(run.stderr).toContain('left alone "k8s/link.yaml": it leads outside the paths that were given');
    expect(run.status).toBe(1);
    expect(text(folder, 'outside/a.yaml')).toBe(BROKEN);
    // Who names the link means the file.
    expect(meshvet(folder, ['--fix', 'k8s/link.yaml']).status).toBe(0);
    expect(text(folder, 'outside/a.yaml')).toBe(FIXED);
  });

  it('leaves the manifests of other clusters and files of other projects alone', () => {
    const folder = project({ 'east/a.yaml': BROKEN, 'west/a.yaml': BROKEN.replace('shop', 'other') });
    meshvet(folder, ['--fix', 'east', '--cluster', 'west=west']);
    expect(text(folder, 'east/a.yaml')).toBe(FIXED);
    expect(text(folder, 'west/a.yaml')).toBe(BROKEN.replace('shop', 'other'));
  });

  it('fixes what a glob matches', () => {
    const folder = project({ 'k8s/a.yaml': BROKEN, 'k8s/b.yml': BROKEN.replace('shop', 'other') });
    expect(meshvet(folder, ['--fix', 'k8s/*.yaml']).status).toBe(0);
    expect(text(folder, 'k8s/a.yaml')).toBe(FIXED);
    expect(text(folder, 'k8s/b.yml')).toBe(BROKEN.replace('shop', 'other'));
  });

  it('leaves read-only files and those with several names alone, and fixes the others', () => {
    const folder = project({
      'a.yaml': BROKEN,
      'b.yaml': BROKEN.replace('shop', 'other'),
      'c.yaml': BROKEN.replace('shop', 'third'),
    });
    chmodSync(join(folder, 'a.yaml'), 0o444);
    linkSync(join(folder, 'b.yaml'), join(folder, 'b.txt'));
    const run = meshvet(folder, ['--fix', '.']);
    expect(run.stderr).toContain('left alone "a.yaml": it is read-only');
    expect(run.stderr).toContain('left alone "b.yaml": it has another name too (a hard link)');
    expect(run.stderr).toContain('fixed 1 finding in 1 file');
    expect(run.status).toBe(1);
    expect(text(folder, 'a.yaml')).toBe(BROKEN);
    expect(text(folder, 'b.txt')).toBe(BROKEN.replace('shop', 'other'));
    expect(text(folder, 'c.yaml')).toBe(FIXED.replace('shop', 'third'));
  });

  it('fixes only what is reported: not what a baseline knows', () => {
    const folder = project({ 'a.yaml': BROKEN });
    meshvet(folder, ['baseline', 'create', '--baseline', 'known.json', 'a.yaml']);
    if (!existsSync(join(folder, 'known.json'))) throw new Error('there is no baseline');
    writeFileSync(join(folder, 'b.yaml'), BROKEN.replace('shop', 'other'));
    expect(meshvet(folder, ['--fix', '--baseline', 'known.json', '.']).status).toBe(0);
    expect(text(folder, 'a.yaml')).toBe(BROKEN);
    expect(text(folder, 'b.yaml')).toBe(FIXED.replace('shop', 'other'));
  });

  it('tells why a fix was withdrawn', () => {
    const folder = project({
      'a.yaml': `${BROKEN.replace('istio-injection', 'istio-inject').replace('true', '"maybe"')}`,
    });
    const run = meshvet(folder, ['--fix', '.']);
    expect(run.stderr).toContain(
      'not fixed: a.yaml:6:5 inject-key-typo: it would bring up inject-namespace-label-invalid',
    );
    expect(text(folder, 'a.yaml')).toContain('istio-inject: "maybe"');
  });

  it.each([
    [['--fix', '-'], /--fix cannot change standard input/],
    [['--fix', '--stdin-filename', 'a.yaml'], /--fix cannot change standard input/],
    [['--fix', '--fix-dry-run', '.'], /ask for different things/],
    [['--fix-suggested', '.'], /goes with --fix or --fix-dry-run/],
  ])('refuses %s', (args, words) => {
    const run = meshvet(project({ 'a.yaml': BROKEN }), args, BROKEN);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(words);
  });
});

describe('--fix-dry-run', () => {
  it('prints a diff that makes the same of the files as --fix, and changes nothing', () => {
    const files = {
      'a.yaml': BROKEN,
      'with space/b.yaml': BROKEN.replace('shop', 'other').trimEnd(),
      'c.yaml': BROKEN.replace('shop', 'third').replaceAll('\n', '\r\n'),
      'd.yaml': UNVERSIONED.replace('shop', 'elsewhere'),
    };
    const [dry, wet] = [project(files), project(files)];
    const args = ['--fix-suggested', '--preset', 'strict', '.'];
    const run = meshvet(dry, ['--fix-dry-run', ...args]);
    expect(run.stderr).toMatch(/^meshvet: --fix would fix \d findings in 4 files with \d edits\n/);
    for (const [file, before] of Object.entries(files)) expect(text(dry, file)).toBe(before);
    meshvet(wet, ['--fix', ...args]);
    writeFileSync(join(dry, 'fix.patch'), run.stdout);
    const applied = spawnSync('git', ['apply', '--whitespace=nowarn', 'fix.patch'], {
      cwd: dry,
      encoding: 'utf8',
      env: { ...process.env, GIT_DIR: '/nonexistent', GIT_CEILING_DIRECTORIES: dry },
    });
    expect(applied.stderr).toBe('');
    for (const file of Object.keys(files)) expect(text(dry, file)).toBe(text(wet, file));
    expect(text(wet, 'a.yaml')).toBe(FIXED);
  });

  it('has the status that --fix would have, and writes reports that go to files', () => {
    const folder = project({ 'a.yaml': BROKEN });
    const run = meshvet(folder, ['--fix-dry-run', '-f', 'text', '-f', 'json=out.json', '.']);
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/^--- a\/a\.yaml\n/);
    expect(JSON.parse(text(folder, 'out.json')).findings).toEqual([]);
  });

  it('reads standard input', () => {
    const run = meshvet(project({}), ['--fix-dry-run', '--stdin-filename', 'x.yaml'], BROKEN);
    expect(run.stdout).toContain('+++ b/x.yaml\n');
    expect(run.stdout).toContain('+    istio-injection: "enabled" # on\n');
    expect(run.status).toBe(0);
  });

  it('leaves out of the diff what --fix would leave alone', () => {
    const folder = project({ 'a.yaml': BROKEN });
    chmodSync(join(folder, 'a.yaml'), 0o444);
    const run = meshvet(folder, ['--fix-dry-run', '.']);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('it is read-only');
    expect(run.status).toBe(1);
  });
});

describe('a file that somebody else writes meanwhile', () => {
  it('is left as they wrote it, and that is told', async () => {
    const folder = project({ 'a.yaml': BROKEN, 'b.yaml': BROKEN.replace('shop', 'other') });
    const real = nodeHost();
    let stderr = '';
    const theirs = BROKEN.replace('ours', 'theirs');
    const host = {
      ...real,
      cwd: folder,
      print: (stream: 'stdout' | 'stderr', words: string) => {
        if (stream === 'stderr') stderr += words;
      },
      replace: (file: string, after: string, expected?: string) => {
        if (file.endsWith('a.yaml')) writeFileSync(file, theirs);
        real.replace(file, after, expected);
      },
    };
    expect(await main(['--fix', '.'], host)).toBe(2);
    expect(stderr).toContain('cannot fix "a.yaml": somebody else has changed it meanwhile; it stays as it is');
    expect(text(folder, 'a.yaml')).toBe(theirs);
    expect(text(folder, 'b.yaml')).toBe(FIXED.replace('shop', 'other'));
    expect(readdirSync(folder).sort()).toEqual(['.git', 'a.yaml', 'b.yaml']);
  });

  it('may be gone, and nothing is left behind', async () => {
    const folder = project({ 'k8s/a.yaml': BROKEN });
    mkdirSync(join(folder, 'elsewhere'));
    const real = nodeHost();
    let stderr = '';
    const host = {
      ...real,
      cwd: folder,
      print: (_stream: 'stdout' | 'stderr', words: string) => {
        stderr += words;
      },
      replace: () => {
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      },
    };
    expect(await main(['--fix', '.'], host)).toBe(2);
    expect(stderr).toContain('cannot fix "k8s/a.yaml": no space left; it stays as it is');
    expect(stderr).toContain('inject-value-not-string');
    expect(text(folder, 'k8s/a.yaml')).toBe(BROKEN);
  });
});
