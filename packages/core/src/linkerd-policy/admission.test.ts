import { describe, expect, test } from 'vitest';
import { World } from '../testing/trace-world.ts';

const INJECT = { 'linkerd.io/inject': 'enabled' };
const namespace = (name: string, annotations: object) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, annotations },
});
const pods = (name: string, annotations: object = {}, space = 'web') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: space },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name }, annotations },
      spec: {
        serviceAccountName: name,
        containers: [{ name: 'c', image: 'c:1', ports: [{ name: 'http', containerPort: 8080 }] }],
      },
    },
  },
});
const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'pages', namespace: 'web' },
  spec: { selector: { app: 'pages' }, ports: [{ port: 80, targetPort: 8080 }] },
};
const policy = (kind: string, name: string, spec: object, version = 'v1alpha1') => ({
  apiVersion: `policy.linkerd.io/${version}`,
  kind,
  metadata: { name, namespace: 'web' },
  spec,
});
const server = (more: object = {}) =>
  policy('Server', 'pages', { podSelector: { matchLabels: { app: 'pages' } }, port: 'http', ...more }, 'v1beta3');
const allows = (target: object, ...refs: object[]) =>
  policy('AuthorizationPolicy', 'a', {
    targetRef: { group: 'policy.linkerd.io', ...target },
    requiredAuthenticationRefs: refs,
  });
const PAGES = { kind: 'Server', name: 'pages' };
const tls = (...identities: string[]) => policy('MeshTLSAuthentication', 'who', { identities });
const WHO = { group: 'policy.linkerd.io', kind: 'MeshTLSAuthentication', name: 'who' };

async function allowed(
  parts: readonly object[],
  from = 'web/front',
  path = '/',
  annotations: object = {},
): Promise<string> {
  const world = await World.of([
    namespace('web', INJECT),
    namespace('old', {}),
    SERVICE,
    pods('pages', annotations),
    pods('front'),
    pods('cron', {}, 'old'),
    ...parts,
  ]);
  const { destinations } = world.trace(from, `http://pages.web${path}`);
  const endpoint = destinations[0]?.endpoints[0];
  return `${endpoint?.tls} ${endpoint?.arrival.allowed}`;
}

describe('what Linkerd makes of a call', () => {
  test.each<[string, object[], string, string]>([
    ['no Server: the default of the chart', [], 'web/front', 'istio true'],
    ['a caller without a proxy', [], 'old/cron', 'none true'],
    ['a Server alone', [server()], 'web/front', 'istio false'],
    ['an accessPolicy', [server({ accessPolicy: 'all-authenticated' })], 'web/front', 'istio true'],
    ['an accessPolicy, and no identity', [server({ accessPolicy: 'all-authenticated' })], 'old/cron', 'none false'],
    ['audit lets everybody in', [server({ accessPolicy: 'audit' })], 'old/cron', 'none true'],
    [
      'the account by reference',
      [server(), allows(PAGES, { kind: 'ServiceAccount', name: 'front' })],
      'web/front',
      'istio true',
    ],
    [
      'another account',
      [server(), allows(PAGES, { kind: 'ServiceAccount', name: 'other' })],
      'web/front',
      'istio false',
    ],
    [
      'the identity',
      [server(), tls('front.web.serviceaccount.identity.linkerd.cluster.local'), allows(PAGES, WHO)],
      'web/front',
      'istio true',
    ],
    [
      'all of a namespace',
      [server(), tls('*.web.serviceaccount.identity.linkerd.cluster.local'), allows(PAGES, WHO)],
      'web/front',
      'istio true',
    ],
    [
      'a star that is no first label',
      [server(), tls('*b.serviceaccount.identity.linkerd.cluster.local'), allows(PAGES, WHO)],
      'web/front',
      'istio false',
    ],
    ['everybody with an identity', [server(), tls('*'), allows(PAGES, WHO)], 'old/cron', 'none false'],
    ['an authentication that is not there', [server(), allows(PAGES, WHO)], 'web/front', 'istio false'],
    ['no condition', [server(), allows(PAGES)], 'old/cron', 'none true'],
    [
      'the policy of the namespace',
      [
        server(),
        policy('AuthorizationPolicy', 'b', {
          targetRef: { kind: 'Namespace', name: 'web' },
          requiredAuthenticationRefs: [],
        }),
      ],
      'web/front',
      'istio true',
    ],
    [
      'addresses that no file tells',
      [
        server(),
        policy('NetworkAuthentication', 'net', { networks: [{ cidr: '10.0.0.0/8' }] }),
        allows(PAGES, { group: 'policy.linkerd.io', kind: 'NetworkAuthentication', name: 'net' }),
      ],
      'web/front',
      'istio unknown',
    ],
    [
      'a ServerAuthorization',
      [
        server(),
        policy(
          'ServerAuthorization',
          's',
          { server: { name: 'pages' }, client: { meshTLS: { serviceAccounts: [{ name: 'front' }] } } },
          'v1beta1',
        ),
      ],
      'web/front',
      'istio true',
    ],
    [
      'one that asks for nothing',
      [
        server(),
        policy('ServerAuthorization', 's', { server: { name: 'pages' }, client: { unauthenticated: true } }, 'v1beta1'),
      ],
      'old/cron',
      'none true',
    ],
  ])('%s', async (_, parts, from, expected) => {
    expect(await allowed(parts, from)).toBe(expected);
  });

  test('routes before a Server: the one that takes the request decides, and none is 404', async () => {
    const route = policy(
      'HTTPRoute',
      'get',
      {
        parentRefs: [{ group: 'policy.linkerd.io', ...PAGES }],
        rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/pages' } }] }],
      },
      'v1beta3',
    );
    const parts = [server(), route, allows({ kind: 'HTTPRoute', name: 'get' })];
    expect(await allowed(parts, 'web/front', '/pages/1')).toBe('istio true');
    expect(await allowed(parts, 'web/front', '/other')).toBe('istio false');
  });

  test('the annotation changes the default, and a port may go past the proxy', async () => {
    const deny = { 'config.linkerd.io/default-inbound-policy': 'deny' };
    expect(await allowed([], 'web/front', '/', deny)).toBe('istio false');
    expect(await allowed([server()], 'web/front', '/', { 'config.linkerd.io/skip-inbound-ports': '8080' })).toBe(
      'istio true',
    );
  });
});
