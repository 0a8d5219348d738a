import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundle, commitAll, folderWith, git, pod, runStep, type StepOptions, write } from './step.ts';

// Whoever opens a pull request writes the files, their names, links and config. `runStep` checks that the runner takes nothing of it
// for a command or an output, and that nothing breaks its limits.

let entry = '';
beforeAll(() => {
  entry = bundle();
});

const run = (options: StepOptions) => runStep(entry, options);

const NAMES = [
  'a\n::error::owned.yaml',
  'b\r\n::set-output name=exit-code::0.yaml',
  'c::add-mask::e.yaml',
  'd%0A::error::owned.yaml',
  'e%250A%3A%2C.yaml',
  'f,line=1,title=owned.yaml',
  'g##[add-mask]e ##[error]owned.yaml',
  'h"quoted" \'and\' `touch owned` $(touch owned); touch owned.yaml',
  'i<script>alert(1)</script>|@someone #1.yaml',
  'j\u001b[2J\u202e\u2028.yaml',
  '::stop-commands::k.yaml',
  '--config=owned.yaml',
];

describe.skipIf(process.platform === 'win32')('file names that speak to the runner', () => {
  test('are names', () => {
    const workspace = folderWith();
    git(workspace, 'init', '--quiet');
    write(workspace, 'README.md', '');
    const before = commitAll(workspace);
    for (const [i, name] of NAMES.entries()) write(workspace, name, pod(`pod-${i}`));
    commitAll(workspace);
    for (const inputs of [
      {},
      { 'changed-only': 'true' },
      { paths: NAMES.filter((n) => !/[\r\n]/.test(n)).join('\n') },
    ]) {
      const step = run({ workspace, event: { before }, inputs: { ...inputs, 'sarif-file': '../m.sarif' } });
      const names = 'paths' in inputs ? NAMES.filter((n) => !/[\r\n]/.test(n)) : NAMES;
      expect(step.outputs.get('error-count')).toBe(String(names.length));
      expect(step.status).toBe(1);
      for (const { properties } of step.annotations) {
        expect(Object.keys(properties).filter((key) => !ANNOTATION.has(key))).toEqual([]);
        expect(properties.title).toMatch(/^(?:inject-pod-label-invalid|meshvet)$/);
      }
      expect(step.summary).not.toContain('<script>');
      expect(step.stdout).not.toContain('\u001b');
      expect(existsSync(join(workspace, 'owned'))).toBe(false);
    }
  });

  test('shown in annotations are the names of the files', () => {
    const workspace = folderWith({ 'd%0A::error::owned.yaml': pod('d'), 'f,line=1,title=owned.yaml': pod('f') });
    expect(run({ workspace }).annotations.map(({ properties }) => properties.file)).toEqual([
      'd%0A::error::owned.yaml',
      'f,line=1,title=owned.yaml',
    ]);
  });
});

const ANNOTATION = new Set(['file', 'line', 'endLine', 'col', 'endColumn', 'title']);

describe('values of inputs', () => {
  const VALUES = [
    '$(touch owned)',
    '`touch owned`; touch owned && touch owned | touch owned',
    '--fail-on=never',
    '--no-config',
    '::error::owned',
    'a\n::error::owned\n::add-mask::e',
    'a\nEOF\nexit-code=0',
    'a%0A::error::owned',
    '##[error]owned',
    '../../../../etc/passwd',
    '\u001b]0;owned\u0007',
    '__proto__',
    '{"__proto__": 1}',
    'x'.repeat(20_000),
  ];

  const TEXTS = ['paths', 'config', 'working-directory', 'sarif-file', 'max-warnings'];

  test.each([
    ...TEXTS.flatMap((name) => VALUES.map((value, i) => [name, i, value] as const)),
    ...['preset', 'profile', 'istio-version', 'kubernetes-version', 'closed-world', 'fail-on', 'baseline']
      .concat('changed-only', 'annotations', 'summary', 'allow-js-config')
      .map((name) => [name, 0, 'a\n::error::owned\n::add-mask::e\u001b]0;owned\u0007 `touch owned`'] as const),
  ])('%s is a value, whatever it holds (%i)', (name, _i, value) => {
    const workspace = folderWith({ 'a.yaml': pod('a') });
    // What is not there, or is no such value; the SARIF file alone may have any name.
    const { status, log, stdout } = run({ workspace, inputs: { [name]: value } });
    if (name === 'sarif-file') expect([1, 2]).toContain(status);
    else expect(status).toBe(2);
    expect(log).not.toContain('a fault of');
    expect(stdout).not.toContain('\u001b');
    expect(stdout.length).toBeLessThan(100_000);
    expect(existsSync(join(workspace, 'owned'))).toBe(false);
  });
});

