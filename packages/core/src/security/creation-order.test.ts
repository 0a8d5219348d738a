import { expect, test } from 'vitest';
import { meshOf, namespace, security } from '../testing/mesh-parts.ts';
import { compareCreation } from './creation-order.ts';

async function compare(first: string | undefined, second: string | undefined, closedWorld = true, names = ['b', 'a']) {
  const made = (name: string, creationTimestamp: string | undefined) =>
    security('PeerAuthentication', 'shop', name, {}, creationTimestamp === undefined ? {} : { creationTimestamp });
  const parts = [namespace('shop'), made(names[0] ?? '', first), made(names[1] ?? '', second)];
  const mesh = await meshOf(parts, { closedWorld });
  const [a, b] = mesh.ofType('security.istio.io/PeerAuthentication');
  const order = compareCreation(mesh, a as never, b as never);
  return order === undefined ? 'unknown' : order < 0 ? 'first' : order > 0 ? 'second' : 'same';
}

test('the time decides, whatever the names', async () => {
  expect(await compare('2024-05-01T10:00:00Z', '2024-05-01T10:00:01Z')).toBe('first');
  expect(await compare('2025-01-01T00:00:00Z', '2024-12-31T23:59:59Z')).toBe('second');
  expect(await compare('2024-05-01T12:00:00+02:00', '2024-05-01T11:00:00Z')).toBe('first');
});

test('of one second the name decides', async () => {
  expect(await compare('2024-05-01T10:00:00Z', '2024-05-01T10:00:00Z')).toBe('second');
});

test('without times only a closed world goes by the name', async () => {
  expect(await compare(undefined, undefined)).toBe('second');
  expect(await compare(undefined, undefined, false)).toBe('unknown');
});

test('one time alone tells nothing, and what is no time is none', async () => {
  expect(await compare('2024-05-01T10:00:00Z', undefined)).toBe('unknown');
  expect(await compare('yesterday', undefined, false)).toBe('unknown');
});
