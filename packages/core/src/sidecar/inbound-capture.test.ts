import { expect, test } from 'vitest';
import { deployment, meshOf, namespace, type Part, workloadOf } from '../testing/mesh-parts.ts';
import { inboundCapture } from './inbound-capture.ts';

async function capture(annotations: Part, port = 8080, statusPort?: number) {
  const parts = [namespace('shop'), deployment('shop', 'web', {}, { labels: { app: 'web' }, annotations })];
  const mesh = await meshOf(parts, statusPort === undefined ? {} : { installation: { statusPort } });
  return inboundCapture(mesh, workloadOf(mesh, 'web'), port);
}

const INCLUDE = 'traffic.sidecar.istio.io/includeInboundPorts';
const EXCLUDE = 'traffic.sidecar.istio.io/excludeInboundPorts';

test('all ports go through the sidecar, but for those of the agent', async () => {
  expect((await capture({})).answer).toBe('yes');
  expect((await capture({}, 15020)).answer).toBe('no');
  expect((await capture({}, 9999, 9999)).answer).toBe('no');
});

test('annotations take ports out', async () => {
  expect((await capture({ [EXCLUDE]: '9000, 8080' })).answer).toBe('no');
  expect((await capture({ [EXCLUDE]: '80' })).answer).toBe('yes');
  expect((await capture({ [INCLUDE]: '' })).answer).toBe('no');
  expect((await capture({ [INCLUDE]: '80,443' })).answer).toBe('no');
  expect((await capture({ [INCLUDE]: '*' })).answer).toBe('yes');
  expect((await capture({ [INCLUDE]: '8080', [EXCLUDE]: '8080' })).answer).toBe('no');
  expect((await capture({ 'sidecar.istio.io/interceptionMode': 'NONE' })).answer).toBe('no');
});

test('what decides is said, with its place', async () => {
  const { why, field } = await capture({ [EXCLUDE]: '8080' });
  expect([why, field?.value]).toEqual([`annotation ${EXCLUDE} leaves it out`, '8080']);
});

test('a value that is filled in later leaves it open', async () => {
  expect((await capture({ [EXCLUDE]: '${PORTS}' })).answer).toBe('unknown');
});
