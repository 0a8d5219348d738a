import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MeshSettings, meshSettings } from '../installation/settings.ts';
import { parseVersion } from '../installation/version.ts';
import {
  appProtocolSince,
  classOf,
  knownTokens,
  type PortFacts,
  type Protocol,
  type ProtocolSource,
  portProtocol,
  protocolOfText,
  readsAppProtocol,
  tokenOf,
  tokenReleases,
} from './protocol.ts';

const RELEASES = ['1.0', '1.2', '1.3', '1.5', '1.6', '1.13', '1.14', '1.18', '1.19', '1.23', '1.24'] as const;

function settings(istio: string, kubernetes = '1.36'): MeshSettings {
  return meshSettings({
    istioVersion: parseVersion(istio) ?? [0, 0],
    kubernetesVersion: parseVersion(kubernetes) ?? [0, 0],
  });
}

function port(facts: Partial<PortFacts>): PortFacts {
  return { number: 8080, name: undefined, protocol: 'TCP', appProtocol: undefined, ...facts };
}

/** What a port is taken for: one protocol for all releases, or the release from which on each holds. */
type Steps = Protocol | Readonly<Record<string, Protocol>>;

function at(steps: Steps, release: string): Protocol {
  if (typeof steps === 'string') return steps;
  const minor = (text: string) => Number(text.split('.')[1]);
  const last = Object.keys(steps)
    .sort((a, b) => minor(a) - minor(b))
    .filter((since) => minor(since) <= minor(release))
    .at(-1);
  if (last === undefined) throw new Error(`the row says nothing of ${release}`);
  return steps[last] as Protocol;
}

/** The whole row: every release of the table with the protocol the port had there. */
function expectRow(facts: Partial<PortFacts>, steps: Steps, kubernetes?: string): void {
  const got = RELEASES.map((r) => `${r} ${portProtocol(settings(r, kubernetes), port(facts)).protocol}`);
  expect(got).toEqual(RELEASES.map((r) => `${r} ${at(steps, r)}`));
}

const GUESSED: Steps = { '1.0': 'TCP', '1.3': 'auto' };

describe('the port name', () => {
  const rows: [name: string, steps: Steps][] = [
    ['tcp', 'TCP'],
    ['grpc', 'GRPC'],
    ['http', 'HTTP'],
    ['http2', 'HTTP2'],
    ['https', 'HTTPS'],
    ['tls', 'TLS'],
    ['mongo', 'Mongo'],
    ['redis', 'Redis'],
    ['mysql', { '1.0': 'TCP', '1.2': 'MySQL' }],
    // 1.0 stops at the first `-`, behind `grpc`.
    ['grpc-web', { '1.0': 'GRPC', '1.2': 'GRPC-Web' }],
    ['grpc-web-x', { '1.0': 'GRPC', '1.2': 'GRPC-Web' }],
    ['grpc-webfoo', { '1.0': 'GRPC', '1.2': 'GRPC-Web' }],
    ['grpc-website', { '1.0': 'GRPC', '1.2': 'GRPC-Web' }],
    ['grpc-we', 'GRPC'],
    ['thrift', { '1.0': 'TCP', '1.3': 'auto', '1.6': 'Thrift', '1.14': 'auto' }],
    ['thrift-rpc', { '1.0': 'TCP', '1.3': 'auto', '1.6': 'Thrift', '1.14': 'auto' }],
    ['http_proxy', { '1.0': 'TCP', '1.3': 'auto', '1.5': 'HTTP_PROXY' }],
    // On a TCP port: TCP until 1.2; since then the proxy makes nothing of it.
    ['udp', { '1.0': 'TCP', '1.3': 'UDP' }],
    ['udp-dns', { '1.0': 'TCP', '1.3': 'UDP' }],
    ['http-web', 'HTTP'],
    ['http2-foo', 'HTTP2'],
    ['https-443', 'HTTPS'],
    ['tcp-udp', 'TCP'],
    ['mongo-db', 'Mongo'],
    ['redis-6379', 'Redis'],
    ['http-', 'HTTP'],
    ['HTTP-web', 'HTTP'],
    ['http2foo', GUESSED],
    ['grpcweb', GUESSED],
    ['mongodb', GUESSED],
    ['postgres', GUESSED],
    ['web', GUESSED],
    ['web-http', GUESSED],
    ['-http', GUESSED],
    ['http_api', GUESSED],
    ['http.api', GUESSED],
    ['httpapi', GUESSED],
    ['hbone', GUESSED],
    ['__proto__', GUESSED],
    ['constructor-x', GUESSED],
  ];
  test.each(rows)('%s', (name, steps) => expectRow({ name }, steps));

  test('no name', () => expectRow({}, GUESSED));
});

