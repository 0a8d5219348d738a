import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

function run(files: Readonly<Record<string, string>>, options: { args?: string[]; jiti?: boolean } = {}) {
  const cwd = temporaryFolder({ '.git/HEAD': '', ...files });
  if (options.jiti) {
    mkdirSync(join(cwd, 'node_modules'));
    symlinkSync(realpathSync(path('../node_modules/jiti')), join(cwd, 'node_modules/jiti'));
  }
  // A process of its own: inside vitest `import` is not that of Node, and pnpm lets every package be found.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [BIN, 'print-config', '--format', 'json', ...(options.args ?? [])],
    { cwd, env: { PATH: process.env.PATH ?? '' }, encoding: 'utf8' },
  );
  return { status, stderr, config: stdout === '' ? undefined : JSON.parse(stdout).config, cwd };
}

const TYPESCRIPT = `import { failOn } from './level.ts';
interface Config { preset: 'strict'; failOn: string }
const config: Config = { preset: 'strict', failOn };
export default config satisfies Config;
`;
const LEVEL = `export const failOn: string = 'info' as const;\n`;

describe('a config that is a program', () => {
  it.each<[name: string, text: string, jiti: boolean]>([
    ['meshvet.config.mjs', 'export default { preset: "strict", failOn: ["in", "fo"].join("") };', false],
    ['meshvet.config.mjs', 'export default Promise.resolve({ preset: "strict", failOn: "info" });', false],
    ['meshvet.config.mts', TYPESCRIPT, true],
    ['meshvet.config.ts', TYPESCRIPT, true],
  ])('is run: %s', (name, text, jiti) => {
    const { status, config, stderr } = run(
      { [name]: text, 'level.ts': LEVEL, 'package.json': '{"type":"module"}' },
      { jiti },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(config).toMatchObject({ preset: 'strict', failOn: 'info' });
  });

  it('may extend data, and takes a name on the command line', () => {
    const files = {
      'conf/mesh.mjs': 'export default { extends: ["./base.yaml"] };',
      'conf/base.yaml': 'ignore: [vendor]',
    };
    expect(run(files, { args: ['--config', 'conf/mesh.mjs'] }).config).toMatchObject({ ignore: ['vendor'] });
  });

  it.each(['--no-js-config', '--no-plugins'])('is not run with %s', (flag) => {
    const text =
      'import { writeFileSync } from "node:fs"; writeFileSync(new URL("ran", import.meta.url), ""); export default {};';
    const { status, stderr, cwd } = run({ 'meshvet.config.mjs': text }, { args: [flag] });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^meshvet: the config file "meshvet.config.mjs" is a program, which --no-js-config .* refuse/,
    );
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
    expect(run({ 'meshvet.config.mjs': text }, { args: ['--no-config', flag] }).status).toBe(0);
  });

  it('leaves data as it is with --no-js-config', () => {
    const { status, config } = run({ 'meshvet.config.yaml': 'preset: all' }, { args: ['--no-js-config'] });
    expect({ status, preset: config.preset }).toEqual({ status: 0, preset: 'all' });
  });

  it.each<[title: string, files: Record<string, string>, message: string | RegExp]>([
    [
      'that breaks',
      { 'meshvet.config.mjs': 'throw new Error("no\\u001b[2J");' },
      'cannot be loaded: Error: no\\x1b[2J\n',
    ],
    ['that is no JavaScript', { 'meshvet.config.mjs': 'export default {' }, 'cannot be loaded: SyntaxError: '],
    [
      'that exports nothing',
      { 'meshvet.config.mjs': 'export const a = 1;' },
      'has no default export that is an object',
    ],
    [
      'that exports a function',
      { 'meshvet.config.mjs': 'export default { rules() {} };' },
      'exports more than data: "rules" is a function',
    ],
    [
      'that goes round',
      { 'meshvet.config.mjs': 'const a = {}; a.a = a; export default a;' },
      'exports more than data: ',
    ],
    [
      'with a wrong key',
      { 'meshvet.config.mjs': 'export default { presett: "all" };' },
      /"meshvet.config.mjs \(as JSON\)" has a mistake\n\n.*"presett" is no key of a config file/,
    ],
    [
      'behind another',
      { 'meshvet.config.yaml': 'extends: [./a.mjs]', 'a.mjs': 'export default {};' },
      'it is a program, and only data can be extended',
    ],
    ['beside data', { 'meshvet.config.yaml': '', 'meshvet.config.js': '' }, 'only one can count'],
  ])('is refused: one %s', (_title, files, message) => {
    const { status, stderr } = run(files);
    expect(status).toBe(2);
    if (typeof message === 'string') expect(stderr).toContain(message);
    else expect(stderr).toMatch(message);
  });

  it.skipIf('typescript' in process.features && process.features.typescript)('in TypeScript says what it needs', () => {
    const { status, stderr } = run({ 'meshvet.config.ts': TYPESCRIPT });
    expect(status).toBe(2);
    expect(stderr).toContain('npm install --save-dev jiti');
  });
});
