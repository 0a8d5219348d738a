import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { authorization, deployment, meshOf, namespace, type Part, workloadOf } from '../testing/mesh-parts.ts';
import { admittanceOf } from './authorization.ts';
import type { Seen } from './authorization-match.ts';
import { authorizationPoliciesFor, policiesPassedOver } from './authorization-policies.ts';

const REQUEST: Seen = {
  layer: 'http',
  peer: { state: 'known', identity: { trustDomain: 'cluster.local', namespace: 'front', serviceAccount: 'web' } },
  port: 8080,
  servicePorts: new Map(),
  method: 'GET',
  path: '/carts',
  authority: 'cart.shop',
  headers: new Map(),
  sni: '',
  token: false,
  callerAddress: undefined,
  callerIsPod: true,
  serverAddress: undefined,
};

async function ask(policies: readonly Part[], config: MeshConfigKeys = {}, seen: Partial<Seen> = {}) {
  const mesh = await meshOf([namespace('shop'), namespace('front'), deployment('shop', 'cart'), ...policies], config);
  return admittanceOf(mesh, workloadOf(mesh, 'cart'), { ...REQUEST, ...seen });
}

const allow = (name: string, rules: unknown, space = 'shop') => authorization(space, name, { rules });
const deny = (name: string, rules: unknown, space = 'shop') => authorization(space, name, { action: 'DENY', rules });
const path = (...paths: string[]) => ({ to: [{ operation: { paths } }] });
const allowed = async (...policies: Part[]) => (await ask(policies)).allowed;

describe('what policies make of a request', () => {
  test('without any it is let in', async () => {
    const { allowed, steps } = await ask([]);
    expect([allowed, steps.map((s) => s.text)]).toEqual([
      true,
      ['no AuthorizationPolicy holds for Deployment shop/cart, so it is let in'],
    ]);
  });

  test('hundreds of policies for other pods of the namespace hide none of its own', async () => {
    const others = Array.from({ length: 450 }, (_, i) =>
      authorization('shop', `other-${i}`, { selector: { matchLabels: { app: `other-${i}` } }, rules: [path('/x')] }),
    );
    const own = authorization('shop', 'own', {
      selector: { matchLabels: { app: 'cart' } },
      action: 'DENY',
      rules: [path('/carts')],
    });
    expect((await ask(others)).allowed).toBe(true);
    const { allowed, steps } = await ask([...others, own]);
    expect([allowed, steps[0]?.text]).toEqual([
      false,
      expect.stringContaining('AuthorizationPolicy shop/own (DENY) refuses it'),
    ]);
  });

  test('of more policies for one workload than are looked at it says so', async () => {
    const { allowed, steps } = await ask(Array.from({ length: 201 }, (_, i) => deny(`p${i}`, [path(`/x${i}`)])));
    expect([allowed, steps.map((s) => s.text)]).toEqual([
      'unknown',
      ['201 AuthorizationPolicies may hold for Deployment shop/cart, and so many are not held against a request'],
    ]);
  });

  test('with an ALLOW policy one has to match', async () => {
    expect(await allowed(allow('a', [path('/carts')]))).toBe(true);
    expect(await allowed(allow('a', [path('/x')]))).toBe(false);
    expect(await allowed(allow('a', [path('/x')]), allow('b', [path('/y'), path('/carts')]))).toBe(true);
    expect(await allowed(allow('a', [{}]))).toBe(true);
  });

  test('one without rules lets nobody in, and a DENY policy without rules stops nobody', async () => {
    expect(await allowed(authorization('shop', 'a', {}))).toBe(false);
    expect(await allowed(allow('a', []))).toBe(false);
    expect(await allowed(deny('a', []))).toBe(true);
  });

  test('a DENY policy that matches comes before all', async () => {
    expect(await allowed(allow('a', [{}]), deny('b', [path('/carts')]))).toBe(false);
    expect(await allowed(allow('a', [{}]), deny('b', [path('/x')]))).toBe(true);
  });

  test('AUDIT decides nothing, nor does a dry run', async () => {
    expect(await allowed(authorization('shop', 'a', { action: 'AUDIT', rules: [path('/x')] }))).toBe(true);
    const dry = { annotations: { 'istio.io/dry-run': 'true' } };
    expect(await allowed(authorization('shop', 'a', { rules: [path('/x')] }, dry))).toBe(true);
    expect(await allowed(authorization('shop', 'a', { action: 'DENY', rules: [{}] }, dry))).toBe(true);
    const off = { annotations: { 'istio.io/dry-run': 'no' } };
    expect(await allowed(authorization('shop', 'a', { rules: [path('/x')] }, off))).toBe(false);
  });

  test('the steps say which, and why the others do not', async () => {
    const { steps } = await ask([allow('a', [path('/x'), path('/y')]), allow('b', [path('/carts')])]);
    expect(steps.map((s) => [s.text, s.field?.value])).toEqual([
      ['AuthorizationPolicy shop/b (ALLOW) lets it in: path /carts fits /carts', '/carts'],
    ]);
    expect(steps[0]?.passedOver?.map((p) => `${p.resource.name}: ${p.why}`)).toEqual([
      'a: path /carts is not /x',
      'a: path /carts is not /y',
    ]);
  });

  test('a refusal says with what', async () => {
    const text = async (layer: 'http' | 'tcp', ...policies: Part[]) =>
      (await ask(policies, {}, { layer })).steps[0]?.text;
    expect(await text('http', deny('d', [path('/carts')]))).toBe(
      'AuthorizationPolicy shop/d (DENY) refuses it with 403: path /carts fits /carts',
    );
    expect(await text('http', allow('a', [path('/x')]))).toBe(
      'AuthorizationPolicy shop/a (ALLOW) holds and does not match, so it is refused with 403',
    );
    expect(await text('tcp', allow('a', [path('/x')]), allow('b', []))).toBe(
      '2 ALLOW policies hold and none matches, so it is refused, and the connection is closed',
    );
  });
});

