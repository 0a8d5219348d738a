import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const BIN = path('../bin/meshvet.js');

beforeAll(() => {
  // `pnpm test` builds first; a test that is run alone builds when there is nothing yet.
  if (existsSync(path('../dist/meshvet/main.js'))) return;
  const { status, stderr } = spawnSync(process.execPath, [path('../../../scripts/build.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});

type Env = Readonly<Record<string, string>>;

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ENV: Env = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

function meshvet(cwd: string, args: readonly string[], env: Env = {}, input = ''): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    input,
    env: { ...ENV, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function git(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, env: ENV, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** A Service whose ports have no name: `port-name-missing`, once a port, on the line of the port. */
function service(name: string, ...ports: number[]): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: shop
spec:
  selector: { app: ${name} }
  ports:
${ports.map((port) => `    - port: ${port}\n`).join('')}`;
}

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n';
const ONLY = ['--rule', 'port-name-missing:error', '--format', 'json', '--expect-mesh', 'all'];

interface Report {
  readonly summary: { baselined?: number; baselineGone?: number; unchanged?: number; findings: { error: number } };
  readonly findings: { ruleId: string; location: { file: string; start: { line: number } } }[];
  readonly baselined?: unknown[];
}

function reportOf(run: Run): Report {
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout) as Report;
}

/** `file:line` of the ports without a name that are reported. */
function places(cwd: string, ...args: string[]): string[] {
  const report = reportOf(meshvet(cwd, [...ONLY, ...args]));
  return report.findings
    .filter(({ ruleId }) => ruleId === 'port-name-missing')
    .map(({ location }) => `${location.file}:${location.start.line}`);
}

function repository(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder({ 'namespace.yaml': NAMESPACE, ...files });
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-qm', 'first');
  return folder;
}

function write(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

describe('meshvet baseline', () => {
  const folder = (files: Readonly<Record<string, string>> = {}) =>
    temporaryFolder({ '.git/HEAD': '', 'namespace.yaml': NAMESPACE, 'web.yaml': service('web', 80, 81), ...files });
  const RULES = ['--rule', 'port-name-missing:error'];

  it('is made once, let through, brought up to date and pruned', () => {
    const cwd = folder();
    expect(meshvet(cwd, [...RULES, '.']).status).toBe(1);
    const made = meshvet(cwd, ['baseline', 'create', ...RULES]);
    expect(made).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^"meshvet\.baseline\.json": \d findings written\n$/),
      stderr: '',
    });
    // It counts only where it is asked for.
    expect(meshvet(cwd, [...RULES, '.']).status).toBe(1);
    const let_through = meshvet(cwd, [...RULES, '.', '--baseline', 'meshvet.baseline.json']);
    expect(let_through).toMatchObject({ status: 0, stderr: '' });
    expect(let_through.stdout).toMatch(/no findings, \d baselined/);

    write(cwd, 'web.yaml', service('web', 82, 81));
    const report = reportOf(meshvet(cwd, [...ONLY, '.', '--baseline', 'meshvet.baseline.json']));
    expect(report.findings.map(({ location }) => location.start.line)).toEqual([9]);
    expect(report.summary).toMatchObject({ baselineGone: 1, findings: { error: 1 } });
    expect(report.summary.baselined).toBe(report.baselined?.length);
    const validate = new Ajv({ strictTypes: false }).compile(
      JSON.parse(readFileSync(path('../../core/schema/report.schema.json'), 'utf8')),
    );
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    const text = meshvet(cwd, [...RULES, '.', '--baseline', 'meshvet.baseline.json']);
    expect(text.status).toBe(1);
    expect(text.stdout).toContain('1 finding of the baseline does not occur in what was read');

    expect(meshvet(cwd, ['baseline', 'prune', ...RULES]).stdout).toMatch(/, 1 taken out, 1 new finding not in it\n$/);
    expect(meshvet(cwd, ['baseline', 'prune', ...RULES]).stdout).toMatch(
      /, nothing changed, 1 new finding not in it\n$/,
    );
    expect(places(cwd, '.', '--baseline', 'meshvet.baseline.json')).toEqual(['web.yaml:9']);
    expect(meshvet(cwd, ['baseline', 'update', ...RULES]).stdout).toMatch(/, 1 added\n$/);
    expect(places(cwd, '.', '--baseline', 'meshvet.baseline.json')).toEqual([]);
  });

  it('is named by the config, from wherever a run starts, and --no-baseline leaves it out', () => {
    const cwd = folder({
      'meshvet.config.yaml': 'baseline: ci/known.json\nrules: { port-name-missing: error }\n',
      'k8s/api.yaml': service('api', 1),
      'k8s/broken.yaml': 'apiVersion: v1\nkind: Pod\n  x: [\n',
      'ci/x': '',
    });
    expect(meshvet(cwd, ['.']).stderr).toBe(
      'meshvet: there is no baseline "ci/known.json"; "meshvet baseline create" makes it\n',
    );
    expect(meshvet(cwd, ['baseline', 'create']).stdout).toMatch(/^"ci\/known\.json"/);
    expect(readFileSync(join(cwd, 'ci/known.json'), 'utf8')).toContain('"file": "../k8s/broken.yaml"');
    expect(meshvet(cwd, ['.']).status).toBe(0);
    expect(meshvet(join(cwd, 'k8s'), ['..']).status).toBe(0);
    expect(meshvet(cwd, ['.', '--no-baseline']).status).toBe(1);
    expect(meshvet(cwd, ['.', '--no-baseline', '--baseline', 'ci/known.json']).status).toBe(0);
  });

  it('does not write over a file, and goes nowhere half', () => {
    const cwd = folder({ 'meshvet.baseline.json': 'mine' });
    expect(meshvet(cwd, ['baseline', 'create'])).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'meshvet: "meshvet.baseline.json" is there already; "meshvet baseline update" brings it up to date, --force writes over it\n',
    });
    expect(meshvet(cwd, ['baseline', 'create', '.', 'gone']).status).toBe(2);
    expect(meshvet(cwd, ['baseline', 'create', '--force', '.', 'gone']).stderr).toBe(
      'meshvet: no such file or folder "gone"; the baseline stays as it is\n',
    );
    expect(readFileSync(join(cwd, 'meshvet.baseline.json'), 'utf8')).toBe('mine');
    expect(meshvet(cwd, ['baseline', 'update']).stderr).toBe(
      'meshvet: cannot read the baseline "meshvet.baseline.json": 1:1: a mapping with "version" and "findings" is expected\n',
    );
    expect(meshvet(cwd, ['baseline', 'create', '--force']).status).toBe(0);
    expect(readdirSync(cwd).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it.each([
    [['baseline'], 'baseline: say what to do; it is meshvet baseline create|update|prune [PATHS...]'],
    [
      ['baseline', 'creat'],
      'baseline: unknown word "creat", did you mean "create"?; it is meshvet baseline create|update|prune [PATHS...]',
    ],
    [['baseline', 'update', '--force'], '--force is for meshvet baseline create'],
    [['baseline', 'update'], 'there is no baseline "meshvet.baseline.json"; "meshvet baseline create" makes it'],
    [['.', '--baseline', 'no.json'], 'there is no baseline "no.json"; "meshvet baseline create" makes it'],
    [['.', '--baseline', 'namespace.yaml'], 'cannot read the baseline "namespace.yaml": 1:1: "version": 1 is expected'],
    [['.', '--baseline', '.'], 'cannot read the baseline ".": it is a folder'],
    [
      ['baseline', 'create', '--baseline', 'no/such/b.json'],
      'cannot write the baseline "no/such/b.json": no such file or folder',
    ],
    [['baseline', 'create', '--staged'], '--staged is a flag of meshvet lint, not of meshvet baseline'],
  ])('%j: %s', (args, message) => {
    expect(meshvet(folder(), args)).toEqual({ status: 2, stdout: '', stderr: `meshvet: ${message}\n` });
  });

  it('follows links, keeps modes, and leaves read-only files alone', () => {
    const cwd = folder({ 'real/known.json': '', 'locked.json': 'x' });
    symlinkSync('real/known.json', join(cwd, 'link.json'));
    symlinkSync('real/later.json', join(cwd, 'dangling.baseline'));
    chmodSync(join(cwd, 'real/known.json'), 0o664);
    chmodSync(join(cwd, 'locked.json'), 0o444);
    for (const name of ['link.json', 'dangling.baseline'])
      expect(meshvet(cwd, ['baseline', 'create', '--force', '--baseline', name]).status).toBe(0);
    expect(lstatSync(join(cwd, 'link.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, 'real/known.json'), 'utf8')).toContain('"version": 1');
    expect(statSync(join(cwd, 'real/known.json')).mode & 0o777).toBe(0o664);
    expect(readFileSync(join(cwd, 'real/later.json'), 'utf8')).toContain('"version": 1');
    const run = meshvet(cwd, ['baseline', 'create', '--force', '--baseline', 'locked.json']);
    expect(run).toEqual({
      status: 2,
      stdout: '',
      stderr: 'meshvet: cannot write the baseline "locked.json": permission denied\n',
    });
    expect(readFileSync(join(cwd, 'locked.json'), 'utf8')).toBe('x');
  });

  it('speaks of hostile content without saying it to the terminal', () => {
    const evil = '{ "version": 1, "findings": [{ "rule": "r", "message": "m", "file": "f", "\\u001b[31m\\n": 1 }] }';
    const run = meshvet(folder({ 'b.json': evil }), ['.', '--baseline', 'b.json']);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(
      /^meshvet: cannot read the baseline "b\.json": 1:\d+: an entry has no member "\\x1b\[31m\\n"; [^\n\u001b]+\n$/,
    );
  });
});

describe('the report on changes', () => {
  it('has the lines that are not committed, and new files whole', () => {
    const cwd = repository({ 'a.yaml': service('a', 1, 2, 3), 'b.yaml': service('b', 1) });
    expect(places(cwd, '.', '--changed')).toEqual([]);
    write(cwd, 'a.yaml', service('a', 1, 20, 3));
    write(cwd, 'c.yaml', service('c', 1, 2));
    expect(places(cwd, '.', '--changed')).toEqual(['a.yaml:10', 'c.yaml:9', 'c.yaml:10']);
    const report = reportOf(meshvet(cwd, [...ONLY, '.', '--changed']));
    expect(report.summary.unchanged).toBeGreaterThanOrEqual(3);
    expect(report.summary.findings.error).toBe(3);
    const text = meshvet(cwd, ['.', '--changed']);
    expect(text.stdout).toMatch(/\d left out \(nothing of them changed\)/);
    git(cwd, 'add', '-A');
    expect(places(cwd, '.', '--changed')).toHaveLength(3);
    git(cwd, 'commit', '-qm', 'x');
    const clean = meshvet(cwd, [...ONLY, '.', '--changed']);
    expect(clean.status).toBe(0);
  });

  it('has what a removed line leaves behind', () => {
    const named = service('a', 1).replace('- port: 1\n', '- port: 1\n      name: http\n');
    const cwd = repository({ 'a.yaml': named });
    expect(places(cwd, '.')).toEqual([]);
    write(cwd, 'a.yaml', service('a', 1));
    expect(places(cwd, '.', '--changed')).toEqual(['a.yaml:9']);
  });

  it('keeps a finding of an old line whose other place changed', () => {
    const deployment = (app: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: shop }\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata:\n      labels:\n        app: web\n        version: ${app}\n    spec: { containers: [{ name: web, image: web, ports: [{ containerPort: 80, name: http }] }] }\n`;
    const cwd = repository({
      'a.yaml': service('web', 80).replace('- port: 80', '- { port: 80, name: http }'),
      'b.yaml': service('other', 80)
        .replace('app: other', 'app: web')
        .replace('- port: 80', '- { port: 80, name: tcp }'),
      'd.yaml': deployment('v1'),
    });
    const both = reportOf(meshvet(cwd, ['--format', 'json', '.'])).findings as unknown as {
      location: { file: string };
      related: { location: { file: string } }[];
    }[];
    const withRelated = both.find(({ location, related }) =>
      related.some((one) => one.location.file !== location.file),
    );
    expect(withRelated, 'an example with two files').toBeDefined();
    const other = withRelated?.related.find((one) => one.location.file !== withRelated.location.file)?.location
      .file as string;
    // The whole of the other file is new to git.
    git(cwd, 'rm', '-q', '--cached', other);
    git(cwd, 'commit', '-qm', 'x');
    const kept = reportOf(meshvet(cwd, ['--format', 'json', '.', '--changed'])).findings;
    expect(kept.map(({ location }) => location.file)).toContain(withRelated?.location.file);
  });

  it('tells staged from unstaged changes, also within one file', () => {
    const cwd = repository({ 'a.yaml': service('a', 1, 2, 3, 4), 'b.yaml': service('b', 1) });
    write(cwd, 'a.yaml', service('a', 1, 20, 3, 4));
    git(cwd, 'add', 'a.yaml');
    write(cwd, 'a.yaml', `# unstaged\n\n${service('a', 1, 20, 3, 40)}`);
    write(cwd, 'b.yaml', service('b', 10));
    write(cwd, 'untracked.yaml', service('u', 1));
    write(cwd, 'added.yaml', service('d', 1));
    git(cwd, 'add', 'added.yaml');
    expect(places(cwd, '.', '--staged')).toEqual(['a.yaml:12', 'added.yaml:9']);
    expect(places(cwd, '.', '--changed')).toEqual([
      'a.yaml:12',
      'a.yaml:14',
      'added.yaml:9',
      'b.yaml:9',
      'untracked.yaml:9',
    ]);
  });

  it('takes a renamed file as a whole', () => {
    const cwd = repository({ 'a.yaml': service('a', 1, 2) });
    renameSync(join(cwd, 'a.yaml'), join(cwd, 'z.yaml'));
    expect(places(cwd, '.', '--changed')).toEqual(['z.yaml:9', 'z.yaml:10']);
    git(cwd, 'add', '-A');
    expect(places(cwd, '.', '--staged')).toEqual(['z.yaml:9', 'z.yaml:10']);
  });

  it('has what came since a branch left another one', () => {
    const cwd = repository({ 'a.yaml': service('a', 1, 2), 'b.yaml': service('b', 1) });
    git(cwd, 'checkout', '-qb', 'topic');
    write(cwd, 'a.yaml', service('a', 1, 20));
    git(cwd, 'commit', '-qam', 'topic');
    git(cwd, 'checkout', '-q', 'main');
    write(cwd, 'b.yaml', service('b', 10));
    git(cwd, 'commit', '-qam', 'main goes on');
    git(cwd, 'checkout', '-q', 'topic');
    write(cwd, 'c.yaml', service('c', 1));
    expect(places(cwd, '.', '--since', 'main')).toEqual(['a.yaml:10', 'c.yaml:9']);
    expect(places(cwd, '.', '--since', 'HEAD')).toEqual(['c.yaml:9']);
    expect(places(cwd, '.', '--since=HEAD~1')).toEqual(['a.yaml:10', 'c.yaml:9']);
  });

  it('knows files by whatever name, from any folder and through links', () => {
    const names = [
      'with space.yaml',
      '-dash.yaml',
      'new\nline.yaml',
      '"quotes\'.yaml',
      'é-日本.yaml',
      ':(glob)x.yaml',
      'tab\t.yaml',
      'back\\slash.yaml',
      '*.yaml',
      '$(touch pwned).yaml',
      '; touch pwned #.yaml',
    ];
    const cwd = repository(Object.fromEntries(names.map((name, i) => [`k/${name}`, service(`s${i}`, 1, 2)])));
    for (const [i, name] of names.entries()) write(cwd, `k/${name}`, service(`s${i}`, 1, 20));
    const lines = (prefix: string) => names.map((name) => `${prefix}${name}:10`).sort();
    expect(places(cwd, '.', '--changed').sort()).toEqual(lines('k/'));
    expect(places(join(cwd, 'k'), '.', '--changed').sort()).toEqual(lines(''));
    mkdirSync(join(cwd, 'other'));
    expect(places(join(cwd, 'other'), '../k', '--changed').sort()).toEqual(lines('../k/'));
    symlinkSync('k/with space.yaml', join(cwd, 'link.yaml'));
    git(cwd, 'add', 'link.yaml');
    git(cwd, 'commit', '-qm', 'link', '--', 'link.yaml');
    expect(places(cwd, 'link.yaml', '--changed')).toEqual(['link.yaml:10']);
    git(cwd, 'add', '-A');
    expect(places(cwd, '.', '--staged').sort()).toEqual(lines('k/'));
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
  });

  it('keeps what git cannot compare', () => {
    const cwd = repository({ 'a.yaml': service('a', 1), '.gitignore': 'made\n' });
    write(cwd, 'made/m.yaml', service('m', 1));
    expect(places(cwd, 'a.yaml', 'made/m.yaml', '--changed')).toEqual(['made/m.yaml:9']);
    const outside = temporaryFolder({ 'o.yaml': service('o', 1) });
    expect(places(cwd, join(outside, 'o.yaml'), '--changed')).toHaveLength(1);
    expect(places(cwd, 'a.yaml', 'made/m.yaml', join(outside, 'o.yaml'), '--staged')).toEqual([]);
    const run = meshvet(cwd, [...ONLY, '-', '--changed'], {}, service('stdin', 1));
    expect(reportOf(run).findings.map(({ location }) => location.file)).toContain('<stdin>');
  });

  it('takes a submodule for unchanged until another commit of it is asked for', () => {
    const part = repository({ 's.yaml': service('s', 1) });
    const cwd = repository({ 'a.yaml': service('a', 1) });
    git(cwd, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', part, 'part');
    git(cwd, 'commit', '-qm', 'part');
    expect(places(cwd, 'a.yaml', 'part', '--changed')).toEqual([]);
    write(cwd, 'part/s.yaml', service('s', 2));
    expect(places(cwd, 'a.yaml', 'part', '--changed')).toEqual([]);
    git(join(cwd, 'part'), 'commit', '-qam', 'more');
    expect(places(cwd, 'a.yaml', 'part', '--changed')).toEqual(['part/s.yaml:9']);
    expect(places(cwd, 'a.yaml', 'part', '--staged')).toEqual([]);
    git(cwd, 'add', 'part');
    expect(places(cwd, 'a.yaml', 'part', '--staged')).toEqual(['part/s.yaml:9']);
  });

  it('counts lines as git does, or takes the file whole', () => {
    const cwd = repository({ 'a.yaml': `# one\rtwo: 2\r${service('a', 1, 2)}`.replace('two: 2', '# two') });
    write(cwd, 'a.yaml', `# one\r# more\r${service('a', 1, 2)}`);
    expect(places(cwd, '.', '--changed')).toHaveLength(2);
  });

  it('keeps a file that is no YAML when it changed, wherever the mistake shows', () => {
    const cwd = repository({ 'a.yaml': 'apiVersion: v1\nkind: Pod\nx: 1\ny: [\n' });
    expect(reportOf(meshvet(cwd, ['--format', 'json', '.', '--changed'])).findings).toEqual([]);
    write(cwd, 'a.yaml', 'apiVersion: v1\nkind: Job\nx: 1\ny: [\n');
    expect(reportOf(meshvet(cwd, ['--format', 'json', '.', '--changed'])).findings).toHaveLength(1);
  });

  it('goes together with a baseline', () => {
    const cwd = repository({ 'a.yaml': service('a', 1, 2) });
    meshvet(cwd, ['baseline', 'create', ...ONLY.slice(0, 2)]);
    write(cwd, 'a.yaml', `# moved\n${service('a', 1, 3)}`);
    const report = reportOf(meshvet(cwd, [...ONLY, '.', '--changed', '--baseline', 'meshvet.baseline.json']));
    expect(report.findings.map(({ location }) => location.start.line)).toEqual([11]);
    expect(report.summary).toMatchObject({ baselineGone: 1, unchanged: 0 });
  });

  it('does not mind what the user has told git to do with diffs', () => {
    const cwd = repository({ 'a.yaml': service('a', 1, 2), '.gitattributes': '*.yaml -diff diff=evil\n' });
    for (const setting of [
      'diff.noprefix true',
      'diff.mnemonicPrefix true',
      'color.diff always',
      'color.ui always',
      'diff.external false',
      'diff.evil.textconv false',
      'diff.evil.command false',
      'diff.relative true',
      'diff.renames copies',
      'core.quotepath true',
      'diff.context 9',
      'diff.interHunkContext 9',
      'core.fsmonitor touch',
    ])
      git(cwd, 'config', ...(setting.split(' ') as [string, string]));
    write(cwd, 'a.yaml', service('a', 1, 20));
    const env = {
      GIT_DIFF_OPTS: '-u9',
      GIT_EXTERNAL_DIFF: 'false',
      GIT_ICASE_PATHSPECS: '1',
      GIT_GLOB_PATHSPECS: '1',
      GIT_TRACE: '1',
    };
    const report = reportOf(meshvet(cwd, [...ONLY, '.', '--changed'], env));
    expect(report.findings.map(({ location }) => location.start.line)).toEqual([10]);
  });

  it('works inside a hook, in a folder below the root and for "git commit FILE"', () => {
    const cwd = repository({ 'k/a.yaml': service('a', 1, 2), 'k/b.yaml': service('b', 1) });
    const hook = `#!/bin/sh\ncd k && exec '${process.execPath}' '${BIN}' --rule port-name-missing:error --expect-mesh all --format json=../out.json --fail-on never . --staged\n`;
    write(cwd, '.git/hooks/pre-commit', hook);
    chmodSync(join(cwd, '.git/hooks/pre-commit'), 0o755);
    write(cwd, 'k/a.yaml', service('a', 1, 20));
    write(cwd, 'k/b.yaml', service('b', 10));
    git(cwd, 'add', 'k/b.yaml');
    git(cwd, 'commit', '-qm', 'x', '--', 'k/a.yaml');
    const report = JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8')) as Report;
    expect(report.findings.map(({ location }) => `${location.file}:${location.start.line}`)).toEqual(['a.yaml:10']);
  });

  it('works in a linked working tree, before the first commit and in a merge', () => {
    const cwd = repository({ 'a.yaml': service('a', 1, 2) });
    git(cwd, 'worktree', 'add', '-q', 'tree', '-b', 'tree');
    write(cwd, 'tree/a.yaml', service('a', 1, 20));
    expect(places(join(cwd, 'tree'), '.', '--changed')).toEqual(['a.yaml:10']);

    const fresh = temporaryFolder({ 'namespace.yaml': NAMESPACE, 'a.yaml': service('a', 1) });
    git(fresh, 'init', '-q');
    expect(places(fresh, '.', '--changed')).toEqual(['a.yaml:9']);
    expect(places(fresh, '.', '--staged')).toEqual([]);
    git(fresh, 'add', 'a.yaml');
    expect(places(fresh, '.', '--staged')).toEqual(['a.yaml:9']);

    git(join(cwd, 'tree'), 'commit', '-qam', 'x');
    write(cwd, 'a.yaml', service('a', 1, 21));
    git(cwd, 'commit', '-qam', 'y');
    expect(() => git(cwd, 'merge', '-q', 'tree')).toThrow();
    const conflict = reportOf(meshvet(cwd, ['--format', 'json', 'a.yaml', 'namespace.yaml', '--changed']));
    expect(conflict.findings.map(({ ruleId }) => ruleId)).toContain('yaml-syntax');
  });
});

describe('what cannot be compared is told in a line, with status 2', () => {
  const fails = (cwd: string, args: readonly string[], env: Env = {}) => {
    const run = meshvet(cwd, ['.', ...args], env);
    expect({ status: run.status, stdout: run.stdout }).toEqual({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(/^meshvet: [^\n]*\n$/);
    return run.stderr.slice('meshvet: '.length, -1);
  };

  it('no repository, no git, a bare repository', () => {
    const cwd = temporaryFolder({ 'a.yaml': NAMESPACE });
    expect(fails(cwd, ['--changed'])).toBe('--changed needs a git repository, and this folder is in none');
    expect(fails(cwd, ['--changed'], { PATH: '/nowhere' })).toBe(
      '--changed needs the program git, and there is none on the PATH',
    );
    git(cwd, 'init', '-q', '--bare', '.');
    expect(fails(cwd, ['--staged'])).toMatch(
      /^--staged cannot use the git repository here: this operation must be run in a work tree/,
    );
  });

  it.each([
    ['no-such-branch', 'there is no commit "no-such-branch" in this repository'],
    ['--output=pwned', '"--output=pwned" is no commit; write one such as origin/main'],
    ['-h', '"-h" is no commit; write one such as origin/main'],
    ['', '"" is no commit; write one such as origin/main'],
    ['^HEAD', 'there is no commit "^HEAD" in this repository'],
    ['HEAD..HEAD', 'there is no commit "HEAD..HEAD" in this repository'],
    ['HEAD:a.yaml', 'there is no commit "HEAD:a.yaml" in this repository'],
    ['$(touch pwned)', 'there is no commit "$(touch pwned)" in this repository'],
    ['a\u001b[31m\nb', 'there is no commit "a\\u001b[31m\\nb" in this repository'],
  ])('--since=%s', (ref, message) => {
    const cwd = repository({ 'a.yaml': service('a', 1) });
    expect(fails(cwd, [`--since=${ref}`])).toBe(`--since: ${message}`);
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
  });

  it('branches that have nothing in common, and two questions at once', () => {
    const cwd = repository({ 'a.yaml': service('a', 1) });
    git(cwd, 'checkout', '-q', '--orphan', 'other');
    git(cwd, 'commit', '-qm', 'other');
    expect(fails(cwd, ['--since', 'main'])).toBe('--since: "main" and HEAD have no ancestor in common');
    expect(fails(cwd, ['--changed', '--staged'])).toBe(
      '--changed and --staged ask for different things; give one of them',
    );
  });

  it('a shallow clone: what to do about it', () => {
    const cwd = repository({ 'a.yaml': service('a', 1) });
    git(cwd, 'checkout', '-qb', 'topic');
    write(cwd, 'a.yaml', service('a', 2));
    git(cwd, 'commit', '-qam', 'topic');
    git(cwd, 'checkout', '-q', 'main');
    write(cwd, 'b.yaml', service('b', 1));
    git(cwd, 'add', '-A');
    git(cwd, 'commit', '-qm', 'main');
    const clone = temporaryFolder();
    rmSync(clone, { recursive: true });
    git(cwd, 'clone', '-q', '--depth=1', '--no-single-branch', '--branch=topic', `file://${cwd}`, clone);
    const hint =
      '; this clone is shallow: fetch more of the history ("git fetch --unshallow", or fetch-depth: 0 for actions/checkout)';
    expect(fails(clone, ['--since', 'origin/main'])).toBe(
      `--since: "origin/main" and HEAD have no ancestor in common${hint}`,
    );
    expect(fails(clone, ['--since', 'HEAD~1'])).toBe(`--since: there is no commit "HEAD~1" in this repository${hint}`);
    git(clone, 'fetch', '-q', '--unshallow');
    expect(places(clone, '.', '--since', 'origin/main')).toEqual(['a.yaml:9']);
  });
});
