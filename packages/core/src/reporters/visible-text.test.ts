import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleJson, visibleText } from './visible-text.ts';

/** Characters that a terminal obeys, hides or reorders by, listed apart from the code under test. */
const FORBIDDEN: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
];

function forbidden(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) return true;
    if (FORBIDDEN.some(([from, to]) => code >= from && code <= to)) return true;
  }
  return false;
}

/** Any UTF-16 text, broken surrogates and controls included, with hostile ones more often than chance. */
const hostile = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.integer({ min: 0, max: 0x9f }),
      fc.constantFrom(0x1b, 0x9b, 0x202e, 0x2066, 0x2028, 0xd800, 0xdc00, 0xdbff, 0xfeff),
    ),
  )
  .map((codes) => String.fromCharCode(...codes));

describe('visibleText', () => {
  it.each([
    ['plain', 'plain'],
    ['naïve 漢字 🎉', 'naïve 漢字 🎉'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['a\tb\nc\rd', 'a\\tb\\nc\\rd'],
    ['\u009b2J', '\\x9b2J'],
    ['\u007f', '\\x7f'],
    ['user\u202egpj.yaml', 'user\\u202egpj.yaml'],
    ['http\u200b', 'http\\u200b'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['x\ud83dy', 'x\\ud83dy'],
    ['\udf89\ud83c', '\\udf89\\ud83c'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('%j', (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it('leaves nothing that a terminal obeys, and no broken surrogate', () => {
    fc.assert(fc.property(hostile, (text) => !forbidden(visibleText(text))));
  });

  it('changes nothing twice', () => {
    fc.assert(fc.property(hostile, (text) => visibleText(visibleText(text)) === visibleText(text)));
  });
});

describe('visibleJson', () => {
  it('keeps the value and leaves nothing that a terminal obeys but its own line breaks', () => {
    fc.assert(
      fc.property(hostile, hostile, (key, value) => {
        const made = visibleJson(JSON.stringify({ [key]: [value] }, null, 2));
        expect(JSON.parse(made)).toEqual({ [key]: [value] });
        expect(forbidden(made.replaceAll('\n', ''))).toBe(false);
      }),
    );
  });
});