describe('the well-known ports', () => {
  test.each([25, 53, 3306, 27017])('%i is TCP when nothing is said, in every release', (number) => {
    expectRow({ number }, 'TCP');
    expectRow({ number, name: 'db' }, 'TCP');
  });

  test('a name that is read wins over the number', () => {
    expectRow({ number: 3306, name: 'http' }, 'HTTP');
    expectRow({ number: 27017, name: 'mongodb' }, 'TCP');
  });

  test('6379, 5432 and 13306 are none of them', () => {
    for (const number of [6379, 5432, 13306]) expectRow({ number }, GUESSED);
  });

  test('an appProtocol that is not understood leaves them TCP, whatever the name', () => {
    for (const appProtocol of ['', 'mariadb'])
      expectRow({ number: 3306, name: 'http', appProtocol }, { '1.0': 'HTTP', '1.6': 'TCP' });
  });
});

describe('the L4 protocol', () => {
  test('UDP wins over every name and appProtocol', () => {
    expectRow({ protocol: 'UDP', name: 'http', appProtocol: 'grpc' }, 'UDP');
    expectRow({ protocol: 'UDP' }, 'UDP');
  });

  test('SCTP is TCP until 1.2, whatever its name, then read like TCP', () => {
    expectRow({ protocol: 'SCTP', name: 'http' }, { '1.0': 'TCP', '1.3': 'HTTP' });
    expectRow({ protocol: 'SCTP' }, GUESSED);
  });
});

describe('appProtocol', () => {
  const rows: [appProtocol: string, name: string | undefined, steps: Steps][] = [
    ['http', undefined, { '1.0': 'TCP', '1.3': 'auto', '1.6': 'HTTP' }],
    ['tcp', 'http', { '1.0': 'HTTP', '1.6': 'TCP' }],
    ['grpc', 'http', { '1.0': 'HTTP', '1.6': 'GRPC' }],
    // No fall back to the name.
    ['', 'http', { '1.0': 'HTTP', '1.6': 'auto' }],
    ['mycompany.com/x', 'http', { '1.0': 'HTTP', '1.6': 'auto' }],
    ['HTTP', undefined, { '1.0': 'TCP', '1.3': 'auto', '1.6': 'HTTP' }],
    ['Https', undefined, { '1.0': 'TCP', '1.3': 'auto', '1.6': 'HTTPS' }],
    ['http-foo', undefined, { '1.0': 'TCP', '1.3': 'auto', '1.6': 'HTTP' }],
    ['http_proxy', undefined, { '1.0': 'TCP', '1.3': 'auto', '1.6': 'HTTP_PROXY' }],
    ['grpc-web', undefined, { '1.0': 'TCP', '1.3': 'auto', '1.6': 'GRPC-Web' }],
    ['thrift', undefined, { '1.0': 'TCP', '1.3': 'auto', '1.6': 'Thrift', '1.14': 'auto' }],
    ['udp', undefined, { '1.0': 'TCP', '1.3': 'auto', '1.6': 'UDP' }],
    ['kubernetes.io/h2c', 'tcp', { '1.0': 'TCP', '1.6': 'auto', '1.19': 'HTTP2' }],
    ['kubernetes.io/ws', 'tcp', { '1.0': 'TCP', '1.6': 'auto', '1.24': 'HTTP' }],
    ['kubernetes.io/wss', 'http', { '1.0': 'HTTP', '1.6': 'auto', '1.24': 'HTTPS' }],
    // Exact and case-sensitive; no other word of that prefix is known.
    ['kubernetes.io/H2C', 'tcp', { '1.0': 'TCP', '1.6': 'auto' }],
    ['kubernetes.io/h2c-x', 'tcp', { '1.0': 'TCP', '1.6': 'auto' }],
    ['kubernetes.io/grpc', 'tcp', { '1.0': 'TCP', '1.6': 'auto' }],
    ['linkerd.io/opaque', 'tcp', { '1.0': 'TCP', '1.6': 'auto' }],
    ['__proto__', 'tcp', { '1.0': 'TCP', '1.6': 'auto' }],
  ];
  test.each(rows)('%j beside name %j', (appProtocol, name, steps) => expectRow({ appProtocol, name }, steps));

  test('a name of that kind is no exact value', () => expectRow({ name: 'kubernetes.io/h2c' }, GUESSED));

  test.each(['1.12', '1.16', '1.18'])(
    'Kubernetes %s does not keep it, so the name decides with every Istio',
    (kubernetes) => {
      expectRow({ name: 'http', appProtocol: 'tcp' }, 'HTTP', kubernetes);
      expectRow({ name: 'http', appProtocol: '' }, 'HTTP', kubernetes);
      expectRow({ appProtocol: 'kubernetes.io/h2c' }, GUESSED, kubernetes);
    },
  );

  test.each(['1.19', '1.20', '1.36'])('Kubernetes %s keeps it', (kubernetes) => {
    expectRow({ name: 'http', appProtocol: 'tcp' }, { '1.0': 'HTTP', '1.6': 'TCP' }, kubernetes);
  });

  test('it needs both: Istio 1.6 and Kubernetes 1.19', () => {
    const reads = (istio: string, kubernetes: string) => readsAppProtocol(settings(istio, kubernetes));
    expect([reads('1.5', '1.19'), reads('1.6', '1.18'), reads('1.6', '1.19'), reads('1.30', '1.16')]).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });
});

