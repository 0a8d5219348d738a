import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { mtlsOf, mtlsPassedOver, peerAuthentications } from './peer-authentication.ts';

const CART = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: {
    template: { metadata: { labels: { app: 'cart' } }, spec: { containers: [{ name: 'cart', image: 'cart' }] } },
  },
};

function policy(namespace: string, spec: object, name = 'default') {
  return { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name, namespace }, spec };
}

const mode = (value: string) => ({ mtls: { mode: value } });
const cart = { selector: { matchLabels: { app: 'cart' } } };

async function mtls(policies: readonly object[], config: MeshConfigKeys = {}, port?: number) {
  const mesh = await makeMesh([CART, ...policies].map((d) => JSON.stringify(d)).join('\n---\n'), config);
  const [workload] = mesh.workloads;
  if (!workload) throw new Error('no workload');
  const { mode: found, certain } = mtlsOf(mesh, workload, port);
  return `${found} ${certain ? 'certain' : 'unknown'}`;
}

describe('mtlsOf', () => {
  test('the mesh, the namespace and the workload, the narrowest first', async () => {
    const whole = policy('istio-system', mode('STRICT'));
    const namespace = policy('shop', mode('PERMISSIVE'));
    const workload = policy('shop', { ...cart, ...mode('DISABLE') }, 'cart');
    expect(await mtls([whole])).toBe('STRICT certain');
    expect(await mtls([whole, namespace])).toBe('PERMISSIVE certain');
    expect(await mtls([whole, namespace, workload])).toBe('DISABLE certain');
  });

  test('hundreds of them for other pods of the namespace change nothing', async () => {
    const others = Array.from({ length: 250 }, (_, i) =>
      policy('shop', { selector: { matchLabels: { app: `other-${i}` } }, ...mode('DISABLE') }, `other-${i}`),
    );
    expect(await mtls([...others, policy('shop', { ...cart, ...mode('STRICT') }, 'cart')])).toBe('STRICT certain');
  });

  test('what is not set is left to the wider scope', async () => {
    expect(await mtls([policy('istio-system', mode('STRICT')), policy('shop', mode('UNSET'))])).toBe('STRICT certain');
    expect(await mtls([policy('istio-system', mode('STRICT')), policy('shop', {})])).toBe('STRICT certain');
  });

  test('ports count with a selector only', async () => {
    const ports = { portLevelMtls: { 8080: { mode: 'DISABLE' } } };
    expect(await mtls([policy('shop', { ...cart, ...mode('STRICT'), ...ports })], {}, 8080)).toBe('DISABLE certain');
    expect(await mtls([policy('shop', { ...cart, ...mode('STRICT'), ...ports })], {}, 8081)).toBe('STRICT certain');
    expect(await mtls([policy('shop', { ...mode('STRICT'), ...ports })], {}, 8080)).toBe('STRICT certain');
  });

  test('a selector in the root namespace selects nothing', async () => {
    expect(await mtls([policy('istio-system', { ...cart, ...mode('STRICT') })])).toBe('undefined unknown');
  });

  test('without a policy only a closed world knows the default', async () => {
    expect(await mtls([])).toBe('undefined unknown');
    expect(await mtls([], { closedWorld: true })).toBe('PERMISSIVE certain');
    expect(await mtls([], { closedWorld: true, externals: { namespaces: ['istio-system'] } })).toBe(
      'undefined unknown',
    );
  });

  test('of two that disagree the older one wins, and nobody knows which that is', async () => {
    const two = [policy('shop', mode('STRICT'), 'a'), policy('shop', mode('PERMISSIVE'), 'b')];
    expect(await mtls(two)).toBe('undefined unknown');
    expect(await mtls([two[0] as object, policy('shop', mode('STRICT'), 'b')])).toBe('STRICT certain');
    expect(await mtls([two[0] as object, policy('shop', {}, 'b')])).toBe('undefined unknown');
  });

  test('a mode that is filled in later, and another root namespace', async () => {
    expect(await mtls([policy('shop', mode('${MODE}'))])).toBe('undefined unknown');
    const mesh = policy('mesh', mode('STRICT'));
    expect(await mtls([mesh])).toBe('undefined unknown');
    expect(await mtls([mesh], { installation: { rootNamespace: 'mesh' } })).toBe('STRICT certain');
  });

  test('the kind is there since 1.5', async () => {
    expect(await mtls([policy('shop', mode('STRICT'))], { istioVersion: '1.4' })).toBe('undefined unknown');
    expect(await mtls([policy('shop', mode('STRICT'))], { istioVersion: '1.5' })).toBe('STRICT certain');
  });

  test('a step of a tutorial makes the mesh strict for that step only', async () => {
    const strict = JSON.stringify(policy('istio-system', mode('STRICT')));
    const files = (more: Record<string, string>) => ({ 'apps/one/cart.yaml': JSON.stringify(CART), ...more });
    const of = async (more: Record<string, string>) => {
      const mesh = await makeMesh(files(more));
      return mtlsOf(mesh, mesh.workloads[0] as never).mode;
    };
    expect(await of({ 'mesh/base/mtls/strict.yaml': strict })).toBe('STRICT');
    expect(await of({ 'lab/one/a/strict.yaml': strict, 'lab/two/b/strict.yaml': strict })).toBeUndefined();
  });

  test('hundreds of policies in one namespace are not weighed', async () => {
    const many = Array.from({ length: 101 }, (_, i) => policy('shop', mode('STRICT'), `p${i}`));
    expect(await mtls(many)).toBe('undefined unknown');
  });
});

