import { testRule } from '@meshvet/core/testing';
import { schemaServiceEntryResolution } from './schema-service-entry-resolution.ts';

const entry = (fields: string, labels = '{}') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, labels: ${labels} }
spec:
  ports: [{ number: 80, name: http, protocol: HTTP }]
  ${fields}
`;
const both =
  '{ hosts: [a.b], resolution: STATIC, endpoints: [{ address: 1.1.1.1 }], workloadSelector: { labels: { a: b } } }';
const document = (spec: string) =>
  `apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: { name: a }\nspec: ${spec}\n`;

testRule(schemaServiceEntryResolution, {
  bad: {
    'endpoints in two ways, before the schema minded': {
      settings: { istioVersion: '1.23' },
      yaml: document(`${both} #~ refused \`workloadSelector\``),
    },
    'endpoints that are not used, before the schema minded': {
      settings: { istioVersion: '1.23' },
      yaml: entry('{ hosts: [a.b], endpoints: [{ address: 1.1.1.1 }] } #~ refused').replace(
        '  ports: [{ number: 80, name: http, protocol: HTTP }]\n',
        '',
      ),
    },
    'two endpoints in turn, before the schema minded': {
      settings: { istioVersion: '1.23' },
      yaml: entry(
        'resolution: DNS_ROUND_ROBIN\n  hosts: [a.b]\n  endpoints: [{ address: a.b }, { address: c.d }] #~ refused `endpoints`',
      ),
    },
    'a port that the entry does not have': entry(
      'resolution: STATIC\n  hosts: [a.b]\n  endpoints: [{ address: 1.1.1.1, ports: { web: 80 } }] #~ refused `web`',
    ),
    'a port that the entry does not have, behind DNS': entry(
      'resolution: DNS\n  hosts: [a.b]\n  endpoints: [{ address: c.d, ports: { web: 80 } }] #~ refused `web`',
    ),
    'a socket for no port': document(
      '{ hosts: [a.b], resolution: STATIC, endpoints: [{ address: "unix:///a" }] } #~ refused',
    ),
    'on request, and not': entry(
      'resolution: DYNAMIC_DNS\n  hosts: [a.b] #~ refused\n  addresses: [1.1.1.1] #~ refused `addresses`\n  location: MESH_INTERNAL #~ refused',
      '{ istio.io/use-waypoint: egress }',
    ),
  },
  good: {
    'a misspelt resolution is not NONE': {
      settings: { istioVersion: '1.22' },
      yaml: document('{ hosts: [a.b], resolutions: STATIC, endpoints: [{ address: 1.1.1.1 }] }'),
    },
    'endpoints that the schema refuses': document(both),
    'endpoints in place of a wildcard': entry(
      'resolution: DNS\n  hosts: ["*.example.com"]\n  endpoints: [{ address: a.example.com }]',
    ),
    'ports that are filled in later': document(
      '{ hosts: [a.b], ports: [{ name: "${PORT}" }], resolution: STATIC, endpoints: [{ address: 1.1.1.1, ports: { web: 80 } }] }',
    ),
    'a wildcard on request': entry('resolution: DYNAMIC_DNS\n  hosts: ["*.example.com"]\n  location: MESH_INTERNAL'),
    'a resolution that is filled in later': entry('resolution: "${RESOLUTION}"\n  hosts: ["*.example.com"]'),
    'a host that is filled in later': entry('resolution: DNS\n  hosts: ["*.${DOMAIN}"]'),
  },
});
