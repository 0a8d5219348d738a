import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { constOf, insertIntoList, ScaffoldError, scaffoldRule } from './scaffold-rule.ts';

const ROOT = join(import.meta.dirname, '..');
const RULES = 'packages/rules';
const ID = 'port-zzz-scaffolded';

const index = (ids: readonly string[]) =>
  [
    "import type { Rule } from '@meshvet/core';",
    ...ids.map((id) => `import { ${constOf(id)} } from './${id.split('-')[0]}/${id}.ts';`),
    '',
    '/** All rules, in alphabetical order of their ids. */',
    'export const allRules: readonly Rule[] = [',
    ...ids.map((id) => `  ${constOf(id)},`),
    '];',
    '',
  ].join('\n');

describe('the list of rules', () => {
  test.each([
    ['at the front', ['port-name-missing', 'service-none'], 'labels-app-missing', 0],
    ['in the middle', ['labels-app-missing', 'service-none'], 'port-name-missing', 1],
    ['at the end', ['labels-app-missing', 'port-name-missing'], 'yaml-syntax', 2],
    ['as the first', [], 'yaml-syntax', 0],
  ])('takes a rule %s', (_where, ids, id, at) => {
    expect(insertIntoList(index(ids), id)).toBe(index([...ids.slice(0, at), id, ...ids.slice(at)]));
  });

  test('takes a rule from one line too, as the formatter writes a short list', () => {
    const oneLine = index(['port-name-missing']).replace('[\n  portNameMissing,\n]', '[portNameMissing]');
    expect(insertIntoList(oneLine, 'yaml-syntax')).toBe(index(['port-name-missing', 'yaml-syntax']));
  });

  test('takes no rule twice, and is not guessed at', () => {
    expect(() => insertIntoList(index(['yaml-syntax']), 'yaml-syntax')).toThrow(ScaffoldError);
    expect(() => insertIntoList('export const rules = [];', 'yaml-syntax')).toThrow(ScaffoldError);
  });
});

describe('a new rule', () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'meshvet-new-rule-'));
    mkdirSync(join(copy, RULES), { recursive: true });
    cpSync(join(ROOT, RULES, 'src'), join(copy, RULES, 'src'), { recursive: true });
    // 'junction' is what Windows lets everybody make.
    symlinkSync(join(ROOT, RULES, 'node_modules'), join(copy, RULES, 'node_modules'), 'junction');
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
    for (const file of ['tsconfig.base.json', 'tsconfig.test.json', 'vitest.config.ts', 'package.json']) {
      cpSync(join(ROOT, file), join(copy, file));
    }
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('compiles, is listed, and its test fails until it is filled in', () => {
    const before = readFileSync(join(copy, RULES, 'src/index.ts'), 'utf8');
    expect(scaffoldRule(ID, copy)).toEqual([
      `${RULES}/src/port/${ID}.ts`,
      `${RULES}/src/port/${ID}.test.ts`,
      `${RULES}/src/index.ts`,
    ]);
    const after = readFileSync(join(copy, RULES, 'src/index.ts'), 'utf8');
    expect(after).toBe(insertIntoList(before, ID));
    expect(() => scaffoldRule(ID, copy)).toThrow('is there already');

    writeFileSync(
      join(copy, 'tsconfig.json'),
      JSON.stringify({
        extends: './tsconfig.test.json',
        include: [],
        files: [`${RULES}/src/port/${ID}.ts`, `${RULES}/src/port/${ID}.test.ts`],
      }),
    );
    const types = run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--pretty', 'false']);
    // Core is on its way through this compiler too, and is none of this test's business.
    const lines = types.split('\n').filter((line) => line !== '' && !/packages\/core\/|^ /.test(line));
    expect(lines).toEqual([]);

    const report = join(copy, 'report.json');
    run('node_modules/vitest/vitest.mjs', [
      'run',
      `${RULES}/src/port/${ID}.test.ts`,
      '--reporter=json',
      `--outputFile=${report}`,
    ]);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      testResults: { assertionResults: { title: string; status: string }[] }[];
    };
    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    expect(results.filter(({ status }) => status === 'failed').map(({ title }) => title)).toEqual([
      'bad example 1: TODO: what it shows',
    ]);
    expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThan(1);
  });

  test.each(['Port-Name', 'port', 'port_name', '../port-name', 'port-', ''])('%j is no id', (id) => {
    expect(() => scaffoldRule(id, copy)).toThrow(ScaffoldError);
  });

  function run(script: string, args: readonly string[]): string {
    const { stdout, stderr, error } = spawnSync(process.execPath, [join(copy, script), ...args], {
      cwd: copy,
      encoding: 'utf8',
      env: { ...process.env, VITEST: undefined, VITEST_WORKER_ID: undefined, VITEST_POOL_ID: undefined, NO_COLOR: '1' },
    });
    if (error) throw error;
    return stdout + stderr;
  }
});
