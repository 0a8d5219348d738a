import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationNanoseconds } from './durations.ts';

describe('durationNanoseconds', () => {
  test.each([
    ['0', 0],
    ['-0', 0],
    ['1ns', 1],
    ['1.5ms', 1_500_000],
    ['.5s', 500_000_000],
    ['1.s', 1_000_000_000],
    ['1m30s', 90_000_000_000],
    ['+1h', 3_600_000_000_000],
    ['-2us', -2000],
    ['1µs1μs', 2000],
  ])('reads %s', (text, nanoseconds) => {
    expect((durationNanoseconds(text) ?? Number.NaN) + 0).toBe(nanoseconds);
  });

  test.each(['', '5', '1d', '1 s', 's', '.s', '1s ', '--1s', '1e3s', '1S', '9999999h'])('refuses "%s"', (text) => {
    expect(durationNanoseconds(text)).toBeUndefined();
  });

  test('adds up its parts', () => {
    const part = fc.integer({ min: 0, max: 999 });
    fc.assert(
      fc.property(part, part, part, part, (h, m, s, ms) => {
        expect(durationNanoseconds(`${h}h${m}m${s}s${ms}ms`)).toBe(((h * 60 + m) * 60 + s) * 1e9 + ms * 1e6);
        expect(durationNanoseconds(`${s}.${String(ms).padStart(3, '0')}s`)).toBe(s * 1e9 + ms * 1e6);
      }),
    );
  });
});
