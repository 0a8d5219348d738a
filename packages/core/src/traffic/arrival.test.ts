import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import {
  authorization,
  deployment,
  meshOf,
  namespace,
  type Part,
  peerAuthentication,
  service,
  workloadOf,
} from '../testing/mesh-parts.ts';
import { arrivalAt, type Connection, type GatewayHandling, gatewayAdmission } from './arrival.ts';
import type { TrafficRequest } from './request.ts';

interface Asked extends Partial<Pick<Connection, 'tls' | 'handledAs' | 'path' | 'authority'>> {
  readonly request?: Partial<TrafficRequest>;
  readonly port?: number;
  readonly config?: MeshConfigKeys;
  readonly nobody?: boolean;
}

const BASE = [
  namespace('shop'),
  namespace('front'),
  namespace('legacy', {}),
  deployment('shop', 'cart'),
  deployment('front', 'web', { serviceAccountName: 'web' }),
  service('shop', 'cart', [
    { name: 'http', port: 80, targetPort: 8080 },
    { name: 'tcp-db', port: 5432 },
    { name: 'https', port: 443, targetPort: 8443 },
    { port: 9000 },
  ]),
];

async function arrive(parts: readonly Part[], asked: Asked = {}) {
  const { request = {}, port = 8080, config, nobody, ...rest } = asked;
  const mesh = await meshOf([...BASE, ...parts], config);
  const caller = workloadOf(mesh, 'web');
  return arrivalAt(mesh, workloadOf(mesh, 'cart'), port, {
    caller: nobody ? undefined : caller,
    tls: 'istio',
    handledAs: 'http',
    request: {
      from: caller,
      gateway: false,
      host: 'cart.shop',
      port: 80,
      protocol: 'http',
      tls: false,
      sni: 'cart.shop',
      path: '/carts',
      method: 'GET',
      headers: new Map(),
      ...request,
    },
    path: '/carts',
    authority: 'cart.shop',
    headers: new Map(),
    ...rest,
  });
}

async function short(parts: readonly Part[], asked: Asked = {}) {
  const { arrives, allowed } = await arrive(parts, asked);
  return `${arrives} ${allowed}`;
}

const strict = peerAuthentication('shop', 'STRICT');
const disable = peerAuthentication('shop', 'DISABLE');
const bytes = { handledAs: 'tcp', request: { protocol: 'tcp' } } as const;
const ownTls = { handledAs: 'tcp', request: { protocol: 'tcp', tls: true } } as const;

describe('the connection', () => {
  test('mutual TLS of the mesh, unless it is switched off and the port wants HTTP', async () => {
    expect(await short([])).toBe('true true');
    expect(await short([strict])).toBe('true true');
    expect(await short([disable])).toBe('false undefined');
    expect(await short([disable], { port: 5432, ...bytes })).toBe('true true');
    expect(await short([disable], { port: 9000 })).toBe('true true');
  });

  test('plain text, unless mutual TLS is asked for', async () => {
    expect(await short([], { tls: 'none' })).toBe('true true');
    expect(await short([disable], { tls: 'none' })).toBe('true true');
    expect(await short([strict], { tls: 'none' })).toBe('false undefined');
    expect(await short([strict], { tls: 'none', port: 9999 })).toBe('false undefined');
  });

  test('TLS of a subset of its own breaks a port of HTTP, and STRICT everything', async () => {
    expect(await short([], { tls: 'simple' })).toBe('false undefined');
    expect(await short([], { tls: 'simple', port: 9000 })).toBe('true true');
    expect(await short([], { tls: 'simple', port: 5432, ...bytes })).toBe('true true');
    expect(await short([strict], { tls: 'simple', port: 9000 })).toBe('false undefined');
  });

  test('a client certificate of which nobody knows the CA', async () => {
    expect(await short([strict], { tls: 'mutual', port: 5432, ...bytes })).toBe('undefined unknown');
    expect(await short([], { tls: 'mutual' })).toBe('false undefined');
  });

  test('TLS of the application passes through plain TCP, in mutual TLS or without', async () => {
    expect(await short([], { port: 8443, ...ownTls })).toBe('true true');
    expect(await short([], { tls: 'none', port: 8443, ...ownTls })).toBe('true true');
    expect(await short([strict], { tls: 'none', port: 8443, ...ownTls })).toBe('false undefined');
    expect(await short([], ownTls)).toBe('false undefined');
  });

  test('bytes that are no HTTP break a port of HTTP, also in mutual TLS', async () => {
    const { arrives, steps } = await arrive([], bytes);
    expect(arrives).toBe(false);
    expect(steps.at(-1)?.text).toBe('the bytes are no HTTP, and port 8080 takes nothing else');
  });

  test('a mode for one port of the pods', async () => {
    const ports = peerAuthentication('shop', 'STRICT', 'cart', {
      portLevelMtls: { 8080: { mode: 'DISABLE' }, 80: { mode: 'PERMISSIVE' } },
    });
    expect(await short([ports], { tls: 'none' })).toBe('true true');
    expect(await short([ports], { tls: 'none', port: 5432, ...bytes })).toBe('false undefined');
    // No Service leads to port 80 of the pods, and the policy counts there all the same.
    expect(await short([ports], { tls: 'none', port: 80 })).toBe('true true');
  });

  test('the steps tell the sidecar, the mode, the protocol and what comes of it', async () => {
    const root = peerAuthentication('istio-system', 'DISABLE');
    const { steps } = await arrive([strict, root]);
    expect(steps.map((s) => s.text)).toEqual([
      'Deployment shop/cart has a sidecar: namespace shop has label istio-injection=enabled',
      'PeerAuthentication shop/default sets STRICT',
      'port 8080 is http by port 80 (http) of Service shop/cart',
      'mutual TLS ends here as HTTP; the caller is cluster.local/ns/front/sa/web',
      'no AuthorizationPolicy holds for Deployment shop/cart, so it is let in',
    ]);
    expect(steps[1]?.field?.value).toBe('STRICT');
    expect(steps[1]?.passedOver).toMatchObject([{ why: 'that of the namespace comes before that of the mesh' }]);
  });
});