describe('text of manifests and config', () => {
  test('is text', () => {
    const evil = '::error::owned ##[add-mask]e %0A::warning::owned';
    const workspace = folderWith({
      'a.yaml': pod('a', evil),
      'b.yaml': `kind: [\n::error::owned\n##[error]owned\n`,
      'c.yaml': `# ::error::owned\n${pod('c')}---\n::set-output name=exit-code::0\n`,
      'd.yaml': `# meshvet-disable-file no-such-rule -- ${evil}\n${pod('d')}`,
    });
    const step = run({ workspace });
    expect(step.status).toBe(1);
    for (const { data } of step.annotations) expect(data.split('\n').some((line) => line.startsWith('::'))).toBe(false);
    write(
      workspace,
      'meshvet.config.yaml',
      `"::error::owned": 1\n"a\\n::add-mask::e": 2\nrules: { "##[error]owned": error }\n`,
    );
    expect(run({ workspace })).toMatchObject({ status: 2, annotations: [{ name: 'error' }] });
  });
});

describe.skipIf(process.platform === 'win32')('links', () => {
  const SECRET = 'kind: "a-secret-of-the-machine\n';

  function workspaceWithLinks(links: Readonly<Record<string, string>>): string {
    const workspace = folderWith({ 'a.yaml': pod('a', 'true') });
    git(workspace, 'init', '--quiet');
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(workspace, path));
    return workspace;
  }

  test('out of the checkout are not read, and told', () => {
    const outside = folderWith({ 'secret.yaml': SECRET, 'folder/secret.yaml': SECRET });
    const workspace = workspaceWithLinks({ 'link.yaml': join(outside, 'secret.yaml') });
    for (const inputs of [{}, { paths: 'link.yaml' }, { config: 'link.yaml' }, { baseline: 'link.yaml' }]) {
      const step = run({ workspace, inputs: { ...inputs, 'sarif-file': 'm.sarif' } });
      expect(step.status).toBe(2);
      expect(step.log).toContain('a symbolic link that leads out of the checkout');
      expect(step.stdout + step.summary).not.toContain('a-secret');
    }
    const folders = workspaceWithLinks({ folder: join(outside, 'folder') });
    expect(run({ workspace: folders, inputs: { paths: 'folder' } }).stdout).not.toContain('a-secret');
    expect(run({ workspace: folders, inputs: { paths: 'folder' } }).status).toBe(2);
    const below = run({ workspace: folders, inputs: { 'working-directory': 'folder' } });
    expect(below.annotations[0]?.data).toContain('is a symbolic link that leads out of the checkout');
  });

  test('to an ignore file outside are not read', () => {
    const outside = folderWith({ ignore: '*\n' });
    const workspace = workspaceWithLinks({ '.gitignore': join(outside, 'ignore') });
    expect(run({ workspace })).toMatchObject({ status: 2 });
  });

  test('into .git, where the token of the job may be, are not read', () => {
    const workspace = workspaceWithLinks({ 'link.yaml': '.git/config' });
    writeFileSync(join(workspace, '.git/config'), SECRET);
    const step = run({ workspace });
    expect(step.status).toBe(2);
    expect(step.stdout + step.summary).not.toContain('a-secret');
  });

  test('inside the checkout are followed', () => {
    const workspace = workspaceWithLinks({ 'link.yaml': 'folder/real' });
    write(workspace, 'folder/real', pod('real'));
    expect(run({ workspace })).toMatchObject({ status: 1, annotations: [{ name: 'error' }] });
  });

  test('in the place of the SARIF file are not written through', () => {
    const outside = folderWith({ 'precious.txt': 'precious' });
    mkdirSync(join(outside, 'folder'));
    const workspace = workspaceWithLinks({
      'to-file.sarif': join(outside, 'precious.txt'),
      'to-nothing.sarif': join(outside, 'new.txt'),
      folder: join(outside, 'folder'),
    });
    for (const name of ['to-file.sarif', 'to-nothing.sarif', 'folder/new.txt']) {
      const { status, outputs } = run({ workspace, inputs: { paths: 'a.yaml', 'sarif-file': name } });
      expect(status, name).toBe(2);
      expect(outputs.get('sarif-file')).toBe('');
    }
    expect(readFileSync(join(outside, 'precious.txt'), 'utf8')).toBe('precious');
    expect([...readdirSync(outside), ...readdirSync(join(outside, 'folder'))].sort()).toEqual([
      'folder',
      'precious.txt',
    ]);
  });

  test('a SARIF file outside the checkout, as the workflow wants it, is written', () => {
    const outside = folderWith();
    const workspace = workspaceWithLinks({});
    const { status, outputs } = run({ workspace, inputs: { 'sarif-file': join(outside, 'm.sarif') } });
    expect([status, outputs.get('sarif-file')]).toEqual([0, join(outside, 'm.sarif')]);
  });
});

