import { expect, test } from 'vitest';
import { keySetFaults } from './key-sets.ts';

test('a key set has public keys', () => {
  expect(keySetFaults('{"keys": []}')).toEqual([]);
  expect(keySetFaults('{"keys": [{"kty": "RSA", "n": "a"}, {"kty": "EC"}]}')).toEqual([]);
  expect(
    keySetFaults('{"keys": [{"kty": "RSA", "d": "a"}, {"kty": "oct"}, {"kty": "OKP", "kid": "b", "d": "c"}]}').map(
      ({ what }) => what,
    ),
  ).toEqual([
    'key 1 of jwks is private, so who can read it can sign tokens',
    'key 2 of jwks is symmetric, so who can read it can sign tokens',
    'key "b" of jwks is private, so who can read it can sign tokens',
  ]);
});

test('anything else is none', () => {
  for (const text of ['', 'a', 'https://a', '[]', '{}', '{"keys": {}}', '{"keys": [1]}', '{"keys": [{}]}', 'null']) {
    expect(keySetFaults(text), text).toHaveLength(1);
    expect(keySetFaults(text)[0]?.mild, text).toBeUndefined();
  }
});
