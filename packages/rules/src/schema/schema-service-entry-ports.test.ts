import { testRule } from '@meshvet/core/testing';
import { schemaServiceEntryPorts } from './schema-service-entry-ports.ts';

const entry = (ports: string, more = 'resolution: STATIC', labels = '{}') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, labels: ${labels} }
spec:
  hosts: [a.example.com]
  ${more}
  ports: ${ports}
`;

testRule(schemaServiceEntryPorts, {
  bad: {
    'a name and a number twice, before the schema minded': {
      settings: { istioVersion: '1.23' },
      yaml: entry(
        '\n    - { number: 80, name: http, protocol: HTTP }\n    - { number: 80, name: http, protocol: HTTP } #~ refused `http` #~ refused `80`',
      ),
    },
    'no name': entry('[{ number: 80, name: "", protocol: HTTP }] #~ refused'),
    'hosts resolved on request': entry(
      '[{ number: 443, name: a, protocol: HTTPS }] #~ refused `HTTPS`',
      'resolution: DYNAMIC_DNS',
    ),
    'no protocol for several hosts': entry(
      '[{ number: 80, name: a }] #~ refused',
      'resolution: STATIC\n  hosts: [a.b, c.d]',
    ).replace('  hosts: [a.example.com]\n', ''),
    'several hosts with an address': entry(
      '[{ number: 443, name: a, protocol: TLS }] #~ doubted',
      'resolution: DNS\n  addresses: [10.0.0.1]\n  hosts: [a.b, c.d]',
    ).replace('  hosts: [a.example.com]\n', ''),
    'thrift, which is gone': entry('[{ number: 9090, name: a, protocol: THRIFT }] #~ refused'),
  },
  good: {
    'a TCP port without addresses, which service-entry-no-addresses tells': entry(
      '[{ number: 5432, name: a, protocol: TCP }]',
      'resolution: NONE',
    ),
    'a name twice, which the schema refuses': entry(
      '[{ number: 80, name: a, protocol: HTTP }, { number: 81, name: a, protocol: HTTP }]',
    ),
    'thrift, when Istio knew it': {
      settings: { istioVersion: '1.13' },
      yaml: entry('[{ number: 9090, name: a, protocol: THRIFT }]', 'resolution: STATIC\n  addresses: [10.0.0.1]'),
    },
    'a TCP port that gets an address of its own': entry('[{ number: 5432, name: a, protocol: TCP }]'),
    'a protocol in small letters': entry('[{ number: 80, name: a, protocol: grpc-web }]'),
    'a protocol that is filled in later': entry('[{ number: 80, name: a, protocol: "${PROTOCOL}" }]'),
    'UDP without address': entry('[{ number: 53, name: a, protocol: UDP }]', 'resolution: NONE'),
  },
});
