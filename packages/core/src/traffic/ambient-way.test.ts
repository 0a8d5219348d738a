import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { World } from '../testing/trace-world.ts';

const AMBIENT = { 'istio.io/dataplane-mode': 'ambient' };
const namespace = (name: string, labels: object) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});
const pods = (name: string, labels: object = {}, space = 'shop') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: space },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, ...labels } },
      spec: { serviceAccountName: name, containers: [{ name: 'c', image: 'c:1', ports: [{ containerPort: 8080 }] }] },
    },
  },
});
const service = (labels: object = {}, port: object = { name: 'http', port: 80, targetPort: 8080 }) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'cart', namespace: 'shop', labels },
  spec: { selector: { app: 'cart' }, ports: [port] },
});
const waypoint = (labels: object = {}) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'wp', namespace: 'shop', labels },
  spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
});
const policy = (spec: object, kind = 'AuthorizationPolicy') => ({
  apiVersion: 'security.istio.io/v1',
  kind,
  metadata: { name: 'p', namespace: 'shop' },
  spec,
});
const FRONT = [{ source: { principals: ['cluster.local/ns/shop/sa/front'] } }];
const SELECTS = { selector: { matchLabels: { app: 'cart' } } };
const ATTACHED = { targetRefs: [{ group: '', kind: 'Service', name: 'cart' }] };
const USES = { 'istio.io/use-waypoint': 'wp' };

async function answer(
  parts: readonly object[],
  { method = 'GET', from = 'shop/front', config = {} as MeshConfigKeys, url = 'http://cart' } = {},
): Promise<string> {
  const world = await World.of(
    [
      namespace('shop', AMBIENT),
      namespace('legacy', {}),
      pods('cart'),
      pods('front'),
      pods('old', {}, 'legacy'),
      ...parts,
    ],
    config,
  );
  const { gatewayAllowed, outcome, destinations } = world.trace(
    from,
    from.startsWith('legacy') ? 'http://cart.shop' : url,
    { method },
  );
  const arrival = destinations[0]?.endpoints[0]?.arrival;
  return `${outcome} ${gatewayAllowed ?? '-'} ${arrival?.arrives} ${arrival?.allowed}`;
}

describe('from ztunnel to ztunnel', () => {
  test.each<[string, object[], string]>([
    ['no policy', [], 'forwarded - true true'],
    ['the caller is named', [policy({ ...SELECTS, rules: [{ from: FRONT }] })], 'forwarded - true true'],
    [
      'another caller is named',
      [policy({ ...SELECTS, rules: [{ from: [{ source: { principals: ['x'] } }] }] })],
      'forwarded - true false',
    ],
    [
      'an ALLOW rule of HTTP is left out',
      [policy({ ...SELECTS, rules: [{ from: FRONT, to: [{ operation: { methods: ['GET'] } }] }] })],
      'forwarded - true false',
    ],
    [
      'a DENY rule of which nothing is left of a clause',
      [policy({ ...SELECTS, action: 'DENY', rules: [{ from: FRONT, to: [{ operation: { methods: ['GET'] } }] }] })],
      'forwarded - true true',
    ],
    [
      'a DENY rule that keeps its ports denies more',
      [
        policy({
          ...SELECTS,
          action: 'DENY',
          rules: [{ to: [{ operation: { methods: ['POST'], ports: ['8080'] } }] }],
        }),
      ],
      'forwarded - true false',
    ],
    [
      'CUSTOM is not asked',
      [policy({ ...SELECTS, action: 'CUSTOM', provider: { name: 'x' }, rules: [{}] })],
      'forwarded - true true',
    ],
    ['a policy with targets is not read', [policy({ ...ATTACHED, rules: [] })], 'forwarded - true true'],
    ['STRICT is met by HBONE', [policy({ mtls: { mode: 'STRICT' } }, 'PeerAuthentication')], 'forwarded - true true'],
  ])('%s', async (_, parts, expected) => {
    expect(await answer([service(), ...parts])).toBe(expected);
  });

  test('plain text is let in by PERMISSIVE, and by DISABLE, which counts as that', async () => {
    const from = 'legacy/old';
    expect(await answer([service()], { from })).toBe('forwarded - true true');
    expect(await answer([service(), policy({ mtls: { mode: 'DISABLE' } }, 'PeerAuthentication')], { from })).toBe(
      'forwarded - true true',
    );
    expect(await answer([service(), policy({ mtls: { mode: 'STRICT' } }, 'PeerAuthentication')], { from })).toBe(
      'forwarded - false undefined',
    );
    expect(await answer([service(), policy({ ...SELECTS, rules: [{ from: FRONT }] })], { from })).toBe(
      'forwarded - true false',
    );
  });
});

