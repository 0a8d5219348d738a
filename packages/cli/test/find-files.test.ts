import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FindOptions, findFiles } from '../src/find-files.ts';
import { type Host, nodeHost } from '../src/host.ts';
import { temporaryFolder } from './temporary-folder.ts';

function hostAt(cwd: string): Host {
  return { ...nodeHost(), cwd };
}

async function find(cwd: string, paths: readonly string[], options: Partial<FindOptions> = {}) {
  const found = await findFiles(paths, { ignore: true, ...options }, hostAt(cwd));
  return { ...found, shown: found.files.map(({ shown }) => shown) };
}

/** A folder with `.git`, as a repository has. */
function repository(files: Readonly<Record<string, string>>): string {
  return temporaryFolder({ '.git/HEAD': 'ref: refs/heads/main\n', ...files });
}

describe('findFiles', () => {
  it('takes the manifests of a folder, sorted, and nothing of .git and node_modules', async () => {
    const cwd = repository({
      'b.yaml': '',
      'a/c.yml': '',
      'a/d.JSON': '',
      'a.json': '',
      '.hidden/e.yaml': '',
      'README.md': '',
      yaml: '',
      '.git/x.yaml': '',
      'node_modules/x/y.yaml': '',
      'a/node_modules/y.yaml': '',
    });
    expect((await find(cwd, ['.'])).shown).toEqual(['.hidden/e.yaml', 'a.json', 'a/c.yml', 'a/d.JSON', 'b.yaml']);
  });

  it('takes named files of any name, also ignored ones', async () => {
    const cwd = repository({ '.gitignore': 'dist\n*.tmp\n', 'dist/a.txt': '', 'dist/b.yaml': '', 'x.tmp': '' });
    expect((await find(cwd, ['dist/a.txt', 'x.tmp'])).shown).toEqual(['dist/a.txt', 'x.tmp']);
    expect((await find(cwd, ['dist'])).shown).toEqual(['dist/b.yaml']);
    expect((await find(cwd, ['.'])).shown).toEqual([]);
  });

  it('shows paths relative to the working directory, and outside it as they were written', async () => {
    const root = repository({ 'a/x.yaml': '', 'b/y.yaml': '', 'z.yaml': '' });
    const cwd = join(root, 'a');
    expect((await find(cwd, ['..'])).shown).toEqual(['../b/y.yaml', '../z.yaml', 'x.yaml']);
    expect((await find(cwd, [join(root, 'b'), join(cwd, 'x.yaml')])).shown).toEqual([`${root}/b/y.yaml`, 'x.yaml']);
    expect((await find(cwd, ['../b/../b/y.yaml'])).shown).toEqual(['../b/y.yaml']);
  });

  it('takes nothing twice', async () => {
    const cwd = repository({ 'a/x.yaml': '', 'y.yaml': '' });
    expect((await find(cwd, ['a', '.', './a/x.yaml', 'a/*.yaml', '*.yaml'])).shown).toEqual(['a/x.yaml', 'y.yaml']);
  });

  it('names what is not there', async () => {
    const cwd = repository({ 'a.yaml': '' });
    const { shown, missing } = await find(cwd, ['gone', 'a.yaml', 'a.yaml/x', 'b/*.yaml', '*.yml', 'x\0y']);
    expect(shown).toEqual(['a.yaml']);
    expect([...missing].sort()).toEqual(['*.yml', 'a.yaml/x', 'b/*.yaml', 'gone', 'x\0y']);
  });

  it('has standard input under its name, in place of a file of that name', async () => {
    const cwd = repository({ 'a.yaml': '', 'b.yaml': '' });
    expect((await find(cwd, ['-'])).shown).toEqual(['<stdin>']);
    const { files } = await find(cwd, ['.', '-'], { stdinFilename: 'a.yaml' });
    expect(files.map(({ shown, path }) => [shown, path === undefined])).toEqual([
      ['a.yaml', true],
      ['b.yaml', false],
    ]);
  });

  it('leaves out what the config does, but for named files', async () => {
    const cwd = repository({ 'a/x.yaml': '', 'b/y.yaml': '' });
    const excluded = (shown: string): boolean => shown.startsWith('a');
    expect((await find(cwd, ['.'], { excluded })).shown).toEqual(['b/y.yaml']);
    expect((await find(cwd, ['a/x.yaml'], { excluded })).shown).toEqual(['a/x.yaml']);
  });
});

