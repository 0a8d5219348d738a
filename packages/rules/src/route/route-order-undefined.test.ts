import { testRule, yaml } from '@meshvet/core/testing';
import { routeOrderUndefined } from './route-order-undefined.ts';

const gateway = (name = 'door', hosts = '["*"]', server = 'port: { number: 80, name: http, protocol: HTTP }') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: mart }
  spec: { selector: { istio: door }, servers: [{ ${server}, hosts: ${hosts} }] }
`;
interface Options {
  readonly host?: string;
  readonly more?: string;
  readonly meta?: string;
  readonly to?: string;
}
const route = (
  name: string,
  match: string,
  mark = '',
  { host = 'mart.example.com', more = 'gateways: [door]', meta = '', to = name }: Options = {},
) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: ${name}, namespace: mart, ${meta} }
  spec:
    hosts: ["${host}"]
    ${more}
    http:
      - match:
          - ${match} ${mark}
        route: [{ destination: { host: ${to} } }]
`;
const all = (...documents: string[]) => documents.join('---\n');
const at = (time: string) => ({ meta: `creationTimestamp: "${time}"` });

testRule(routeOrderUndefined, {
  bad: {
    'the same match in both': all(
      gateway(),
      route('a', 'uri: { prefix: /till }', '#~ same `/till`'),
      route('b', 'uri: { prefix: /till }', '#~ same'),
    ),
    'an exact path below the prefix of the other': all(
      gateway(),
      route('a', 'uri: { prefix: /till }'),
      route('b', 'uri: { exact: /till/health }', '#~ covered'),
    ),
    'narrower by a header, and behind if younger': all(
      gateway(),
      route('a', 'uri: { prefix: /till }'),
      route('b', '{ uri: { prefix: /till }, headers: { beta: { exact: "1" } } }', '#~ covered'),
    ),
    'two Gateways of the same pods and port': all(
      gateway(),
      gateway('window'),
      route('a', 'uri: { prefix: /till }'),
      route('b', 'uri: { prefix: /till/a }', '#~ covered', { more: 'gateways: [window]' }),
    ),
    'a wildcard and a host that the server narrows to one name': all(
      gateway('door', '[mart.example.com]'),
      route('a', 'uri: { prefix: /till }', '', { host: '*.example.com' }),
      route('b', 'uri: { prefix: /till/a }', '#~ covered'),
    ),
    'the dump says that the wider one is older': all(
      gateway(),
      route('a', 'uri: { prefix: /till }', '', at('2024-01-01T00:00:00Z')),
      route('b', 'uri: { prefix: /till/a }', '#~ covered', at('2024-02-01T00:00:00Z')),
    ),
    'an expression for all paths, which istiod does not take for a rule for the rest': all(
      gateway(),
      route('a', 'uri: { regex: ".*" }'),
      route('b', 'uri: { prefix: /till/a }', '#~ covered'),
    ),
    'HTTPS that the gateway ends': all(
      gateway(
        'door',
        '["*"]',
        'port: { number: 443, name: https, protocol: HTTPS }, tls: { mode: SIMPLE, credentialName: mart }',
      ),
      route('a', 'uri: { prefix: /till }'),
      route('b', 'uri: { prefix: /till/a }', '#~ covered'),
    ),
  },
  good: {
    'the dump says that the narrower one is older': all(
      gateway(),
      route('a', 'uri: { prefix: /till }', '', at('2024-02-01T00:00:00Z')),
      route('b', 'uri: { prefix: /till/a }', '', at('2024-01-01T00:00:00Z')),
    ),
    'both lead to the same': all(
      gateway(),
      route('a', 'uri: { prefix: /till }', '', { to: 'till' }),
      route('b', 'uri: { prefix: /till/a }', '', { to: 'till' }),
    ),
    'two hosts': all(
      gateway(),
      route('a', 'uri: { prefix: /till }'),
      route('b', 'uri: { prefix: /till/a }', '', { host: 'bank.example.com' }),
    ),
    'a wildcard beside a host: the narrower host stands alone': all(
      gateway(),
      route('a', 'uri: { prefix: /till }', '', { host: '*.example.com' }),
      route('b', 'uri: { prefix: /till/a }'),
    ),
    'the wider one asks for a header': all(
      gateway(),
      route('a', '{ uri: { prefix: /till }, headers: { beta: { exact: "1" } } }'),
      route('b', 'uri: { prefix: /till/a }'),
    ),
    'sidecars put nothing together': all(
      gateway(),
      route('a', 'uri: { prefix: /till }', '', { more: '' }),
      route('b', 'uri: { prefix: /till/a }', '', { more: '' }),
    ),
    'a rule for the rest of one port, which istiod moves to the end as well': all(
      gateway(),
      route('a', '{ uri: { prefix: / }, port: 80 }'),
      route('b', '{ uri: { prefix: /till/a }, port: 80 }'),
    ),
    'a rule for the rest': all(gateway(), route('a', 'uri: { prefix: / }'), route('b', 'uri: { prefix: /till/a }')),
    'two manifests of one object': all(
      gateway(),
      route('a', 'uri: { prefix: /till }'),
      route('a', 'uri: { prefix: /till/a }', '', { to: 'x' }),
    ),
    'alternatives side by side in a folder of lessons': {
      files: {
        'steps/gateway.yaml': gateway(),
        'steps/a.yaml': route('a', 'uri: { prefix: /till }'),
        'steps/b.yaml': route('b', 'uri: { prefix: /till }'),
      },
    },
    'a gateway that passes TLS on': all(
      gateway('door', '["*"]', 'port: { number: 443, name: tls, protocol: TLS }, tls: { mode: PASSTHROUGH }'),
      route('a', 'uri: { prefix: /till }'),
      route('b', 'uri: { prefix: /till/a }'),
    ),
  },
});
