import { expect, test } from 'vitest';
import { isInIstioDomain } from '../injection/annotation-places.ts';
import { atLeast, parseVersion } from '../installation/version.ts';
import { FIRST_WITH_OTHER_ANNOTATIONS, ISTIO_ANNOTATION_TABLE, REMOVED_ANNOTATIONS } from './istio-annotations.ts';
import { isInLinkerdConfigDomain, LINKERD_CONFIG } from './linkerd-annotations.ts';

const known = [...ISTIO_ANNOTATION_TABLE];

test('no annotation is known and gone', () => {
  expect([...REMOVED_ANNOTATIONS.keys()].filter((key) => ISTIO_ANNOTATION_TABLE.has(key))).toEqual([]);
  expect([...REMOVED_ANNOTATIONS.values()].every((one) => one.removedAfter !== undefined)).toBe(true);
});

test('all but one stand in domains of Istio', () => {
  expect(known.map(([key]) => key).filter((key) => !isInIstioDomain(key))).toEqual(['kubernetes.io/ingress.class']);
});

test('each is read somewhere', () => {
  expect(known.filter(([, { kinds }]) => kinds.length === 0)).toEqual([]);
});

test('a release that deprecates one says what to use, and is not before the first', () => {
  for (const [key, { since, deprecatedSince, instead, refusedSince, value }] of known) {
    if (deprecatedSince !== undefined && deprecatedSince !== 'always') expect(instead, key).toBeDefined();
    if (since && refusedSince) expect(atLeast(parseVersion(refusedSince) ?? [0, 0], since), key).toBe(true);
    if (refusedSince) expect(value, key).toBeDefined();
    for (const release of [since, refusedSince])
      if (release) expect(atLeast(parseVersion(release) ?? [9, 9], FIRST_WITH_OTHER_ANNOTATIONS), key).toBe(false);
  }
});

test('the keys of Linkerd stand in its domains', () => {
  expect([...LINKERD_CONFIG.keys()].filter((key) => !isInLinkerdConfigDomain(key))).toEqual([]);
});