describe('what does not go through a sidecar', () => {
  const bare = deployment('shop', 'cart', {}, { labels: { app: 'cart', 'sidecar.istio.io/inject': 'false' } });
  const parts = (annotations: Part) => [deployment('shop', 'cart', {}, { labels: { app: 'cart' }, annotations })];

  async function outside(workload: Part, asked: Asked = {}) {
    const { request = {}, port = 8080, config, ...rest } = asked;
    const all = BASE.filter((p) => (p.metadata as Part).name !== 'cart' || p.kind !== 'Deployment');
    const mesh = await meshOf(
      [...all, workload, strict, authorization('shop', 'd', { action: 'DENY', rules: [{}] })],
      config,
    );
    const caller = workloadOf(mesh, 'web');
    const made = {
      from: caller,
      gateway: false,
      host: 'x',
      port: 80,
      protocol: 'http',
      tls: false,
      sni: 'x',
      path: '/',
      method: 'GET',
      headers: new Map(),
    } as const;
    const connection: Connection = {
      caller,
      tls: 'none',
      handledAs: 'http',
      request: { ...made, ...request },
      path: '/',
      authority: 'x',
      headers: new Map(),
      ...rest,
    };
    const { arrives, allowed } = arrivalAt(mesh, workloadOf(mesh, 'cart'), port, connection);
    return `${arrives} ${allowed}`;
  }

  test('a pod without one takes plain text, and no policy counts', async () => {
    expect(await outside(bare)).toBe('true undefined');
    expect(await outside(bare, { tls: 'istio' })).toBe('false undefined');
  });

  test('it takes TLS where it is declared to end it', async () => {
    expect(await outside(bare, { tls: 'simple', port: 8443 })).toBe('true undefined');
    expect(await outside(bare, { tls: 'simple' })).toBe('false undefined');
    expect(await outside(bare, { tls: 'simple', port: 8443, ...ownTls })).toBe('false undefined');
    expect(await outside(bare, { tls: 'simple', port: 5432, ...bytes })).toBe('false undefined');
    expect(await outside(bare, { tls: 'simple', port: 5432, ...bytes, config: { closedWorld: false } })).toBe(
      'undefined unknown',
    );
  });

  test('a port that an annotation leaves out', async () => {
    const [left] = parts({ 'traffic.sidecar.istio.io/excludeInboundPorts': '8080' });
    expect(await outside(left as Part)).toBe('true undefined');
    expect(await outside(left as Part, { tls: 'istio' })).toBe('false undefined');
    expect(await outside(left as Part, { port: 9000 })).toBe('false undefined');
    const [later] = parts({ 'traffic.sidecar.istio.io/excludeInboundPorts': '${PORTS}' });
    expect(await outside(later as Part)).toBe('undefined unknown');
  });
});