describe('ignore files', () => {
  it.each([
    ['a name anywhere', { '.gitignore': 'x.yaml\n' }, ['b.yaml', 'd/e/b.yaml']],
    ['a path from the file on', { 'd/.gitignore': '/e\n' }, ['b.yaml', 'x.yaml']],
    ['a nested file speaks of its folder only', { 'd/.gitignore': 'b.yaml\n' }, ['b.yaml', 'd/e/x.yaml', 'x.yaml']],
    ['the deeper file has the last word', { '.gitignore': '*.yaml\n', 'd/e/.gitignore': '!x.yaml\n' }, ['d/e/x.yaml']],
    ['nothing below an ignored folder comes back', { '.gitignore': 'd/\n!d/e/x.yaml\n' }, ['b.yaml', 'x.yaml']],
    [
      'a folder taken back brings its files',
      { '.gitignore': '/d/e\n', 'd/.gitignore': '!e\n' },
      ['b.yaml', 'd/e/b.yaml', 'd/e/x.yaml', 'x.yaml'],
    ],
    ['our own file', { '.meshvetignore': 'd/**/x.yaml\n' }, ['b.yaml', 'd/e/b.yaml', 'x.yaml']],
    [
      'our own file takes back what git ignores',
      { '.gitignore': 'b.yaml\n', '.meshvetignore': '!b.yaml\n' },
      ['b.yaml', 'd/e/b.yaml', 'd/e/x.yaml', 'x.yaml'],
    ],
    [
      'comments and empty lines',
      { '.gitignore': '# x.yaml\n\n   \n' },
      ['b.yaml', 'd/e/b.yaml', 'd/e/x.yaml', 'x.yaml'],
    ],
    ['case counts', { '.gitignore': 'X.YAML\n' }, ['b.yaml', 'd/e/b.yaml', 'd/e/x.yaml', 'x.yaml']],
    ['the private file of a clone', { '.git/info/exclude': '/b.yaml\n' }, ['d/e/b.yaml', 'd/e/x.yaml', 'x.yaml']],
    ['a broken pattern', { '.gitignore': '[z-a\n***/\\\n!\n/\nx.yaml\r\n' }, ['b.yaml', 'd/e/b.yaml']],
  ])('%s', async (_name, ignoreFiles, expected) => {
    const cwd = repository({ 'b.yaml': '', 'x.yaml': '', 'd/e/b.yaml': '', 'd/e/x.yaml': '', ...ignoreFiles });
    expect((await find(cwd, ['.'])).shown).toEqual(expected);
    expect((await find(cwd, ['.'], { ignore: false })).shown).toEqual(['b.yaml', 'd/e/b.yaml', 'd/e/x.yaml', 'x.yaml']);
  });

  it('hold from the root of the repository, also for a folder below', async () => {
    const root = repository({
      '.gitignore': '/k8s/gen\n*.bak.yaml\n',
      'k8s/gen/a.yaml': '',
      'k8s/b.yaml': '',
      'k8s/c.bak.yaml': '',
    });
    expect((await find(root, ['k8s'])).shown).toEqual(['k8s/b.yaml']);
    expect((await find(join(root, 'k8s'), ['.'])).shown).toEqual(['b.yaml']);
  });

  it('hold without a repository too, from the working directory on', async () => {
    const cwd = temporaryFolder({ '.meshvetignore': 'k8s/a.yaml\n', 'k8s/a.yaml': '', 'k8s/b.yaml': '' });
    expect((await find(cwd, ['k8s'])).shown).toEqual(['k8s/b.yaml']);
  });

  it('mean the folder they stand in, whatever characters are in its name', async () => {
    const cwd = repository({
      'a[b]*!/.gitignore': '/x.yaml\n',
      'a[b]*!/x.yaml': '',
      'ab/x.yaml': '',
      'a[b]*!/c/x.yaml': '',
    });
    expect((await find(cwd, ['.'])).shown).toEqual(['a[b]*!/c/x.yaml', 'ab/x.yaml']);
  });

  it('take no time without end for a hostile pattern', async () => {
    const cwd = repository({ '.gitignore': `${'*a'.repeat(40)}b\n`, [`${'a'.repeat(120)}.yaml`]: '' });
    expect((await find(cwd, ['.'])).shown).toHaveLength(1);
  });
});

describe('globs', () => {
  const files = { 'a.yaml': '', 'k/a.yaml': '', 'k/b.txt': '', 'k/m/c.yaml': '', 'k/m/n/d.json': '', 'l/e.yaml': '' };

  it.each([
    ['*.yaml', ['a.yaml']],
    ['k/*.txt', ['k/b.txt']],
    ['k/*', ['k/a.yaml', 'k/m/c.yaml', 'k/m/n/d.json']],
    ['k/**', ['k/a.yaml', 'k/m/c.yaml', 'k/m/n/d.json']],
    ['**/*.yaml', ['a.yaml', 'k/a.yaml', 'k/m/c.yaml', 'l/e.yaml']],
    ['{k,l}/*.yaml', ['k/a.yaml', 'l/e.yaml']],
    ['k/m/[cd].yaml', ['k/m/c.yaml']],
    ['?/m/n/*.json', ['k/m/n/d.json']],
    ['./k/../k/a.*', ['k/a.yaml']],
  ])('%s', async (glob, expected) => {
    const { shown, missing } = await find(repository(files), [glob]);
    expect(shown).toEqual(expected);
    expect(missing).toEqual([]);
  });

  it('are names where there is such a file', async () => {
    const cwd = repository({ '[a].yaml': '', 'a.yaml': '' });
    expect((await find(cwd, ['[a].yaml'])).shown).toEqual(['[a].yaml']);
  });

  it('leave ignored files out', async () => {
    const cwd = repository({ '.gitignore': 'k\n', ...files });
    const { shown, missing } = await find(cwd, ['**/*.yaml', 'k*/*.json']);
    expect(shown).toEqual(['a.yaml', 'l/e.yaml']);
    expect(missing).toEqual(['k*/*.json']);
  });
});

