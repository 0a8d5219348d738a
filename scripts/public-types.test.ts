import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const SURFACES = [
  'packages/core/src/index.ts',
  'packages/core/src/testing/index.ts',
  'packages/rules/src/index.ts',
  'packages/cli/src/index.ts',
];

/** Names that a file exports from others, with the file that declares them. */
function exportsOf(path: string): { name: string; file: string }[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap(([, names = '', from = '']) =>
    names
      .split(',')
      .map(
        (name) =>
          name
            .trim()
            .replace(/^type /, '')
            .split(' as ')[0] as string,
      )
      .filter((name) => name !== '')
      .map((name) => ({ name, file: join(path, '..', from) })),
  );
}

/** Where a name is declared that a file may have from another one. */
function declaredIn(name: string, file: string): string {
  const text = readFileSync(join(ROOT, file), 'utf8');
  if (!new RegExp(`^export type \\{[^}]*\\b${name}\\b[^}]*\\};`, 'm').test(text)) return file;
  const from = new RegExp(`^import (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '([^']+)'`, 'm').exec(text)?.[1];
  return from === undefined ? file : join(file, '..', from);
}

test.each(SURFACES)('every name that %s exports says what it is', (path) => {
  const undocumented = exportsOf(path).filter(({ name, file }) => {
    const lines = readFileSync(join(ROOT, declaredIn(name, file)), 'utf8').split('\n');
    const declared = new RegExp(
      `^export (?:declare )?(?:async )?(?:abstract )?(?:function\\*?|class|interface|type|const) ${name}\\b`,
    );
    const at = lines.findIndex((line) => declared.test(line));
    // Overloads and the like stand below a comment too; a note for the linter may stand in between.
    const above = lines.slice(0, Math.max(at, 0)).findLast((line) => !line.startsWith('// biome-ignore'));
    return at < 0 || !above?.trimEnd().endsWith('*/');
  });
  expect(undocumented.map(({ name, file }) => `${name} in ${file}`)).toEqual([]);
});