describe('the request', () => {
  const only = (source: Part) => authorization('shop', 'only', { rules: [{ from: [{ source }] }] });
  const web = only({ principals: ['cluster.local/ns/front/sa/web'] });

  test('has the identity of its caller in mutual TLS alone', async () => {
    expect(await short([web])).toBe('true true');
    expect(await short([web], { tls: 'none' })).toBe('true false');
    expect(await short([web], { tls: 'simple', port: 9000 })).toBe('true false');
    // Mutual TLS that passes through shows nobody.
    expect(await short([web, disable], { port: 9000 })).toBe('true false');
    expect(await short([web], { nobody: true })).toBe('true unknown');
  });

  test('is seen as the route has rewritten it, and as the proxy has tidied it', async () => {
    const paths = (path: string) => authorization('shop', 'p', { rules: [{ to: [{ operation: { paths: [path] } }] }] });
    expect(await short([paths('/v2/carts')], { path: '/v2/carts?all' })).toBe('true true');
    expect(await short([paths('/admin')], { path: '/carts/../admin' })).toBe('true true');
    const hosts = authorization('shop', 'h', { rules: [{ to: [{ operation: { hosts: ['other.test'] } }] }] });
    expect(await short([hosts], { authority: 'other.test' })).toBe('true true');
    expect(await short([hosts])).toBe('true false');
  });

  test('is plain TCP where the caller took it for that, and the port is not declared', async () => {
    const paths = authorization('shop', 'p', { rules: [{ to: [{ operation: { paths: ['/carts'] } }] }] });
    expect(await short([paths], { port: 9000 })).toBe('true true');
    expect(await short([paths], { port: 9000, handledAs: 'tcp' })).toBe('true false');
    expect(await short([paths], { handledAs: 'tcp' })).toBe('true true');
  });

  test('shows the server name of its own TLS where the proxy looks for it', async () => {
    const sni = authorization('shop', 's', { rules: [{ when: [{ key: 'connection.sni', values: ['cart.shop'] }] }] });
    expect(await short([sni], { tls: 'none', port: 8443, ...ownTls })).toBe('true true');
    expect(await short([sni, disable], { tls: 'none', port: 8443, ...ownTls })).toBe('true false');
    expect(await short([sni], { tls: 'none' })).toBe('true false');
    expect(await short([sni])).toBe('true unknown');
  });

  test('with a token may be more than anybody can say', async () => {
    const token = only({ requestPrincipals: ['*'] });
    expect(await short([token])).toBe('true false');
    expect(
      (await arrive([token], { request: {}, ...{ headers: new Map([['authorization', 'Bearer x']]) } })).allowed,
    ).toBe('unknown');
  });
});

describe('in an open world', () => {
  const open = { config: { closedWorld: false } };

  test('what is the same in every mode is told, and else what would decide', async () => {
    const tcp = await arrive([], { port: 5432, ...bytes, ...open });
    expect(tcp.arrives).toBe(true);
    const http = await arrive([], open);
    expect(http.arrives).toBeUndefined();
    expect(http.needs).toContain(
      'the PeerAuthentications of namespaces shop and istio-system, or --closed-world where these are all',
    );
    expect(http.steps.at(-1)?.text).toBe(
      'with STRICT, PERMISSIVE it arrives, and policies decide; with DISABLE it does not arrive',
    );
    expect((await arrive([peerAuthentication('shop', 'PERMISSIVE')], open)).arrives).toBe(true);
  });

  test('a refusal by DENY is certain, to be let in is not', async () => {
    const deny = authorization('shop', 'd', { action: 'DENY', rules: [{}] });
    expect(await short([strict, deny], open)).toBe('true false');
    expect(await short([strict], open)).toBe('true unknown');
  });

  test('without the manifest of its namespace nobody knows whether there is a proxy', async () => {
    const without = BASE.filter((p) => p !== BASE[0]);
    const mesh = await meshOf([...without, strict], { closedWorld: false });
    const caller = workloadOf(mesh, 'web');
    const request: TrafficRequest = {
      from: caller,
      gateway: false,
      host: 'x',
      port: 80,
      protocol: 'http',
      tls: false,
      sni: 'x',
      path: '/',
      method: 'GET',
      headers: new Map(),
    };
    const connection: Connection = {
      caller,
      tls: 'none',
      handledAs: 'http',
      request,
      path: '/',
      authority: 'x',
      headers: new Map(),
    };
    const { arrives, needs, steps } = arrivalAt(mesh, workloadOf(mesh, 'cart'), 8080, connection);
    expect(arrives).toBeUndefined();
    expect(needs[0]).toMatch(/^whether Deployment shop\/cart is in the mesh/);
    expect(steps[0]?.text).toMatch(/^whether Deployment shop\/cart has a proxy is not known/);
  });
});