describe('which policies hold', () => {
  test('those of the namespace and of the root namespace, whatever its name', async () => {
    expect(await allowed(deny('d', [{}], 'front'))).toBe(true);
    expect(await allowed(deny('d', [{}], 'istio-system'))).toBe(false);
    const mesh = { installation: { rootNamespace: 'mesh' } };
    expect((await ask([deny('d', [{}], 'mesh')], mesh)).allowed).toBe(false);
    expect((await ask([deny('d', [{}], 'istio-system')], mesh)).allowed).toBe(true);
  });

  test('by selector, in the root namespace as well', async () => {
    const selecting = (space: string, app: string) =>
      authorization(space, 'd', { action: 'DENY', selector: { matchLabels: { app } }, rules: [{}] });
    expect(await allowed(selecting('shop', 'cart'))).toBe(false);
    expect(await allowed(selecting('shop', 'web'))).toBe(true);
    expect(await allowed(selecting('istio-system', 'cart'))).toBe(false);
  });

  test('one with targetRefs holds for no sidecar', async () => {
    const targetRefs = [{ group: 'networking.istio.io', kind: 'Gateway', name: 'cart' }];
    expect(await allowed(authorization('shop', 'd', { action: 'DENY', targetRefs, rules: [{}] }))).toBe(true);
  });

  test('a gateway of the Gateway API reads targetRefs, its selector too, a waypoint targetRefs only', async () => {
    const gateway = (managed: string) =>
      deployment(
        'shop',
        'gate',
        {},
        {
          labels: {
            app: 'gate',
            'gateway.networking.k8s.io/gateway-name': 'edge',
            'gateway.istio.io/managed': managed,
          },
        },
      );
    const ref = (kind: string, name: string, group = 'gateway.networking.k8s.io') =>
      authorization('shop', `${kind}-${name}`.toLowerCase(), { targetRefs: [{ group, kind, name }], rules: [] });
    const plain = authorization('shop', 'plain', { rules: [] });
    const policies = [ref('Gateway', 'edge'), ref('Gateway', 'other'), ref('Service', 'cart', ''), plain];
    const names = async (managed: string) => {
      const mesh = await meshOf([namespace('shop'), gateway(managed), ...policies]);
      const held = authorizationPoliciesFor(mesh, workloadOf(mesh, 'gate')).inForce;
      return held.map((p) => `${p.variants[0]?.resource.name} ${p.holds}`);
    };
    expect(await names('istio.io-gateway-controller')).toEqual(['gateway-edge yes', 'plain yes']);
    expect(await names('istio.io-mesh-controller')).toEqual(['gateway-edge yes', 'service-cart unknown']);
  });

  test('those that do not are told with the reason', async () => {
    const other = authorization('shop', 'web', { selector: { matchLabels: { app: 'web' } }, rules: [] });
    const mesh = await meshOf([namespace('shop'), deployment('shop', 'cart'), other]);
    expect(policiesPassedOver(mesh, workloadOf(mesh, 'cart')).map((p) => p.why)).toEqual([
      'its selector does not pick these pods',
    ]);
  });

  test('a label that a controller writes may be on the pods', async () => {
    const selector = { matchLabels: { 'pod-template-hash': '7f' } };
    expect(await allowed(authorization('shop', 'd', { action: 'DENY', selector, rules: [{}] }))).toBe('unknown');
  });
});

