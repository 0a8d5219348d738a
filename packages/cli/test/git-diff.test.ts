import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChangedLines } from '@meshvet/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Hunk, parseNames, parsePatch, stagedLines, touchedLines } from '../src/git-diff.ts';
import { temporaryFolder } from './temporary-folder.ts';

const hunk = (removed: number, from: number, added: number): Hunk => ({ removed, from, added });

describe('parseNames', () => {
  it('reads names with anything in them, and lets a conflict win', () => {
    const names = parseNames('M\0a b.yaml\0A\0-x\n"\u00e9.yaml\0U\0c\0M\0c\0');
    expect([...names]).toEqual([
      ['a b.yaml', 'M'],
      ['-x\n"\u00e9.yaml', 'A'],
      ['c', 'U'],
    ]);
    expect(parseNames('').size).toBe(0);
  });
});

describe('parsePatch', () => {
  it('reads hunks by the new name', () => {
    const patch = [
      'diff --git a/a b.yaml b/a b.yaml',
      'index 1..2 100644',
      '--- a/a b.yaml\t',
      '+++ b/a b.yaml\t',
      '@@ -1 +1,2 @@ spec:',
      '-+++ b/fake.yaml',
      '+diff --git a/fake b/fake',
      '+@@ -1 +1 @@',
      '\\ No newline at end of file',
      '@@ -9,2 +10,0 @@',
      '-x',
      '-y',
      'diff --git "a/q\\"\\n\\033\\\\.yaml" "b/q\\"\\n\\033\\\\.yaml"',
      '--- "a/q\\"\\n\\033\\\\.yaml"',
      '+++ "b/q\\"\\n\\033\\\\.yaml"',
      '@@ -0,0 +1 @@',
      '+x',
      'diff --git a/gone b/gone',
      'deleted file mode 100644',
      '--- a/gone',
      '+++ /dev/null',
      '@@ -1 +0,0 @@',
      '-x',
      'diff --git a/mode b/mode',
      'old mode 100644',
      'new mode 100755',
      '',
    ].join('\n');
    expect([...parsePatch(patch)]).toEqual([
      ['a b.yaml', [hunk(1, 1, 2), hunk(2, 10, 0)]],
      ['q"\n\u001b\\.yaml', [hunk(0, 1, 1)]],
    ]);
  });

  it('never throws, whatever the text', () => {
    const line = fc.constantFrom(
      'diff --git a b',
      '+++ b/x',
      '+++ "b/\\"',
      '@@ -1 +1 @@',
      '@@ -1,9 +1,99999999999 @@',
      '+x',
      '\\',
      '',
      '@@',
    );
    fc.assert(fc.property(fc.array(line), (lines) => void parsePatch(lines.join('\n'))));
  });

  // Lines that look like the heads of a patch, so that content which is read as one shows.
  const line = fc.constantFrom(
    'a',
    'b',
    '',
    '++ b/x',
    '-- a/x',
    '@@ -1 +1 @@',
    'diff --git a/x b/x',
    '\\ No newline',
    '\r',
  );
  const text = fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.boolean())
    .map(([lines, end]) => lines.join('\n') + (end ? '\n' : ''));

  it('agrees with what git makes of two texts', () => {
    const folder = temporaryFolder();
    fc.assert(
      fc.property(text, text, (before, after) => {
        writeFileSync(join(folder, 'x'), before);
        writeFileSync(join(folder, 'y'), after);
        const args = ['-c', 'core.quotepath=off', 'diff', '--no-index', '-U0', '--text', '--dst-prefix=b/', 'x', 'y'];
        const { stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } });
        const hunks = parsePatch(stdout).get('y') ?? [];
        expect(hunks.length > 0 || after === '').toBe(before !== after || after === '');
        const lines = (all: string) => (all === '' ? [] : all.replace(/\n$/, '').split('\n'));
        const sum = (pick: (one: Hunk) => number) => hunks.reduce((total, one) => total + pick(one), 0);
        if (after === '') return; // git tells it as `y` all the same, with nothing but removed lines.
        expect(lines(before).length - sum((h) => h.removed)).toBe(lines(after).length - sum((h) => h.added));
        const added = touchedLines(hunks.filter((h) => h.added > 0));
        const old = lines(after).filter((_, i) => !added.some(([from, to]) => from <= i + 1 && i + 1 <= to));
        let at = 0;
        for (const one of lines(before)) if (old[at] === one) at++;
        expect(at).toBe(old.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('lines', () => {
  it('of a stretch that went are those around it', () => {
    expect(touchedLines([hunk(1, 3, 2), hunk(4, 9, 0), hunk(1, 0, 0)])).toEqual([
      [3, 4],
      [9, 10],
      [0, 1],
    ]);
  });

  it('that are staged are those that are new and not new to the index', () => {
    const staged = (a: Hunk[], b: Hunk[]): ChangedLines[] => stagedLines(a, b);
    expect(staged([hunk(0, 1, 9)], [])).toEqual([[1, 9]]);
    expect(staged([hunk(0, 1, 9)], [hunk(1, 3, 1), hunk(0, 5, 2)])).toEqual([
      [1, 2],
      [4, 4],
      [7, 9],
    ]);
    expect(staged([hunk(1, 4, 1)], [hunk(1, 4, 1)])).toEqual([]);
    expect(staged([hunk(2, 4, 0), hunk(1, 8, 0)], [hunk(2, 4, 0)])).toEqual([[8, 9]]);
  });
});
