import { describe, expect, test } from 'vitest';
import { ISTIO_ANNOTATIONS, ISTIO_LABELS, OTHER_ISTIO_KEYS } from '../proxy/istio-keys.ts';
import { meantKey } from './inject-key-typo.ts';

describe('meantKey', () => {
  test('no key of Istio is a typo of another', () => {
    const all = [...ISTIO_LABELS, ...ISTIO_ANNOTATIONS, ...OTHER_ISTIO_KEYS];
    expect(all.length).toBeGreaterThan(90);
    expect(all.filter((key) => meantKey(key) !== undefined)).toEqual([]);
  });

  test.each([
    ['istio-inject', 'istio-injection'],
    ['istio_injection', 'istio-injection'],
    ['istio.io/rve', undefined],
    ['istio.io/re', 'istio.io/rev'],
    ['sidecar.istio.io/injct', 'sidecar.istio.io/inject'],
    ['sidecars.istio.io/inject', 'sidecar.istio.io/inject'],
    ['istio.io/dataplane-mod', 'istio.io/dataplane-mode'],
    ['app', undefined],
    ['', undefined],
    ['__proto__', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%.30s -> %s', (key, meant) => {
    expect(meantKey(key)).toBe(meant);
  });
});