describe('the oldest of a scope', () => {
  const at = (time: string, namespace: string, spec: object, name: string) => ({
    ...policy(namespace, spec, name),
    metadata: { name, namespace, creationTimestamp: time },
  });
  const [older, younger] = ['2024-01-01T00:00:00Z', '2024-06-01T00:00:00Z'];

  test('is the only one that is read', async () => {
    const strict = at(younger, 'shop', mode('STRICT'), 'a');
    expect(await mtls([strict, at(older, 'shop', mode('DISABLE'), 'b')])).toBe('DISABLE certain');
    expect(await mtls([strict, at(older, 'shop', {}, 'b'), policy('istio-system', mode('PERMISSIVE'))])).toBe(
      'PERMISSIVE certain',
    );
  });

  test('has the only ports that count', async () => {
    const ports = { portLevelMtls: { 8080: { mode: 'DISABLE' } } };
    const two = [
      at(older, 'shop', { ...cart, ...mode('STRICT') }, 'b'),
      at(younger, 'shop', { ...cart, ...ports }, 'a'),
    ];
    expect(await mtls(two, {}, 8080)).toBe('STRICT certain');
  });

  test('is found by name in a closed world without times', async () => {
    const two = [policy('shop', mode('STRICT'), 'b'), policy('shop', mode('DISABLE'), 'a')];
    expect(await mtls(two, { closedWorld: true })).toBe('DISABLE certain');
  });

  test('a port that is left unset takes the mode of its policy', async () => {
    const ports = { portLevelMtls: { 8080: { mode: 'UNSET' } } };
    expect(await mtls([policy('shop', { ...cart, ...mode('DISABLE'), ...ports })], {}, 8080)).toBe('DISABLE certain');
    expect(await mtls([policy('shop', { ...cart, ...ports }), policy('shop', mode('STRICT'), 'b')], {}, 8080)).toBe(
      'STRICT certain',
    );
  });

  test('variants of one policy that disagree leave it open', async () => {
    const mesh = await makeMesh(
      {
        'a/cart.yaml': JSON.stringify(CART),
        'a/x.yaml': JSON.stringify(policy('shop', mode('STRICT'))),
        'a/y.yaml': JSON.stringify(policy('shop', mode('DISABLE'))),
      },
      { closedWorld: true },
    );
    const { mode: found, possible } = mtlsOf(mesh, mesh.workloads[0] as never);
    expect([found, possible]).toEqual([undefined, ['STRICT', 'DISABLE']]);
  });
});

test('the modes that are possible', async () => {
  const possible = async (policies: readonly object[], closedWorld = false) => {
    const mesh = await makeMesh([CART, ...policies].map((d) => JSON.stringify(d)).join('\n---\n'), { closedWorld });
    return mtlsOf(mesh, mesh.workloads[0] as never).possible.join(' ');
  };
  expect(await possible([])).toBe('STRICT PERMISSIVE DISABLE');
  expect(await possible([], true)).toBe('PERMISSIVE');
  expect(await possible([policy('shop', mode('STRICT'), 'a'), policy('shop', mode('PERMISSIVE'), 'b')])).toBe(
    'STRICT PERMISSIVE',
  );
  expect(await possible([policy('shop', mode('${MODE}'))])).toBe('STRICT PERMISSIVE DISABLE');
});

test('what does not decide, and why', async () => {
  const policies = [
    policy('istio-system', mode('STRICT')),
    policy('istio-system', { ...cart, ...mode('DISABLE') }, 'selects'),
    policy('shop', mode('PERMISSIVE')),
    policy('shop', { ...cart, ...mode('DISABLE') }, 'cart'),
    policy('shop', { ...cart, ...mode('STRICT') }, 'later'),
    policy('shop', { selector: { matchLabels: { app: 'web' } }, ...mode('STRICT') }, 'web'),
  ];
  const mesh = await makeMesh([CART, ...policies].map((d) => JSON.stringify(d)).join('\n---\n'), {
    closedWorld: true,
  });
  const [workload] = mesh.workloads;
  expect(mtlsOf(mesh, workload as never).policy?.name).toBe('cart');
  const passed = mtlsPassedOver(mesh, workload as never).map(
    (p) => `${p.resource.namespace}/${p.resource.name}: ${p.why}`,
  );
  expect(passed).toEqual([
    'shop/default: the one that selects the pods comes before that of the namespace',
    'shop/later: of two for the same pods only the older is read',
    'shop/web: its selector does not pick these pods',
    'istio-system/default: the one that selects the pods comes before that of the mesh',
    'istio-system/selects: a selector in the root namespace selects nothing',
  ]);
});

test('scopes', async () => {
  const mesh = await makeMesh(
    [
      policy('istio-system', {}, 'a'),
      policy('shop', {}, 'b'),
      policy('shop', cart, 'c'),
      policy('istio-system', cart, 'd'),
    ]
      .map((d) => JSON.stringify(d))
      .join('\n---\n'),
  );
  expect(peerAuthentications(mesh).map((p) => p.scope)).toEqual(['mesh', 'namespace', 'workload', 'ignored']);
});