describe('what lies outside of the checkout', () => {
  const outside = () => folderWith({ 'secret.json': '{ "a-secret": 1 }', 'known.yaml': pod('known') });

  test('is not read because a config of the checkout says so', () => {
    const folder = outside();
    const up = `../${folder.split(/[\\/]/).at(-1)}/secret.json`;
    for (const line of [`extends: ["${up}"]`, `baseline: "${up}"`]) {
      const workspace = folderWith({ 'a.yaml': pod('a', 'true'), 'meshvet.config.yaml': `${line}\n` });
      const step = run({ workspace });
      expect(step.status).toBe(2);
      expect(step.log).toContain('it lies outside of the checkout, and no input names it');
      expect(step.stdout + step.summary).not.toContain('a-secret');
    }
  });

  test('is read because an input says so', () => {
    const folder = outside();
    const workspace = folderWith({ 'a.yaml': pod('a', 'true') });
    for (const path of [
      folder,
      join(folder, 'known.yaml'),
      join(folder, '*.yaml'),
      `../${folder.split(/[\\/]/).at(-1)}`,
    ]) {
      expect(run({ workspace, inputs: { paths: `a.yaml\n${path}` } })).toMatchObject({ status: 1 });
    }
    expect(run({ workspace, inputs: { 'working-directory': folder } })).toMatchObject({ status: 1 });
  });
});

describe('a runner that gives nothing', () => {
  test('is served all the same', () => {
    const workspace = folderWith({ 'a.yaml': pod('a', 'true') });
    const env = { GITHUB_WORKSPACE: undefined };
    expect(run({ workspace, env })).toMatchObject({ status: 0 });
  });

  test('with a summary that cannot be written is told', () => {
    const workspace = folderWith({ 'a.yaml': pod('a', 'true') });
    const step = run({ workspace, env: { GITHUB_STEP_SUMMARY: join(workspace, 'no/such/summary') } });
    expect(step.status).toBe(2);
    expect(step.annotations[0]?.data).toContain('cannot write the job summary');
  });
});
