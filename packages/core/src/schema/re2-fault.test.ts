import { RE2JS } from '@bufbuild/re2';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { re2Fault } from './re2-fault.ts';

describe('re2Fault', () => {
  test.each([
    '',
    'a*?b+?c??d{2,5}?',
    '^(.*?;)?(session=[^;]+)(;.*)?$',
    '[^]a-z[:^alpha:]\\]-]',
    '(?i)a(?s:.)(?-i:b)(?P<name>c)(?<other>d)',
    '\\d\\pL\\p{Greek}\\x41\\x{10FFFF}\\012\\_\\.\\/',
    '\\Qa(b\\E+',
    '{,5}a{b}',
    '^*$',
    '(|a)*',
    'a{1000}',
    'a(?)*',
  ])('takes %s', (pattern) => {
    expect(re2Fault(pattern)).toBeUndefined();
  });

  test.each([
    ['(', 'a "(" is not closed'],
    ['a)', 'a ")" has no "(" before it'],
    ['[a', 'a "[" is not closed'],
    ['*a', '"*" has nothing before it to repeat'],
    ['(?i)*', '"*" has nothing before it to repeat'],
    ['a**', '"**" repeats a repetition, which RE2 does not take'],
    ['a++', '"++" repeats a repetition, which RE2 does not take'],
    ['a{1001}', '"{1001}" repeats more than 1000 times'],
    ['a{3,1}', '"{3,1}" ends below its beginning'],
    ['(?!a)', '"(?!" looks ahead or behind, which RE2 cannot'],
    ['(?<=a)', '"(?<=" looks ahead or behind, which RE2 cannot'],
    ['(?>a)', '"(?>a" begins no group that RE2 knows'],
    ['(?P<a-b>c)', '"a-b" is no name of a group'],
    ['(a)\\1', '"\\1" refers back to a group, which RE2 cannot'],
    ['\\y', '"\\y" is no escape that RE2 knows'],
    ['[\\b]', '"\\b" is no escape that RE2 knows'],
    ['\\xg', '"\\x" wants two hexadecimal digits'],
    ['\\p', '"\\p" wants the name of a class of characters'],
    ['[z-a]', 'the range "z-a" runs backwards'],
    ['[[:word2:]]', '"[:word2:]" is no class of characters'],
    ['a\\', 'it ends with a backslash'],
  ])('says of %s: %s', (pattern, fault) => {
    expect(re2Fault(pattern)).toBe(fault);
  });

  const pieces = fc.array(fc.constantFrom(...'ab()[]{}*+?|\\^$-.,129:=!<>PQEdp'.split('')), { maxLength: 20 });

  test('never throws, and takes what is in brackets where it takes the inside', () => {
    fc.assert(
      fc.property(pieces, (characters) => {
        const pattern = characters.join('');
        // Behind an open \Q the closing bracket is a character as any other.
        if (re2Fault(pattern) !== undefined || pattern.includes('\\Q')) return;
        expect(re2Fault(`(?:${pattern})`)).toBeUndefined();
        expect(re2Fault(`${pattern}|${pattern}`)).toBeUndefined();
      }),
    );
  });

  test('refuses nothing that an engine compiles', () => {
    fc.assert(
      fc.property(pieces, (characters) => {
        const pattern = characters.join('');
        if (re2Fault(pattern) !== undefined) expect(() => RE2JS.compile(pattern)).toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  test('takes any text with its special characters escaped', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 50 }), (text) => {
        expect(re2Fault(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))).toBeUndefined();
      }),
    );
  });
});