describe('what is not known', () => {
  test('in an open world other policies may exist, but none takes a DENY back', async () => {
    const open = { closedWorld: false };
    const files = [allow('a', [{}])];
    const { allowed, needs } = await ask(files, open);
    expect([allowed, needs]).toEqual([
      'unknown',
      ['the AuthorizationPolicies of namespaces shop and istio-system, or --closed-world where these are all'],
    ]);
    expect((await ask([deny('d', [{}])], open)).allowed).toBe(false);
    expect((await ask([allow('a', [path('/x')])], open)).allowed).toBe('unknown');
  });

  test('a policy that may match leaves it open only where that matters', async () => {
    const maybe = { from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] };
    expect(await allowed(allow('a', [maybe]))).toBe('unknown');
    expect(await allowed(allow('a', [maybe, {}]))).toBe(true);
    expect(await allowed(deny('d', [maybe]))).toBe('unknown');
    expect(await allowed(deny('d', [maybe]), deny('e', [{}]))).toBe(false);
    expect(await allowed(allow('a', [path('/x')]), deny('d', [maybe]))).toBe(false);
  });

  test('an action or rules that are filled in later', async () => {
    expect(await allowed(authorization('shop', 'a', { action: '${ACTION}', rules: [{}] }))).toBe('unknown');
    expect(await allowed(authorization('shop', 'a', { rules: '${RULES}' }))).toBe('unknown');
  });

  test('variants of one policy that disagree', async () => {
    expect(await allowed(allow('a', [{}]), allow('a', [path('/x')]))).toBe('unknown');
    expect(await allowed(allow('a', [{}]), allow('a', [path('/carts')]))).toBe(true);
  });

  test('hundreds of policies are not weighed', async () => {
    expect(await allowed(...Array.from({ length: 201 }, (_, i) => allow(`p${i}`, [{}])))).toBe('unknown');
  });
});

describe('CUSTOM', () => {
  const custom = (name: string, provider: string | undefined, rules: unknown) =>
    authorization('shop', name, { action: 'CUSTOM', ...(provider ? { provider: { name: provider } } : {}), rules });
  const meshConfig: Part = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio', namespace: 'istio-system' },
    data: {
      mesh: JSON.stringify({
        extensionProviders: [
          { name: 'web', envoyExtAuthzHttp: { service: 'a', port: 80 } },
          { name: 'rpc', envoyExtAuthzGrpc: { service: 'a', port: 80 } },
        ],
      }),
    },
  };

  test('asks somebody whose answer no file tells', async () => {
    const { allowed, steps, needs } = await ask([meshConfig, custom('c', 'web', [{}])]);
    expect([allowed, needs]).toEqual(['unknown', ['the answer of extension provider web']]);
    expect(steps[0]?.text).toBe(
      'AuthorizationPolicy shop/c (CUSTOM) leaves it to provider web, whose answer no file tells',
    );
    expect((await ask([meshConfig, custom('c', 'web', [path('/x')])])).allowed).toBe(true);
  });

  test('what others refuse stays refused', async () => {
    expect((await ask([meshConfig, custom('c', 'web', [{}]), deny('d', [{}])])).allowed).toBe(false);
    expect((await ask([meshConfig, custom('c', 'web', [{}]), allow('a', [])])).allowed).toBe(false);
  });

  test('a provider that MeshConfig does not name refuses what matches', async () => {
    const { allowed, steps } = await ask([meshConfig, custom('c', 'none', [{}])]);
    expect([allowed, steps[0]?.text]).toEqual([
      false,
      'AuthorizationPolicy shop/c (CUSTOM) refuses it with 403, since MeshConfig has no extension provider none: its rule asks for nothing',
    ]);
    expect((await ask([meshConfig, custom('c', 'none', [path('/x')])])).allowed).toBe(true);
    expect((await ask([custom('c', 'none', [{}])], { closedWorld: false })).allowed).toBe('unknown');
  });

  test('so do two that name different ones', async () => {
    expect((await ask([meshConfig, custom('c', 'web', [{}]), custom('d', 'rpc', [path('/x')])])).allowed).toBe(false);
  });

  test('a provider of HTTP is not asked about plain TCP', async () => {
    const tcp = { layer: 'tcp' } as const;
    expect((await ask([meshConfig, custom('c', 'web', [{}])], {}, tcp)).allowed).toBe(true);
    expect((await ask([meshConfig, custom('c', 'rpc', [{}])], {}, tcp)).allowed).toBe('unknown');
  });
});

