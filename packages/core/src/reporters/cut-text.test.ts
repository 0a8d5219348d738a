import { expect, it } from 'vitest';
import { beginning, cutText } from './cut-text.ts';

it('cuts what is longer', () => {
  expect(cutText('abc', 3)).toBe('abc');
  expect(cutText('abcd', 3)).toBe('abc...');
});

it('does not cut through a character', () => {
  expect(beginning('ab\u{1f600}c', 3)).toBe('ab');
  expect(beginning('ab\u{1f600}c', 4)).toBe('ab\u{1f600}');
  expect(cutText('ab\u{1f600}c', 3)).toBe('ab...');
});