describe('through a waypoint', () => {
  const both = (more: object[]) => [service(USES), waypoint(), ...more];

  test('its policies see the request', async () => {
    const parts = both([policy({ ...ATTACHED, rules: [{ from: FRONT, to: [{ operation: { methods: ['GET'] } }] }] })]);
    expect(await answer(parts)).toBe('forwarded true true true');
    expect(await answer(parts, { method: 'POST' })).toBe('forwarded false true true');
  });

  test('ztunnel sees the waypoint as the caller', async () => {
    expect(await answer(both([policy({ ...SELECTS, rules: [{ from: FRONT }] })]))).toBe('forwarded true true false');
    const allowsIt = [{ source: { principals: ['cluster.local/ns/shop/sa/wp'] } }];
    expect(await answer(both([policy({ ...SELECTS, rules: [{ from: allowsIt }] })]))).toBe('forwarded true true true');
  });

  test('policies for the Gateway of the waypoint hold, too', async () => {
    const gateway = { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'wp' }] };
    expect(await answer(both([policy({ ...gateway, action: 'DENY', rules: [{}] })]))).toBe('forwarded false true true');
  });

  test('a port that is no HTTP is seen as a connection', async () => {
    const parts = [
      service(USES, { name: 'tcp', port: 80, targetPort: 8080 }),
      waypoint(),
      policy({ ...ATTACHED, rules: [{ from: FRONT, to: [{ operation: { methods: ['GET'] } }] }] }),
    ];
    expect(await answer(parts)).toBe('forwarded false true true');
    expect(await answer([service(USES), waypoint()], { url: 'tcp://cart:80' })).toBe(
      'protocol-error - undefined undefined',
    );
  });

  test('it follows routes, and ztunnel does not', async () => {
    const route = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'cart', namespace: 'shop' },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'cart' }],
        rules: [
          {
            filters: [
              {
                type: 'RequestRedirect',
                requestRedirect: { path: { type: 'ReplaceFullPath', replaceFullPath: '/x' } },
              },
            ],
          },
        ],
      },
    };
    expect(await answer(both([route]))).toBe('redirect true undefined undefined');
    expect(await answer([service(), route])).toBe('forwarded - true true');
  });

  test.each<[string, object[], MeshConfigKeys, string]>([
    [
      'none is refused by label',
      [service({ 'istio.io/use-waypoint': 'none' }), waypoint()],
      {},
      'forwarded - true true',
    ],
    [
      'one that takes no Services',
      [service(USES), waypoint({ 'istio.io/waypoint-for': 'workload' })],
      {},
      'forwarded - true true',
    ],
    ['one that is not there', [service(USES)], {}, 'forwarded - true true'],
    ['one that was not read', [service(USES)], { closedWorld: false }, 'unknown - undefined undefined'],
  ])('%s', async (_, parts, config, expected) => {
    expect(await answer(parts, { config })).toBe(expected);
  });
});

describe('beside Services and ambient pods', () => {
  const entry = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: 'out', namespace: 'shop', labels: USES },
    spec: { hosts: ['api.example.com'], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }], resolution: 'DNS' },
  };
  const target = { targetRefs: [{ group: 'networking.istio.io', kind: 'ServiceEntry', name: 'out' }] };
  const paths = policy({ ...target, rules: [{ to: [{ operation: { paths: ['/ok'] } }] }] });

  test('a host of a ServiceEntry goes through its waypoint', async () => {
    expect(await answer([entry, waypoint(), paths], { url: 'http://api.example.com/ok' })).toMatch(/^forwarded true /);
    expect(await answer([entry, waypoint(), paths], { url: 'http://api.example.com/no' })).toMatch(/^forwarded false /);
  });

  test('what a sidecar speaks to an ambient pod depends on a setting of its own', async () => {
    const world = await World.of([
      namespace('shop', AMBIENT),
      namespace('cars', { 'istio-injection': 'enabled' }),
      pods('cart'),
      pods('side', {}, 'cars'),
      service(),
      policy({ ...SELECTS, rules: [{ from: [{ source: { namespaces: ['cars'] } }] }] }),
    ]);
    const { destinations, needs } = world.trace('cars/side', 'http://cart.shop');
    const [endpoint] = destinations[0]?.endpoints ?? [];
    expect([endpoint?.tls, endpoint?.arrival.arrives, endpoint?.arrival.allowed]).toEqual([undefined, true, 'unknown']);
    expect(needs.join()).toContain('HBONE');
  });
});
