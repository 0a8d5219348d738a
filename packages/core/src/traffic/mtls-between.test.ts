import { expect, test } from 'vitest';
import { isTaken, type Taken } from './mtls-between.ts';
import type { UpstreamTls } from './trace.ts';

// What is spoken to what, as istiod's filter chains take it: rows are what a port takes.
const TABLE: readonly [Taken, 'http' | 'tcp', Readonly<Record<UpstreamTls, string>>][] = [
  ['STRICT', 'http', { istio: 'yes', none: 'no', simple: 'no', mutual: 'unknown' }],
  ['STRICT', 'tcp', { istio: 'yes', none: 'no', simple: 'no', mutual: 'unknown' }],
  ['PERMISSIVE', 'http', { istio: 'yes', none: 'yes', simple: 'no', mutual: 'no' }],
  ['PERMISSIVE', 'tcp', { istio: 'yes', none: 'yes', simple: 'unknown', mutual: 'unknown' }],
  ['DISABLE', 'http', { istio: 'no', none: 'yes', simple: 'no', mutual: 'no' }],
  ['DISABLE', 'tcp', { istio: 'no', none: 'yes', simple: 'unknown', mutual: 'unknown' }],
  ['NO_PROXY', 'http', { istio: 'no', none: 'yes', simple: 'unknown', mutual: 'unknown' }],
];

test.each(TABLE)('%s takes on a port of %s', (takes, protocol, expected) => {
  for (const [tls, answer] of Object.entries(expected))
    expect([tls, isTaken(tls as UpstreamTls, takes, protocol)]).toEqual([tls, answer]);
});
