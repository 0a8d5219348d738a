import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { globFault, matchAny, tidyPath } from './glob.ts';

describe('matchAny', () => {
  it.each([
    ['vendor', 'vendor', true],
    ['vendor', 'vendor/a', false],
    ['clusters/*', 'clusters/a', true],
    ['clusters/*', 'clusters/a/b', false],
    ['clusters/*', 'clusters/', false],
    ['clusters/**', 'clusters', true],
    ['clusters/**', 'clusters/a/b', true],
    ['**/test', 'a/b/test', true],
    ['**/test', 'test', true],
    ['**/test', 'a/tests', false],
    ['a/**/b/**/c', 'a/x/b/b/y/c', true],
    ['*.yaml', '.hidden.yaml', true],
    ['shop-?', 'shop-1', true],
    ['shop-?', 'shop-', false],
    ['shop-[0-9]', 'shop-7', true],
    ['shop-[!0-9]', 'shop-7', false],
    ['[]x]', ']', true],
    ['shop[', 'shop[', true],
    ['{prod,stage}/*', 'stage/x', true],
    ['{prod,stage-{a,b}}/*', 'stage-b/x', true],
    ['{prod}', '{prod}', true],
    ['{prod,', '{prod,', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', '*.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*/redis', 'shop/redis', true],
    ['a(b)+', 'a(b)+', true],
    ['+(a|b)', 'a', false],
    ['', '', false],
    ['!a', 'b', false],
  ])('%s with %s: %s', (glob, text, expected) => {
    expect(matchAny([glob])(text)).toBe(expected);
  });

  it('is true when one of several matches, and for none of none', () => {
    expect(matchAny(['a', 'b/*'])('b/c')).toBe(true);
    expect(matchAny([])('a')).toBe(false);
  });

  it('says the same as picomatch for what both know (it reads [!a] as a class of ! and a)', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), minLength: 1, maxLength: 4 });
    // A name of dots alone means a folder to picomatch.
    const part = name.filter((text) => /[ab]/.test(text));
    const piece = fc.oneof(
      part,
      fc.constantFrom('*', '**', '?', '*a', 'a*b', '?b*', '[ab]', '[^a]b', 'a[a-b]*', '{a,b}', 'a{b,a*}', '{aa,b,ab}?'),
    );
    // `a/**` matches `a` there, and `*/**` does not: we read both alike.
    const glob = fc
      .array(piece, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'))
      .filter((text) => !/[*?\]}][^/]*\/\*\*$/.test(text));
    const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(glob, path, (pattern, text) => {
        expect(matchAny([pattern])(text)).toBe(picomatch(pattern, { dot: true })(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes no time without end on a hostile glob', () => {
    const started = performance.now();
    const globs = [`${'*a'.repeat(120)}b`, `${'**/a/'.repeat(40)}b`, `${'{a,aa}'.repeat(5)}*a*a*b`];
    const matches = matchAny(globs);
    expect(matches('a'.repeat(4000))).toBe(false);
    expect(matches('a/'.repeat(2000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('never throws, whatever the glob', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{},[]!^-*?/\\ab()|+.'), maxLength: 40 }),
        fc.string(),
        (glob, text) => {
          expect(typeof matchAny([glob])(text)).toBe('boolean');
        },
      ),
    );
  });
});

describe('globFault', () => {
  it.each([
    ['a/*', undefined],
    ['', 'it is empty'],
    ['  ', 'it is empty'],
    ['a\\b', 'it has a backslash; folders are parted by "/"'],
    ['!a', 'it begins with "!", and a glob here only says what matches'],
    ['a'.repeat(251), 'it is longer than 250 characters'],
    ['{a,b}'.repeat(6), 'its braces stand for more than 50 globs'],
    ['{a,b}'.repeat(48), 'its braces stand for more than 50 globs'],
  ])('%s: %s', (glob, fault) => {
    expect(globFault(glob)).toBe(fault);
  });
});

describe('tidyPath', () => {
  it.each([
    ['./a/b/', 'a/b'],
    ['.', ''],
    ['./', ''],
    ['a//', 'a'],
    ['.//a', 'a'],
    ['.hidden', '.hidden'],
  ])('%s is %s', (path, tidy) => {
    expect(tidyPath(path)).toBe(tidy);
  });
});
