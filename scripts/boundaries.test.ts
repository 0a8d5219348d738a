import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  boundaryFaults,
  CORE_FOLDERS,
  type Dependencies,
  importCircles,
  importLines,
  NAMED_FILES,
  NAMED_FOLDERS,
  PACKAGES,
} from './boundaries.ts';

const ROOT = join(import.meta.dirname, '..');
// The wrong imports below are text.
const THIS = 'scripts/boundaries.test.ts';

const files = new Map(
  [...PACKAGES.flatMap(({ folder }) => [`packages/${folder}/src`, `packages/${folder}/test`]), 'scripts'].flatMap(
    (folder) => sources(folder).map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const),
  ),
);

const dependencies = new Map(
  [...PACKAGES.map(({ folder }) => [folder, `packages/${folder}`] as const), ['scripts', '.'] as const].map(
    ([owner, folder]) => [owner, dependenciesOf(JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')))],
  ),
);

function sources(folder: string): string[] {
  if (!isFolder(folder)) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.[cm]?tsx?$/.test(path) && !path.includes('/test-data/') && path !== THIS)
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.isDirectory() === true;
}

function dependenciesOf(
  manifest: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>,
): Dependencies {
  const runtime = Object.keys(manifest.dependencies ?? {});
  return {
    runtime: new Set(runtime),
    all: new Set([
      ...runtime,
      ...Object.keys(manifest.devDependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ]),
  };
}

describe('who may import whom', () => {
  test('every folder and file that the list names is there', () => {
    expect(NAMED_FOLDERS.filter((path) => !isFolder(path))).toEqual([]);
    expect(NAMED_FILES.filter((path) => !files.has(path))).toEqual([]);
    for (const { folder, name } of PACKAGES) {
      const manifest = JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8'));
      expect(manifest.name, folder).toBe(name);
    }
  });

  test('every folder of packages is in the list', () => {
    const known: readonly string[] = PACKAGES.map(({ folder }) => folder);
    expect(
      readdirSync(join(ROOT, 'packages')).filter((folder) => isFolder(`packages/${folder}`) && !known.includes(folder)),
    ).toEqual([]);
  });

  test('imports point one way', () => {
    expect(boundaryFaults(files, dependencies)).toEqual([]);
  });

  test('no files import each other in a circle', () => {
    expect(importCircles(files)).toEqual([]);
  });
});

describe('the page on the house', () => {
  const page = readFileSync(join(ROOT, 'docs/how-the-house-is-built.md'), 'utf8');

  test('has the rooms of core in their row', () => {
    const table = /^\| room of core \|.*\n((?:\|.*\n)+)/m.exec(page)?.[1] ?? '';
    const rooms = [...table.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, room]) => room),
    );
    expect(rooms).toEqual(CORE_FOLDERS);
  });

  test('names files that are there', () => {
    const named = [...page.matchAll(/`((?:[\w-]+\/)+[\w.-]+\.ts)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(20);
    // A path begins at a package, in core, or at the root.
    const isThere = (path: string) =>
      ['packages/', 'packages/core/src/', ''].some((start) => files.has(start + path) || start + path === THIS);
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });
});

describe('the test sees', () => {
  const faults = (path: string, text: string) => boundaryFaults(new Map([[path, text]]), dependencies);

  test.each([
    ['core that imports rules', 'packages/core/src/lint/a.ts', "import { allRules } from '@meshvet/rules';"],
    ['core that imports itself by name', 'packages/core/src/lint/a.ts', "import { lint } from '@meshvet/core';"],
    ['rules that import the cli', 'packages/rules/src/port/a.ts', "import { main } from 'meshvet';"],
    [
      'a way around the package name',
      'packages/rules/src/port/a.ts',
      "import { lint } from '../../../core/src/lint/lint.ts';",
    ],
    ['a higher folder of core', 'packages/core/src/mesh/a.ts', "import { lint } from '../lint/lint.ts';"],
    [
      'a higher folder of core, types only',
      'packages/core/src/mesh/a.ts',
      "import type { Rule } from '../rule/define-rule.ts';",
    ],
    [
      'a higher folder of core in a type',
      'packages/core/src/mesh/a.ts',
      "type A = import('../lint/lint.ts').LintSetup;",
    ],
    ['the public surface from inside', 'packages/core/src/lint/a.ts', "import { Mesh } from '../index.ts';"],
    ['a new folder of core', 'packages/core/src/helpers/a.ts', "import { Field } from '../source/field.ts';"],
    ['testing outside tests', 'packages/core/src/lint/a.ts', "import { testRule } from '../testing/test-rule.ts';"],
    ['a test as a library', 'packages/core/src/lint/a.ts', "import { cases } from './order.test.ts';"],
    ['yaml outside source', 'packages/core/src/lint/a.ts', "import { parse } from 'yaml';"],
    ['js-yaml outside source', 'packages/core/src/config/a.ts', "import { load } from 'js-yaml';"],
    ['ajv outside config', 'packages/core/src/lint/a.ts', "import type { Ajv } from 'ajv';"],
    ['picomatch outside config', 'packages/core/src/mesh/a.ts', "const match = await import('picomatch');"],
    ['a built-in module of Node', 'packages/core/src/source/a.ts', "import { readFileSync } from 'node:fs';"],
    ['a built-in module by its short name', 'packages/rules/src/port/a.ts', "import path from 'path';"],
    [
      'an import over several lines',
      'packages/core/src/source/a.ts',
      "import {\n  join,\n  resolve,\n} from 'node:path';",
    ],
    ['an export from elsewhere', 'packages/core/src/source/a.ts', "export * from '../mesh/mesh.ts';"],
    ['an import for its effect', 'packages/core/src/source/a.ts', "import 'node:process';"],
    ['an import that nobody can read', 'packages/core/src/source/a.ts', 'await import(name);'],
    ['a reporter that asks the engine', 'packages/core/src/reporters/a.ts', "import { lint } from '../lint/lint.ts';"],
    [
      'a reporter that asks the mesh',
      'packages/core/src/reporters/a.ts',
      "import type { Mesh } from '../mesh/mesh.ts';",
    ],
    [
      'a reporter that runs rules',
      'packages/core/src/reporters/a.ts',
      "import { defineRule } from '../rule/define-rule.ts';",
    ],
    ['a rule that imports a rule', 'packages/rules/src/port/a.ts', "import { b } from './b.ts';"],
    [
      'a rule that imports a library',
      'packages/rules/src/port/a.ts',
      "import { x } from 'kubernetes-types/core/v1.js';",
    ],
    ['a rule that imports testing', 'packages/rules/src/port/a.ts', "import { yaml } from '@meshvet/core/testing';"],
    ['shared code that imports a rule', 'packages/rules/src/shared/words/a.ts', "import { b } from '../../port/b.ts';"],
    ['shared code in no room', 'packages/rules/src/shared/a.ts', "import { b } from './words/b.ts';"],
    [
      'shared code that imports a room above its own',
      'packages/rules/src/shared/words/a.ts',
      "import { b } from '../severity/b.ts';",
    ],
    ['a test that imports another rule', 'packages/rules/src/port/a.test.ts', "import { b } from './b.ts';"],
    ['files outside the host', 'packages/cli/src/main.ts', "import { readFile } from 'node:fs/promises';"],
    ['a command that imports a command', 'packages/cli/src/commands/a.ts', "import { b } from './b.ts';"],
    ['a package that nobody declared', 'packages/cli/src/main.ts', "import chalk from 'chalk';"],
    ['a library of which only the types are there', 'packages/core/src/lint/a.ts', "import { Log } from 'sarif';"],
    ['a dependency of tests in a source', 'packages/cli/src/main.ts', "import { test } from 'vitest';"],
    ['an undeclared package in a test', 'packages/core/src/lint/a.test.ts', "import chalk from 'chalk';"],
    ['a missing ending', 'packages/core/src/lint/a.ts', "import { order } from './order';"],
  ])('%s', (_name, path, text) => {
    expect(faults(path, text)).not.toEqual([]);
  });

  test.each([
    [
      'packages/core/src/lint/a.ts',
      "import type { Mesh } from '../mesh/mesh.ts';\nimport { order } from './order.ts';",
    ],
    ['packages/core/src/source/a.ts', "import { parseAllDocuments } from 'yaml';"],
    ['packages/core/src/reporters/a.ts', "import type { Log } from 'sarif';"],
    ['packages/core/src/lint/a.test.ts', "import { readFileSync } from 'node:fs';\nimport { test } from 'vitest';"],
    ['packages/core/src/testing/a.ts', "import { test } from 'vitest';\nimport { lint } from '../lint/lint.ts';"],
    [
      'packages/core/src/reporters/a.ts',
      "import type { Rule } from '../rule/define-rule.ts';\nimport type { Finding } from '../lint/result.ts';",
    ],
    [
      'packages/rules/src/port/a.ts',
      "import { defineRule } from '@meshvet/core';\nimport { b } from '../shared/words/b.ts';",
    ],
    ['packages/rules/src/shared/refusals/a.ts', "import { b } from '../words/b.ts';\nimport { c } from './c.ts';"],
    [
      'packages/rules/src/port/a.test.ts',
      "import { testRule } from '@meshvet/core/testing';\nimport { a } from './a.ts';",
    ],
    ['packages/cli/src/host.ts', "import { readFileSync } from 'node:fs';"],
    ['packages/cli/src/commands/a.ts', "import { b } from '../host.ts';\nimport { lint } from '@meshvet/core';"],
  ])('nothing wrong in %s', (path, text) => {
    expect(faults(path, text)).toEqual([]);
  });

  test.each([
    ['two files', { 'a.ts': "import { b } from './b.ts';", 'b.ts': "import { a } from './a.ts';" }, [['a.ts', 'b.ts']]],
    [
      'three, one of them for a type only, one late',
      {
        'x/a.ts': "import type { B } from '../b.ts';",
        'b.ts': "const c = await import('./x/c.ts');",
        'x/c.ts': "export * from './a.ts';",
      },
      [['b.ts', 'x/a.ts', 'x/c.ts']],
    ],
    [
      'a circle that is reached from outside, and what only leads to it is not in it',
      {
        'top.ts': "import './a.ts';",
        'a.ts': "import './b.ts';\nimport './low.ts';",
        'b.ts': "import './a.ts';",
        'low.ts': '',
      },
      [['a.ts', 'b.ts']],
    ],
    [
      'two circles apart',
      {
        'a.ts': "import './b.ts';\nimport './c.ts';",
        'b.ts': "import './a.ts';",
        'c.ts': "import './d.ts';",
        'd.ts': "import './c.ts';",
      },
      [
        ['a.ts', 'b.ts'],
        ['c.ts', 'd.ts'],
      ],
    ],
    ['a file that imports itself', { 'a.ts': "import { a } from './a.ts';" }, [['a.ts']]],
    [
      'nothing where two ways lead to one file',
      { 'a.ts': "import './b.ts';\nimport './c.ts';", 'b.ts': "import './c.ts';", 'c.ts': '' },
      [],
    ],
    ['nothing in a test', { 'a.ts': '', 'a.test.ts': "import './a.ts';\nimport './a.test.ts';" }, []],
  ])('circles: %s', (_name, texts, circles) => {
    expect(importCircles(new Map(Object.entries(texts)))).toEqual(circles);
  });

  test('each import once, with its line', () => {
    const text =
      "import a, { type B } from 'a';\n// import('no')\nimport type {\n  C,\n} from 'c';\nexport const text = 'from';\nexport { d } from 'd';\n";
    expect(importLines(text)).toEqual([
      { line: 1, specifier: 'a', typeOnly: false },
      { line: 3, specifier: 'c', typeOnly: true },
      { line: 7, specifier: 'd', typeOnly: false },
    ]);
  });
});
