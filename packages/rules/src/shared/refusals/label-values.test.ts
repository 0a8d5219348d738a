import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelKeyFault, labelValueFault } from './label-values.ts';

describe('labels', () => {
  test.each(['a', 'app.kubernetes.io/name', 'A_1.b-2', 'a'.repeat(63)])('%s is a key', (key) => {
    expect(labelKeyFault(key)).toBeUndefined();
  });

  test.each(['', '/a', 'a/', 'a/b/c', 'a_b/c', '-a', 'a-', 'a b', 'a'.repeat(64), `${'a'.repeat(254)}/b`])(
    '"%s" is no key',
    (key) => {
      expect(labelKeyFault(key)).toBeDefined();
    },
  );

  test('a value is empty or written as a name', () => {
    expect(['', 'a', 'v1.2_3-4', 'a'.repeat(200)].map(labelValueFault)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(['*', 'a b', '-', 'a/b', '.a'].every((value) => labelValueFault(value) !== undefined)).toBe(true);
  });

  test('what is a name of a key is a value too', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 70 }), (text) => {
        if (!text.includes('/') && labelKeyFault(text) === undefined) expect(labelValueFault(text)).toBeUndefined();
      }),
    );
  });
});