describe('gateways', () => {
  const GATE = [
    namespace('edge'),
    deployment('edge', 'gate', {}, { labels: { istio: 'ingressgateway', app: 'gate' } }),
    service('edge', 'gate', [
      { name: 'http2', port: 80, targetPort: 8080 },
      { name: 'https', port: 443, targetPort: 8443 },
      { name: 'mtls', port: 15443 },
    ]),
  ];
  const gateway = (...servers: Part[]): Part => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge', namespace: 'edge' },
    spec: { selector: { istio: 'ingressgateway' }, servers },
  });
  const server = (number: number, protocol: string, tls?: Part, host = '*'): Part => ({
    port: { number, name: `p${number}`, protocol },
    hosts: [host],
    ...(tls ? { tls } : {}),
  });

  async function admission(
    parts: readonly Part[],
    asked: Partial<TrafficRequest> = {},
    how?: GatewayHandling,
    port = 8080,
  ) {
    const mesh = await meshOf([...GATE, ...parts]);
    const gate = workloadOf(mesh, 'gate');
    const request: TrafficRequest = {
      from: gate,
      gateway: true,
      host: 'shop.example',
      port: 80,
      protocol: 'http',
      tls: false,
      sni: 'shop.example',
      path: '/',
      method: 'GET',
      headers: new Map(),
      ...asked,
    };
    return gatewayAdmission(mesh, gate, port, request, how);
  }

  test('a request from outside has no identity, and the port is that of the pods', async () => {
    const policy = (rule: unknown, space = 'istio-system') => authorization(space, 'p', { rules: [rule] });
    const ports = (p: string) => policy({ to: [{ operation: { ports: [p] } }] });
    const from = (source: Part) => policy({ from: [{ source }] });
    expect((await admission([])).allowed).toBe(true);
    expect((await admission([from({ principals: ['*'] })])).allowed).toBe(false);
    expect((await admission([from({ principals: ['*'] })], {}, { clientCertificate: true })).allowed).toBe('unknown');
    expect((await admission([ports('8080')])).allowed).toBe(true);
    const service = await admission([ports('80')]);
    expect([service.allowed, service.steps[0]?.passedOver?.[0]?.why]).toEqual([
      false,
      'ports names 80, the port of Service edge/gate, and the pods listen on 8080',
    ]);
    expect((await admission([from({ remoteIpBlocks: ['203.0.113.0/24'] })])).allowed).toBe('unknown');
  });

  test('a host has its port behind it unless that is the usual one', async () => {
    const hosts = (host: string) => authorization('edge', 'p', { rules: [{ to: [{ operation: { hosts: [host] } }] }] });
    expect((await admission([hosts('shop.example')])).allowed).toBe(true);
    expect((await admission([hosts('shop.example')], { port: 443, tls: true }, {}, 8443)).allowed).toBe(true);
    expect((await admission([hosts('shop.example')], { port: 8080 })).allowed).toBe(false);
    expect((await admission([hosts('shop.example:8080')], { port: 8080 })).allowed).toBe(true);
  });

  test('TLS that is passed on shows no HTTP', async () => {
    const paths = authorization('edge', 'p', { rules: [{ to: [{ operation: { paths: ['*'] } }] }] });
    expect((await admission([paths], { tls: true, port: 443 }, { handledAs: 'http' }, 8443)).allowed).toBe(true);
    expect((await admission([paths], { tls: true, port: 443 }, { handledAs: 'tcp' }, 8443)).allowed).toBe(false);
  });

  async function within(servers: readonly Part[], asked: Asked = {}, more: readonly Part[] = []) {
    const { request = {}, port = 8080, config, ...rest } = asked;
    const mesh = await meshOf(
      [...GATE, gateway(...servers), deployment('edge', 'web', { serviceAccountName: 'web' }), ...more],
      config,
    );
    const caller = workloadOf(mesh, 'web');
    const made = {
      from: caller,
      gateway: false,
      host: 'x',
      port: 80,
      protocol: 'http',
      tls: false,
      sni: 'x',
      path: '/',
      method: 'GET',
      headers: new Map(),
    } as const;
    const connection: Connection = {
      caller,
      tls: 'istio',
      handledAs: 'http',
      request: { ...made, ...request },
      path: '/',
      authority: 'x',
      headers: new Map(),
      ...rest,
    };
    const { arrives, allowed } = arrivalAt(mesh, workloadOf(mesh, 'gate'), port, connection);
    return `${arrives} ${allowed}`;
  }

  test('from inside the mesh the server of the port decides', async () => {
    expect(await within([server(80, 'HTTP')], { tls: 'none' })).toBe('true true');
    expect(await within([server(80, 'HTTP')])).toBe('false undefined');
    expect(await within([server(443, 'HTTPS', { mode: 'ISTIO_MUTUAL' })], { port: 8443 })).toBe('true true');
    expect(await within([server(443, 'HTTPS', { mode: 'ISTIO_MUTUAL' })], { port: 8443, tls: 'none' })).toBe(
      'false undefined',
    );
    expect(await within([server(443, 'HTTPS', { mode: 'SIMPLE', credentialName: 'c' })], { port: 8443 })).toBe(
      'false undefined',
    );
    expect(
      await within([server(443, 'HTTPS', { mode: 'SIMPLE', credentialName: 'c' })], { port: 8443, tls: 'simple' }),
    ).toBe('true true');
    expect(await within([server(443, 'TLS', { mode: 'PASSTHROUGH' })], { port: 8443, tls: 'none', ...ownTls })).toBe(
      'true true',
    );
    expect(await within([server(15443, 'TCP')], { port: 15443, ...bytes })).toBe('true true');
  });

  test('where mutual TLS of the mesh ends the caller is known', async () => {
    const web = authorization('edge', 'p', { rules: [{ from: [{ source: { principals: ['*/ns/edge/sa/web'] } }] }] });
    const mutual = server(443, 'HTTPS', { mode: 'ISTIO_MUTUAL' });
    expect(await within([mutual], { port: 8443 }, [web])).toBe('true true');
    expect(await within([server(80, 'HTTP')], { tls: 'none' }, [web])).toBe('true false');
  });

  test('a port that no Gateway opens', async () => {
    expect(await within([server(80, 'HTTP')], { port: 9999 })).toBe('false undefined');
    expect(await within([server(80, 'HTTP')], { port: 80 })).toBe('false undefined');
    expect(await within([server(80, 'HTTP')], { port: 9999, config: { closedWorld: false } })).toBe(
      'undefined unknown',
    );
  });

  test('servers of one port that differ leave it open, unless they have one host', async () => {
    const two = (host: string) => [
      server(443, 'HTTPS', { mode: 'ISTIO_MUTUAL' }, 'a.example'),
      server(443, 'TLS', { mode: 'PASSTHROUGH' }, host),
    ];
    expect(await within(two('b.example'), { port: 8443 })).toBe('undefined unknown');
    expect(await within(two('a.example'), { port: 8443 })).toBe('true true');
  });
});

