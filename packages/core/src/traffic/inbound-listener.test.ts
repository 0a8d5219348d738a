import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { deployment, meshOf, namespace, type Part, service, workloadOf } from '../testing/mesh-parts.ts';
import { inboundListenerOf } from './inbound-listener.ts';

async function listener(parts: readonly Part[], port: number, config: MeshConfigKeys = {}) {
  const mesh = await meshOf([namespace('shop'), ...parts], config);
  return inboundListenerOf(mesh, workloadOf(mesh, 'web'), port);
}

const web = deployment('shop', 'web');
const ports = (...list: Part[]) => service('shop', 'web', list);

describe('what the sidecar takes a port for', () => {
  test('the Service that leads to it says it', async () => {
    const parts = [web, ports({ name: 'http', port: 80, targetPort: 8080 }, { name: 'tcp-x', port: 90 })];
    const http = await listener(parts, 8080);
    expect(http.possible).toEqual(['http']);
    expect(http.text).toBe('port 8080 is http by port 80 (http) of Service shop/web');
    expect(http.field?.value).toBe('http');
    expect((await listener(parts, 90)).possible).toEqual(['tcp']);
  });

  test('a port that no Service names is looked at byte by byte, also the one of the Service itself', async () => {
    const parts = [web, ports({ name: 'http', port: 80, targetPort: 8080 })];
    expect((await listener(parts, 80)).possible).toEqual(['auto']);
    expect((await listener(parts, 9999)).text).toContain('no Service that was read leads to port 9999');
  });

  test('in an open world another Service may lead to it', async () => {
    const { possible, needs } = await listener([web], 8080, { closedWorld: false });
    expect([possible, needs]).toEqual([['http', 'tcp', 'auto'], 'the Services that select Deployment shop/web']);
  });

  test('a name of a target is looked up in the containers', async () => {
    const named = deployment('shop', 'web', {
      containers: [{ name: 'web', image: 'web', ports: [{ name: 'ui', containerPort: 3000 }] }],
    });
    expect((await listener([named, ports({ name: 'grpc', port: 80, targetPort: 'ui' })], 3000)).possible).toEqual([
      'http',
    ]);
  });

  test('appProtocol, an undeclared port, and UDP, which counts as plain TCP', async () => {
    expect((await listener([web, ports({ port: 80, appProtocol: 'redis' })], 80)).possible).toEqual(['tcp']);
    expect((await listener([web, ports({ port: 80 })], 80)).possible).toEqual(['auto']);
    expect((await listener([web, ports({ port: 80, protocol: 'UDP' })], 80)).possible).toEqual(['tcp']);
    expect((await listener([web, ports({ port: 80, name: 'https' })], 80)).possible).toEqual(['tcp']);
  });

  test('of the ports of one Service the first in its list', async () => {
    const both = ports({ name: 'tcp', port: 90, targetPort: 8080 }, { name: 'http', port: 80, targetPort: 8080 });
    const { possible, passedOver } = await listener([web, both], 8080);
    expect(possible).toEqual(['tcp']);
    expect(passedOver.map((p) => p.why)).toEqual(['its port 80 (http) comes later in the list']);
  });

  test('of several Services the oldest, or nobody knows', async () => {
    const http = (more: Part) => service('shop', 'a', [{ name: 'http', port: 80 }], { app: 'web', ...more });
    const tcp = (more: Part) => service('shop', 'b', [{ name: 'tcp', port: 80 }], { app: 'web', ...more });
    const [old, young] = [{ creationTimestamp: '2024-01-01T00:00:00Z' }, { creationTimestamp: '2025-01-01T00:00:00Z' }];
    expect((await listener([web, http(young), tcp(old)], 80)).possible).toEqual(['tcp']);
    expect((await listener([web, tcp({}), http({})], 80)).possible).toEqual(['http']);
    const open = await listener([web, tcp({}), http({})], 80, { closedWorld: false });
    expect(open.possible).toEqual(['http', 'tcp']);
    expect(open.passedOver[0]?.why).toMatch(/^whether it is older than Service shop\/. is not known$/);
  });

  test('a name that begins with another is older by its host, in which a dot follows', async () => {
    const short = service('shop', 'web', [{ name: 'http', port: 80 }]);
    const long = service('shop', 'web-tcp', [{ name: 'tcp', port: 80 }], { app: 'web' });
    expect((await listener([web, short, long], 80)).possible).toEqual(['tcp']);
  });

  test('a ServiceEntry that selects the pods counts as a Service does', async () => {
    const entry = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        hosts: ['web.corp'],
        workloadSelector: { labels: { app: 'web' } },
        ports: [{ number: 443, targetPort: 8080, name: 'x', protocol: 'TCP' }],
      },
    };
    const { possible, servicePorts } = await listener([web, entry], 8080);
    expect([possible, [...servicePorts]]).toEqual([['tcp'], [[443, 'ServiceEntry shop/web']]]);
  });

  test('what is filled in later may be anything', async () => {
    expect((await listener([web, ports({ name: '${NAME}', port: 80 })], 80)).possible).toEqual(['http', 'tcp', 'auto']);
    expect((await listener([web, ports({ name: 'http', port: 80, targetPort: '${PORT}' })], 8080)).possible).toEqual([
      'http',
      'tcp',
      'auto',
    ]);
  });
});

