import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import {
  authorization,
  deployment,
  meshOf,
  namespace,
  type Part,
  peerAuthentication,
  security,
  service,
  workloadOf,
} from '../testing/mesh-parts.ts';
import { authorizationPolicies } from './authorization-policies.ts';
import { servedPorts, whyRuleNeverMatches } from './authorization-reach.ts';

const TCP = service('shop', 'cart', [{ name: 'tcp', port: 80, targetPort: 8080 }]);
const HTTP = service('shop', 'cart', [{ name: 'http', port: 80, targetPort: 8080 }]);

async function never(rule: unknown, parts: readonly Part[], action = 'ALLOW', config: MeshConfigKeys = {}) {
  const policy = authorization('shop', 'cart', { action, rules: [rule] });
  const mesh = await meshOf([namespace('shop'), deployment('shop', 'cart'), policy, ...parts], config);
  const [read] = authorizationPolicies(mesh);
  if (!read?.rules[0]) throw new Error('no rule');
  return whyRuleNeverMatches(mesh, read, read.rules[0], workloadOf(mesh, 'cart'))?.map((r) => r.why);
}

const to = (operation: Part) => ({ to: [{ operation }] });
const from = (source: Part) => ({ from: [{ source }] });

describe('a rule that never matches', () => {
  test('asks for HTTP on ports of plain TCP', async () => {
    expect(await never(to({ paths: ['/a'] }), [TCP])).toEqual([
      'paths is of HTTP, and the proxy takes the port for plain TCP',
    ]);
    expect(await never(to({ paths: ['/a'] }), [HTTP])).toBeUndefined();
    expect(await never(to({ paths: ['/a'] }), [service('shop', 'cart', [{ port: 80 }])])).toBeUndefined();
    // Of a DENY policy only the field is lost.
    expect(await never(to({ paths: ['/a'] }), [TCP], 'DENY')).toBeUndefined();
  });

  test('names the port of the Service', async () => {
    expect(await never(to({ ports: ['80'] }), [HTTP])).toEqual([
      'ports names 80, the port of Service shop/cart, and the pods listen on 8080',
    ]);
    expect(await never(to({ ports: ['80', '8080'] }), [HTTP])).toBeUndefined();
  });

  test('asks who calls where mutual TLS is off', async () => {
    const rule = from({ principals: ['*'] });
    expect(await never(rule, [HTTP, peerAuthentication('shop', 'DISABLE')])).toEqual([
      'principals needs the identity of the caller, and there is none: PeerAuthentication shop/default sets DISABLE',
    ]);
    expect(await never(rule, [HTTP, peerAuthentication('shop', 'PERMISSIVE')])).toBeUndefined();
    expect(await never(rule, [HTTP])).toBeUndefined();
    expect(await never(from({ notPrincipals: ['*'] }), [HTTP, peerAuthentication('shop', 'DISABLE')])).toBeUndefined();
  });

  test('asks for a path that no request has', async () => {
    expect((await never(to({ paths: ['/a?x=1'] }), [HTTP]))?.[0]).toContain('the path that is compared has no query');
    expect((await never(to({ paths: ['/a/*/b'] }), [HTTP]))?.[0]).toContain('a star counts first or last only');
    expect(await never(to({ paths: ['/a/*/b', '/a/*'] }), [HTTP])).toBeUndefined();
    expect(await never(to({ paths: ['/a/{*}/b'] }), [HTTP])).toBeUndefined();
    expect(await never(to({ notPaths: ['/a/*/b'] }), [HTTP])).toBeUndefined();
  });

  test('asks for a token where none is checked', async () => {
    const rule = from({ requestPrincipals: ['*'] });
    expect(await never(rule, [HTTP])).toHaveLength(1);
    const checked = security('RequestAuthentication', 'shop', 'jwt', { jwtRules: [{ issuer: 'x' }] });
    expect(await never(rule, [HTTP, checked])).toBeUndefined();
    expect(await never(rule, [HTTP], 'ALLOW', { closedWorld: false })).toBeUndefined();
  });

  test('has all of its alternatives so', async () => {
    const both = { to: [{ operation: { ports: ['80'] } }, { operation: { paths: ['/a?b'] } }] };
    expect(await never(both, [HTTP])).toHaveLength(2);
    expect(await never({ to: [{ operation: { ports: ['80'] } }, { operation: {} }] }, [HTTP])).toBeUndefined();
  });
});

describe('nothing is said', () => {
  test('of pods without a sidecar, or without a Service that was read', async () => {
    expect(await never(to({ paths: ['/a'] }), [])).toBeUndefined();
    const outside = deployment('shop', 'cart', {}, { labels: { app: 'cart', 'sidecar.istio.io/inject': 'false' } });
    const policy = authorization('shop', 'p', { rules: [to({ paths: ['/a'] })] });
    const mesh = await meshOf([namespace('shop'), outside, TCP, policy]);
    const [read] = authorizationPolicies(mesh);
    expect(whyRuleNeverMatches(mesh, read as never, read?.rules[0] as never, workloadOf(mesh, 'cart'))).toBeUndefined();
  });

  test('where another port takes it', async () => {
    const more = service('shop', 'cart-web', [{ name: 'http', port: 81, targetPort: 8081 }], { app: 'cart' });
    expect(await never(to({ paths: ['/a'] }), [TCP, more])).toBeUndefined();
  });

  test('where a port or a value is filled in later', async () => {
    const later = service('shop', 'cart', [{ name: 'tcp', port: 80, targetPort: '${PORT}' }]);
    expect(await never(to({ paths: ['/a'] }), [later])).toBeUndefined();
    expect(await never(to({ ports: ['${PORT}'] }), [HTTP])).toBeUndefined();
  });
});

test('the ports that Services lead to', async () => {
  const mesh = await meshOf([
    namespace('shop'),
    deployment('shop', 'cart'),
    HTTP,
    service('shop', 'b', [{ port: 9 }], { app: 'cart' }),
  ]);
  expect(servedPorts(mesh, workloadOf(mesh, 'cart'))).toEqual({ ports: [9, 8080], known: true });
});