describe('laws', () => {
  const sources = fc.constantFrom<Part>(
    {},
    { principals: ['*'] },
    { principals: ['*/sa/web'] },
    { notPrincipals: ['*/sa/web'] },
    { namespaces: ['shop'] },
    { ipBlocks: ['10.0.0.0/8'] },
  );
  const operations = fc.constantFrom<Part>(
    {},
    { paths: ['/carts'] },
    { paths: ['/x'], methods: ['GET'] },
    { notPaths: ['/carts'] },
    { ports: ['8080'] },
    { ports: ['80'] },
    { hosts: ['*.shop'] },
  );
  const rule = fc.record({
    from: fc.array(sources, { maxLength: 2 }).map((all) => all.map((source) => ({ source }))),
    to: fc.array(operations, { maxLength: 2 }).map((all) => all.map((operation) => ({ operation }))),
  });
  const spec = fc.record({
    action: fc.constantFrom('ALLOW', 'DENY', 'AUDIT'),
    rules: fc.array(rule, { maxLength: 3 }),
  });
  const policies = fc
    .array(fc.tuple(fc.constantFrom('shop', 'istio-system'), spec), { maxLength: 4 })
    .map((all) => all.map(([space, one], i) => authorization(space, `p${i}`, one)));
  const layers = fc.constantFrom('http', 'tcp').map((layer) => ({ layer }) as Partial<Seen>);
  const rank = (answer: boolean | 'unknown') => (answer === true ? 2 : answer === false ? 0 : 1);

  test('the order of policies changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(policies, layers, async (all, seen) => {
        const [one, other] = [await ask(all, {}, seen), await ask([...all].reverse(), {}, seen)];
        expect(other.allowed).toBe(one.allowed);
        expect(other.steps.map((s) => s.text)).toEqual(one.steps.map((s) => s.text));
      }),
      { numRuns: 60 },
    );
  });

  test('a rule more in an ALLOW policy refuses nothing that was let in', async () => {
    await fc.assert(
      fc.asyncProperty(policies, fc.array(rule, { maxLength: 2 }), rule, layers, async (all, rules, more, seen) => {
        const before = await ask([...all, allow('own', rules)], {}, seen);
        const after = await ask([...all, allow('own', [...rules, more])], {}, seen);
        expect(rank(after.allowed)).toBeGreaterThanOrEqual(rank(before.allowed));
      }),
      { numRuns: 60 },
    );
  });

  test('a DENY policy more lets in nothing that was refused', async () => {
    await fc.assert(
      fc.asyncProperty(policies, fc.array(rule, { maxLength: 2 }), layers, async (all, rules, seen) => {
        const before = await ask(all, {}, seen);
        const after = await ask([...all, deny('own', rules)], {}, seen);
        expect(rank(after.allowed)).toBeLessThanOrEqual(rank(before.allowed));
      }),
      { numRuns: 60 },
    );
  });

  test('less that was read never turns a yes into a no, nor a no into a yes', async () => {
    await fc.assert(
      fc.asyncProperty(policies, layers, async (all, seen) => {
        const whole = await ask(all, {}, seen);
        const open = await ask(all, { closedWorld: false }, seen);
        expect([whole.allowed, 'unknown']).toContain(open.allowed);
      }),
      { numRuns: 40 },
    );
  });
});