test('whatever stands in the manifests, there is an answer', async () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const keys = [
    'action',
    'rules',
    'from',
    'source',
    'to',
    'operation',
    'when',
    'key',
    'values',
    'principals',
    'paths',
    'ports',
    '__proto__',
  ];
  const shaped = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'medium', maxDepth: 5 },
      fc.constantFrom<unknown>(
        null,
        '',
        '*',
        '${X}',
        'ALLOW',
        'DENY',
        7,
        -1,
        true,
        'source.principal',
        'request.headers[',
      ),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 4 }),
    ),
  })).node;
  await fc.assert(
    fc.asyncProperty(fc.oneof(json, shaped), fc.oneof(json, shaped), json, async (policy, peer, ingress) => {
      const parts = [
        authorization('shop', 'a', policy),
        authorization('istio-system', 'b', { rules: policy }),
        {
          apiVersion: 'security.istio.io/v1',
          kind: 'PeerAuthentication',
          metadata: { name: 'p', namespace: 'shop' },
          spec: peer,
        },
        {
          apiVersion: 'networking.istio.io/v1',
          kind: 'Sidecar',
          metadata: { name: 's', namespace: 'shop' },
          spec: { ingress },
        },
      ];
      const { arrives, steps } = await arrive(parts);
      expect([true, false, undefined]).toContain(arrives);
      expect(steps.every((s) => s.text !== '')).toBe(true);
    }),
    { numRuns: 150 },
  );
});
