import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

/** What `patch` makes of a text and a diff; throws where a hunk does not fit to the letter. */
function patched(before: string, diff: string): string {
  const lines = before === '' ? [] : (before.match(/[^\n]*\n|[^\n]+$/g) ?? []);
  const out: string[] = [];
  let at = 0;
  const parts = diff.split('\n').slice(2);
  if (parts.at(-1) === '') parts.pop();
  for (let i = 0; i < parts.length; ) {
    const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(parts[i++] as string);
    if (!head) throw new Error(`no hunk: ${parts[i - 1]}`);
    const [, start, olds = '1', news, counted = '1'] = head;
    const from = olds === '0' ? Number(start) : Number(start) - 1;
    while (at < from) out.push(lines[at++] as string);
    expect(out.length).toBe(counted === '0' ? Number(news) : Number(news) - 1);
    let [left, come] = [Number(olds), Number(counted)];
    while (left > 0 || come > 0) {
      const line = parts[i++] as string;
      const bare = parts[i]?.startsWith('\\ ');
      if (bare) i++;
      const text = line.slice(1) + (bare ? '' : '\n');
      if (line[0] !== '+') {
        expect(lines[at++]).toBe(text);
        left--;
      }
      if (line[0] !== '-') {
        out.push(text);
        come--;
      }
    }
  }
  while (at < lines.length) out.push(lines[at++] as string);
  return out.join('');
}

describe('unifiedDiff', () => {
  test('shows a change with three lines around it', () => {
    expect(unifiedDiff('k8s/a.yaml', '1\n2\n3\n4\n5\n6\n7\n8\n9\n', '1\n2\n3\n4\nfive\n6\n7\n8\n9\n')).toBe(
      '--- a/k8s/a.yaml\n+++ b/k8s/a.yaml\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    );
  });

  test('is empty when nothing changed', () => {
    expect(unifiedDiff('a', 'x\n', 'x\n')).toBe('');
  });

  test('tells that a file has no line feed at its end', () => {
    expect(unifiedDiff('a', 'x', 'x\ny')).toBe(
      '--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n-x\n\\ No newline at end of file\n+x\n+y\n\\ No newline at end of file\n',
    );
  });

  test('brings a text to the other, whatever they are', () => {
    const text = fc
      .tuple(
        fc.array(fc.constantFrom('a\n', 'b\n', 'c\r\n', '\n', '- x\n', '+y\n', '\\ z\n'), { maxLength: 40 }),
        fc.constantFrom('', 'end'),
      )
      .map(([lines, end]) => lines.join('') + end);
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff('a.yaml', before, after);
        expect(before === after ? before : patched(before, diff)).toBe(after);
      }),
      { numRuns: 500 },
    );
  });

  test('gives up on the fewest lines where everything differs, and still is right', () => {
    const before = Array.from({ length: 3000 }, (_, i) => `a${i}\n`).join('');
    const after = Array.from({ length: 3000 }, (_, i) => `b${i}\n`).join('');
    expect(patched(before, unifiedDiff('a', before, after))).toBe(after);
  });

  test('writes the names of files so that none ends its line or speaks to a terminal', () => {
    const head = (path: string) => unifiedDiff(path, 'a\n', 'b\n').split('\n')[0];
    expect(head('a\n+++ b/x')).toBe('--- "a/a\\012+++ b/x"');
    expect(head('\u001b[31m')).toBe('--- "a/\\033[31m"');
    expect(head('with space.yaml')).toBe('--- a/with space.yaml\t');
    expect(head('say "x"')).toBe('--- "a/say \\"x\\""');
    expect(head('\u202egnp.yaml')).toBe('--- "a/\\342\\200\\256gnp.yaml"');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        expect(unifiedDiff(path, 'a\n', 'b\n')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        expect(unifiedDiff(path, 'a\n', 'b\n').split('\n')).toHaveLength(6);
      }),
    );
  });
});
