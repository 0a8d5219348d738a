import { expect, test } from 'vitest';
import { meshOf } from '../testing/mesh-parts.ts';
import { hostFlaw, methodFlaw, pathFlaw, principalFlaw } from './authorization-values.ts';

test('what is meant by a path that fits nothing', async () => {
  const [today, old] = [await meshOf([]), await meshOf([], { istioVersion: '1.21' })];
  expect(pathFlaw(today, '/a/*/b')?.instead).toBe('/a/{*}/b');
  expect(pathFlaw(old, '/a/*/b')?.instead).toBeUndefined();
  expect(pathFlaw(today, '/a-*/b')?.instead).toBeUndefined();
  expect(pathFlaw(today, '/a?b=*')?.instead).toBe('/a');
  expect(pathFlaw(today, 'a/b')?.instead).toBe('/a/b');
  // Before 1.22 braces are plain characters, which nobody could call a fault of the pattern.
  expect(pathFlaw(old, '/a/{*}/b')).toBeDefined();
});

test('methods, hosts and principals', () => {
  expect(methodFlaw('get')?.instead).toBe('GET');
  expect(methodFlaw('/pkg.Service/Call')?.instead).toBeUndefined();
  expect(methodFlaw('NOPE')?.unusual).toBe(true);
  expect(hostFlaw('https://shop.example.com/x')?.instead).toBe('shop.example.com');
  expect(hostFlaw('*.example.com')).toBeUndefined();
  expect(principalFlaw('spiffe://td/ns/a/sa/b')?.instead).toBe('td/ns/a/sa/b');
  expect(principalFlaw('*/sa/b')).toBeUndefined();
  expect(principalFlaw('td/ns/*')).toBeUndefined();
  expect(principalFlaw('*/ns/*/sa/b')).toBeDefined();
});

test('texts that are made to be slow are read in time', async () => {
  const mesh = await meshOf([]);
  const texts = ['('.repeat(1000), `(${'|'.repeat(1000)}`, '['.repeat(1000), '.*'.repeat(500), `/${'*/'.repeat(500)}`];
  const start = performance.now();
  for (let i = 0; i < 200; i++) for (const text of texts) [pathFlaw(mesh, text), hostFlaw(text), principalFlaw(text)];
  expect(performance.now() - start).toBeLessThan(5000);
});