describe('where the protocol was read', () => {
  const rows: [facts: Partial<PortFacts>, istio: string, source: ProtocolSource, text: string | undefined][] = [
    [{ name: 'http-web' }, '1.30', 'name', 'http-web'],
    [{ name: 'http', appProtocol: 'grpc' }, '1.30', 'appProtocol', 'grpc'],
    [{ name: 'http', appProtocol: 'grpc' }, '1.5', 'name', 'http'],
    [{ appProtocol: 'kubernetes.io/h2c' }, '1.30', 'appProtocol', 'kubernetes.io/h2c'],
    [{ number: 3306 }, '1.30', 'wellKnownPort', undefined],
    [{ number: 3306, name: 'db' }, '1.30', 'wellKnownPort', 'db'],
    [{ number: 3306 }, '1.2', 'none', undefined],
    [{ name: 'web' }, '1.30', 'none', 'web'],
    [{ name: 'http', appProtocol: '' }, '1.30', 'none', ''],
    [{ protocol: 'UDP', name: 'http' }, '1.30', 'protocol', undefined],
    [{ protocol: 'SCTP', name: 'http' }, '1.2', 'protocol', undefined],
    [{ number: undefined }, '1.30', 'none', undefined],
  ];
  test.each(rows)('%j with Istio %s', (facts, istio, source, text) => {
    const read = portProtocol(settings(istio), port(facts));
    expect([read.source, read.text]).toEqual([source, text]);
  });
});

describe('the words by release', () => {
  const old = ['grpc', 'http', 'http2', 'https', 'mongo', 'redis', 'tcp', 'tls', 'udp'];
  const current = [
    'grpc',
    'grpc-web',
    'http',
    'http2',
    'http_proxy',
    'https',
    'mongo',
    'mysql',
    'redis',
    'tcp',
    'tls',
    'udp',
  ];
  test.each([
    ['1.0', old],
    ['1.1', [...old, 'grpc-web', 'mysql']],
    ['1.4', [...old, 'grpc-web', 'mysql']],
    ['1.5', current],
    ['1.6', [...current, 'thrift']],
    ['1.13', [...current, 'thrift']],
    ['1.14', current],
    ['1.31', current],
  ])('Istio %s', (istio, words) => expect(knownTokens(settings(istio))).toEqual([...words].sort()));

  test('what is said of single words', () => {
    expect(tokenReleases('thrift')).toMatchObject({ since: '1.6', until: '1.13' });
    expect(tokenReleases('constructor')).toBeUndefined();
    expect(appProtocolSince('kubernetes.io/wss')).toBe('1.24');
    expect(appProtocolSince('toString')).toBeUndefined();
    expect(tokenOf('GRPC-WEBfoo')).toBe('grpc-web');
    expect(tokenOf('Http-x-y')).toBe('http');
  });

  test('classes', () => {
    const protocols: Protocol[] = [
      'HTTP',
      'HTTP2',
      'HTTP_PROXY',
      'GRPC',
      'GRPC-Web',
      'TCP',
      'HTTPS',
      'TLS',
      'Mongo',
      'Redis',
      'MySQL',
      'Thrift',
      'UDP',
      'auto',
    ];
    expect(protocols.map(classOf)).toEqual([...Array(5).fill('http'), ...Array(7).fill('tcp'), 'udp', 'auto']);
  });
});

describe('laws', () => {
  const release = fc.integer({ min: 0, max: 31 }).map((minor) => settings(`1.${minor}`));
  const anyText = fc.option(
    fc.oneof(fc.string(), fc.constantFrom('http', 'udp', 'grpc-web', '__proto__', 'toString', '')),
    { nil: undefined },
  );

  test('any text is read, and a protocol that comes out has its class', () => {
    fc.assert(
      fc.property(
        release,
        anyText,
        anyText,
        fc.option(fc.integer(), { nil: undefined }),
        fc.string(),
        (mesh, name, appProtocol, number, protocol) => {
          const read = portProtocol(mesh, { number, name, protocol, appProtocol });
          expect(read.class).toBe(classOf(read.protocol));
        },
      ),
    );
  });

  test('what comes after the "-" of a known word does not matter, nor its case', () => {
    fc.assert(
      fc.property(release, fc.string(), (mesh, rest) => {
        for (const word of knownTokens(mesh)) {
          if (word === 'grpc' && rest.toLowerCase().startsWith('web')) continue;
          expect(protocolOfText(mesh, `${word.toUpperCase()}-${rest}`)).toBe(protocolOfText(mesh, word));
        }
      }),
    );
  });

  test('since 1.6 an appProtocol makes the name irrelevant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 31 }), fc.string(), anyText, (minor, appProtocol, name) => {
        const mesh = settings(`1.${minor}`);
        expect(portProtocol(mesh, port({ appProtocol, name })).protocol).toBe(
          portProtocol(mesh, port({ appProtocol })).protocol,
        );
      }),
    );
  });
});
