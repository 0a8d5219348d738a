import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SourceFile } from '../source/source-file.ts';
import { displayWidth } from './display-width.ts';
import { excerpt } from './excerpt.ts';

function show(text: string, start: number, end: number, maxWidth?: number): string {
  const source = new SourceFile('a.yaml', text);
  const shown = excerpt(source, source.range({ start, end }), maxWidth);
  return shown ? `${shown.text}\n${' '.repeat(shown.before)}${'^'.repeat(shown.marked)}` : 'nothing';
}

function marking(text: string, part: string, maxWidth?: number): string {
  const start = text.indexOf(part);
  return show(text, start, start + part.length, maxWidth);
}

describe('excerpt', () => {
  it('marks the exact characters', () => {
    expect(marking('ports:\n  - name: foo\n', 'foo')).toMatchInlineSnapshot(`
      "  - name: foo
                ^^^"
    `);
  });

  it('shows tabs as spaces up to the next stop', () => {
    expect(marking('a:\t\tfoo # x', 'foo')).toMatchInlineSnapshot(`
      "a:      foo # x
              ^^^"
    `);
  });

  it('counts wide and combining characters as terminals draw them', () => {
    expect(marking('说明: 漢字 # x', '漢字')).toMatchInlineSnapshot(`
      "说明: 漢字 # x
            ^^^^"
    `);
    expect(marking('e\u0301te\u0301: foo', 'foo')).toBe('e\u0301te\u0301: foo\n     ^^^');
    expect(marking('🎉: foo', 'foo')).toBe('🎉: foo\n    ^^^');
  });

  it('makes control codes visible, and keeps the marks under the characters', () => {
    expect(marking('a: \u001b[2J foo', 'foo')).toMatchInlineSnapshot(`
      "a: \\x1b[2J foo
                 ^^^"
    `);
  });

  it('marks the first line of what has several', () => {
    expect(marking('a: |\n  one\n  two\n', '|\n  one\n  two')).toMatchInlineSnapshot(`
      "a: |
         ^"
    `);
  });

  it('marks one column where nothing is written', () => {
    expect(show('a:\nb: 1\n', 2, 2)).toMatchInlineSnapshot(`
      "a:
        ^"
    `);
    expect(show('', 0, 0)).toBe('\n^');
  });

  it('has nothing to show for a line that does not exist', () => {
    const source = new SourceFile('a.yaml', 'a: 1');
    expect(excerpt(source, { start: { line: 2, column: 1 }, end: { line: 2, column: 2 } })).toBeUndefined();
    expect(excerpt(source, { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } })).toBeUndefined();
  });

  it('cuts a long line around the mark', () => {
    const long = `{"a":"${'x'.repeat(300)}","name":"foo","b":"${'y'.repeat(300)}"}`;
    expect(marking(long, '"foo"', 60)).toMatchInlineSnapshot(`
      "...xxx","name":"foo","b":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...
                     ^^^^^"
    `);
    expect(marking(long, '{"a"', 40)).toMatchInlineSnapshot(`
      "{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxx...
      ^^^^"
    `);
    expect(marking(long, `"${'y'.repeat(300)}"}`, 40)).toMatchInlineSnapshot(`
      "..."yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...
         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
    `);
  });

  it('does not look through a line of megabytes', () => {
    const text = `${'ab'.repeat(4_000_000)}foo${'c'.repeat(4_000_000)}`;
    const source = new SourceFile('a.json', text);
    const range = source.range({ start: 8_000_000, end: 8_000_003 });
    const before = performance.now();
    for (let i = 0; i < 100; i++) excerpt(source, range);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(excerpt(source, range)?.text).toContain('foo');
  });

  it('holds to its width and keeps the mark inside, whatever the text', () => {
    const unit = fc.oneof(
      fc.constantFrom('a', ' ', '\t', '漢', 'e\u0301', '🎉', '\u001b', '\u202e', '\ud83c', '"', '\u0301'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 150 }).map((units) => units.join('').replace(/[\r\n]/g, '')),
        fc.nat(),
        fc.nat(),
        (text, a, b) => {
          const [start, end] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [number, number];
          const source = new SourceFile('a.yaml', text);
          const shown = excerpt(source, source.range({ start, end }), 40);
          if (!shown) throw new Error('no excerpt');
          expect(displayWidth(shown.text)).toBeLessThanOrEqual(46);
          expect(shown.before + shown.marked).toBeLessThanOrEqual(41);
          expect(shown.marked).toBeGreaterThan(0);
        },
      ),
    );
  });
});
