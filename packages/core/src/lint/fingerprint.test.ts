import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashText } from './fingerprint.ts';

test('is 16 hexadecimal digits, and stays what it was: baselines are keyed on it', () => {
  expect(hashText('')).toBe('811c9dc5cbf29ce4');
  expect(hashText('port-name-missing|Service|shop|cart|/spec/ports/0')).toMatchInlineSnapshot(`"5790bc704aee6d87"`);
});

test('equal texts give equal prints, and short different texts different ones', () => {
  fc.assert(
    fc.property(fc.string(), (text) => /^[0-9a-f]{16}$/.test(hashText(text)) && hashText(text) === hashText(`${text}`)),
  );
  const texts = Array.from({ length: 20_000 }, (_, i) => `/spec/ports/${i}`);
  expect(new Set(texts.map(hashText)).size).toBe(texts.length);
});