describe('the ingress of a Sidecar', () => {
  const sidecar = (...ingress: Part[]): Part => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { workloadSelector: { labels: { app: 'web' } }, ingress },
  });
  const http = ports({ name: 'http', port: 80, targetPort: 8080 }, { name: 'http-b', port: 81, targetPort: 8081 });

  test('says it for the ports that it names, and the Services for none', async () => {
    const tcp = sidecar({ port: { number: 8080, protocol: 'TCP', name: 'x' }, defaultEndpoint: '127.0.0.1:9000' });
    const named = await listener([web, http, tcp], 8080);
    expect(named.possible).toEqual(['tcp']);
    expect(named.text).toBe('port 8080 is plain tcp by the ingress of Sidecar shop/web, and goes to 127.0.0.1:9000');
    expect((await listener([web, http, tcp], 8081)).possible).toEqual(['auto']);
  });

  test('without items it changes nothing', async () => {
    expect((await listener([web, http, sidecar()], 8080)).possible).toEqual(['http']);
  });

  test('a protocol that is missing is found out, one that is filled in later is not known', async () => {
    expect((await listener([web, sidecar({ port: { number: 8080 } })], 8080)).possible).toEqual(['auto']);
    expect((await listener([web, sidecar({ port: { number: 8080, protocol: '${P}' } })], 8080)).needs).toBe(
      'the protocol of port 8080 in Sidecar shop/web',
    );
  });
});

test('hundreds of ports that lead to one are not weighed', async () => {
  const many = Array.from({ length: 500 }, (_, i) => ({ name: `http-${i}`, port: 1000 + i, targetPort: 8080 }));
  expect((await listener([web, ports(...many)], 8080)).possible).toEqual(['http', 'tcp', 'auto']);
});

test('Service ports with another number are known by their Service', async () => {
  const parts = [web, ports({ name: 'http', port: 80, targetPort: 8080 }, { name: 'same', port: 8080 })];
  expect([...(await listener(parts, 8080)).servicePorts]).toEqual([[80, 'Service shop/web']]);
});

test('whether the application itself speaks TLS', async () => {
  const declared = async (config: MeshConfigKeys, ...list: Part[]) =>
    (await listener([web, ports(...list)], 8080, config)).declaredTls;
  expect(await declared({}, { name: 'https', port: 443, targetPort: 8080 })).toBe('yes');
  expect(await declared({}, { name: 'http', port: 80, targetPort: 8080 })).toBe('no');
  expect(await declared({}, { name: 'tcp', port: 80, targetPort: 8080 })).toBe('no');
  const open = { closedWorld: false };
  expect(await declared(open, { name: 'tcp', port: 80, targetPort: 8080 })).toBe('unknown');
  expect(await declared(open, { name: 'http', port: 80, targetPort: 8080 })).toBe('no');
  expect(
    await declared({}, { name: 'tls', port: 1, targetPort: 8080 }, { name: 'http', port: 2, targetPort: 8080 }),
  ).toBe('unknown');
});
