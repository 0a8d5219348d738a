import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasLiteralStar, matchesLooseGlob, matchesPattern, matchesTemplate, textPattern } from './text-pattern.ts';

const fits = (pattern: string, text: string) => matchesPattern(textPattern(pattern), text);

describe('a star in a value', () => {
  test.each([
    ['*', 'anything', true],
    ['/api*', '/api', true],
    ['/api*', '/apiary/7', true],
    ['/api*', '/v1/api', false],
    ['*/v1', '/api/v1', true],
    ['*/v1', '/api/v1/', false],
    ['/api/*/items', '/api/7/items', false],
    ['/api/*/items', '/api/*/items', true],
    // A star in front is looked at first, and then the one at the end is a character.
    ['*api*', '/my/api/7', false],
    ['*api*', '/my/api*', true],
  ])('%s against %s', (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  test('that stands for itself is known', () => {
    expect(['/a/*/b', '*a*', '/a/**'].map((p) => hasLiteralStar(textPattern(p)))).toEqual([true, true, true]);
    expect(['*', '*a', 'a*', 'a'].some((p) => hasLiteralStar(textPattern(p)))).toBe(false);
  });
});

describe('loose globs, as namespaces are compared', () => {
  test.each([
    ['shop', 'shop', true],
    ['shop', 'shopping', false],
    ['shop*', 'shopping', true],
    ['*-prod', 'shop-prod', true],
    ['s*p*d', 'shop-prod', true],
    ['s*p*x', 'shop-prod', false],
    ['a*a', 'a', false],
    ['my.account', 'my-account', true],
    ['my.account', 'myaccount', false],
    ['(shop|bank)', 'shop', undefined],
    ['shop+', 'shop', undefined],
  ])('%s against %s', (glob, text, expected) => {
    expect(matchesLooseGlob(glob, text)).toBe(expected);
  });

  test('are what a regular expression with .* for each star says', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 10 });
    fc.assert(
      fc.property(glob, text, (g, t) => {
        expect(matchesLooseGlob(g, t)).toBe(new RegExp(`^${g.replaceAll('*', '.*')}$`).test(t));
      }),
      { numRuns: 500 },
    );
  });

  test('take no long time for many stars', () => {
    expect(matchesLooseGlob(`${'*a'.repeat(2000)}b`, 'a'.repeat(5000))).toBe(false);
  });
});

describe('templates of paths', () => {
  test.each([
    ['/carts/{*}/items', '/carts/7/items', true],
    ['/carts/{*}/items', '/carts/7/8/items', false],
    ['/carts/{*}/items', '/carts//items', false],
    ['/carts/{*}', '/carts/', false],
    ['/carts/{**}', '/carts/', true],
    ['/carts/{**}', '/carts/7/items', true],
    ['/carts/{**}', '/carts', false],
    ['/{*}/x/{**}', '/a/x/b/c', true],
    ['/a/{**}/z', '/a/b/c/z', true],
    ['/a/{**}/z', '/a/z', false],
    ['/a/{**}/z', '/a//z', true],
    ['/carts/{*}', '/carts/a b', false],
    // Envoy takes none of these.
    ['/carts/{id}', '/carts/7', undefined],
    ['/carts/{*}.json', '/carts/7.json', undefined],
    ['/{**}/{*}', '/a/b', undefined],
    ['carts/{*}', 'carts/7', undefined],
  ])('%s against %s', (template, path, expected) => {
    expect(matchesTemplate(template, path)).toBe(expected);
  });
});
