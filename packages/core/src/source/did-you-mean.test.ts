import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

describe('didYouMean', () => {
  it.each([
    ['ruels', ['rules', 'profile'], 'rules'],
    ['Rules', ['rule', 'rules'], 'rules'],
    ['port-name-mising', ['port-name-missing', 'port-conflict'], 'port-name-missing'],
    ['ab', ['cd', 'xy'], undefined],
    ['mots', ['keys', 'most'], 'most'],
    ['ab', ['ba'], 'ba'],
    ['ab', ['ac'], 'ac'],
    ['a', ['b'], 'b'],
    ['profile', ['externals'], undefined],
    ['', ['a'], undefined],
    ['of', ['on', 'off'], 'off'],
    ['istio-currant', ['istio-1.0', 'istio-legacy', 'istio-current'], 'istio-current'],
    ['__proto_', ['__proto__'], '__proto__'],
  ] as const)('%s among %j is %s', (word, candidates, expected) => {
    expect(didYouMean(word, candidates)).toBe(expected);
  });

  it('never compares what is too long to be a slip', () => {
    const long = 'a'.repeat(101);
    expect(didYouMean(long, [long.slice(1)])).toBeUndefined();
    expect(didYouMean('a'.repeat(100), [long])).toBeUndefined();
    expect(didYouMean('x'.repeat(5_000_000), ['x'])).toBeUndefined();
  });

  it('does not depend on the order of the candidates', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'B'), maxLength: 6 });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 8 }), (text, candidates) => {
        expect(didYouMean(text, [...candidates].reverse())).toBe(didYouMean(text, candidates));
      }),
    );
  });
});
