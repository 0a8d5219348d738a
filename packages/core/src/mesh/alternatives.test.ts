import { expect, test } from 'vitest';
import { Alternatives } from './alternatives.ts';

test('branches that describe one object are alternatives, with all that is below them', () => {
  const alternatives = new Alternatives([new Set(['app/dev/web', 'app/prod/web']), new Set(['lib'])]);
  expect(alternatives.has('app/dev/web', 'app/prod/web')).toBe(true);
  expect(alternatives.has('app/dev/db', 'app/prod/cache')).toBe(true);
  expect(alternatives.has('app/prod/cache', 'app/dev/db')).toBe(true);
  expect(alternatives.has('app/dev/db', 'app/dev/web')).toBe(false);
  expect(alternatives.has('app/dev', 'lib')).toBe(false);
});

test('a folder is no alternative of one inside it', () => {
  const alternatives = new Alternatives([new Set(['base', 'base/overlay'])]);
  expect(alternatives.has('base', 'base/overlay')).toBe(false);
});