describe('links', () => {
  it('are followed to files, once, under the own name of the file', async () => {
    const cwd = repository({ 'z/real.yaml': '', 'other/x.yaml': '' });
    symlinkSync('z/real.yaml', join(cwd, 'a.yaml'));
    symlinkSync('other/x.yaml', join(cwd, 'z/broken.yaml'));
    const { shown, unreadable } = await find(cwd, ['.']);
    expect(shown).toEqual(['other/x.yaml', 'z/real.yaml']);
    expect(unreadable).toEqual([{ shown: 'z/broken.yaml', reason: 'a symbolic link that leads nowhere' }]);
    expect((await find(cwd, ['a.yaml'])).shown).toEqual(['a.yaml']);
  });

  it('to folders end where they have been', async () => {
    const cwd = repository({ 'a/b/x.yaml': '' });
    symlinkSync('..', join(cwd, 'a/b/up'));
    symlinkSync('.', join(cwd, 'a/self'));
    symlinkSync('loop', join(cwd, 'loop'));
    expect((await find(cwd, ['.'])).shown).toEqual(['a/b/x.yaml']);
    expect((await find(cwd, ['a/b'])).shown).toEqual(['a/b/x.yaml']);
  });

  it('to folders do not lead out of the repository', async () => {
    const outside = temporaryFolder({ 'secret.yaml': '' });
    const cwd = repository({ 'x.yaml': '' });
    symlinkSync(outside, join(cwd, 'out'));
    symlinkSync('/', join(cwd, 'root'));
    expect((await find(cwd, ['.'])).shown).toEqual(['x.yaml']);
    expect((await find(cwd, ['out'])).shown).toEqual(['out/secret.yaml']);
  });
});

describe('hostile trees', () => {
  it('may have any name', async () => {
    const names = ['a\nb.yaml', '\u001b[31m.yaml', '--help.yaml', ' .yaml', '-.yaml', '{{x}}.yaml', '$(x).yaml'];
    const cwd = repository(Object.fromEntries(names.map((name) => [name, ''])));
    expect((await find(cwd, ['.'])).shown).toEqual([...names].sort());
  });

  it('may have names that are no UTF-8', async () => {
    const cwd = repository({ 'ok.yaml': '' });
    const bytes = (name: string): Buffer => Buffer.concat([Buffer.from(`${cwd}/`), Buffer.from(name, 'latin1')]);
    writeFileSync(bytes('caf\xe9.yaml'), 'a: 1');
    writeFileSync(bytes('caf\xe8.yaml'), 'b: 1');
    mkdirSync(bytes('f\xff'));
    writeFileSync(bytes('f\xff/c.yaml'), 'c: 1');
    const { files } = await find(cwd, ['.']);
    expect(files.map(({ shown }) => shown)).toEqual(['caf\ufffd.yaml', 'caf\ufffd.yaml', 'f\ufffd/c.yaml', 'ok.yaml']);
    const host = hostAt(cwd);
    const texts = files.map(({ path }) => {
      const content = host.read(path ?? '', 100);
      return 'bytes' in content ? Buffer.from(content.bytes).toString() : content;
    });
    expect(texts.sort()).toEqual(['', 'a: 1', 'b: 1', 'c: 1']);
  });

  it('may be deep', async () => {
    const cwd = repository({});
    const deep = Array.from({ length: 900 }, () => 'd').join('/');
    mkdirSync(join(cwd, deep), { recursive: true });
    writeFileSync(join(cwd, deep, 'x.yaml'), '');
    expect((await find(cwd, ['.'])).shown).toEqual([`${deep}/x.yaml`]);
  });

  it('reports a folder that the system refuses, and goes on', async () => {
    const cwd = repository({ 'a/x.yaml': '', 'b.yaml': '' });
    const real = hostAt(cwd);
    const host: Host = {
      ...real,
      list(folder) {
        if (String(folder).endsWith('/a')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
        return real.list(folder);
      },
    };
    const { files, unreadable } = await findFiles(['.'], { ignore: true }, host);
    expect(files.map(({ shown }) => shown)).toEqual(['b.yaml']);
    expect(unreadable).toEqual([{ shown: 'a', reason: 'permission denied' }]);
  });
});
