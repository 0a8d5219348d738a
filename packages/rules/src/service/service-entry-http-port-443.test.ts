import { testRule, yaml } from '@meshvet/core/testing';
import { serviceEntryHttpPort443 } from './service-entry-http-port-443.ts';

const entry = (port: string, mark = '', more = 'resolution: DNS') => yaml`
  apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: { name: search, namespace: shop }
  spec:
    hosts: [search.example.com]
    ${more}
    ports:
      - { ${port} } ${mark}
`;
const rule = (mode: string, namespace: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: search, namespace: ${namespace} }
  spec: { host: search.example.com, trafficPolicy: { tls: { mode: ${mode} } } }
`;

testRule(serviceEntryHttpPort443, {
  bad: {
    'HTTP/2 and gRPC are plain too': entry('number: 443, name: grpc, protocol: GRPC', '#~ http'),
    'a rule that turns TLS off': `${entry('number: 443, name: http, protocol: HTTP', '#~ http')}---\n${rule('DISABLE', 'shop')}`,
  },
  good: {
    'HTTPS is TLS': entry('number: 443, name: https, protocol: HTTPS'),
    'another port': entry('number: 8443, name: http, protocol: HTTP'),
    'a host inside': entry('number: 443, name: http, protocol: HTTP', '', 'location: MESH_INTERNAL'),
    'the port of the server is another one': entry('number: 443, name: http, protocol: HTTP, targetPort: 80'),
    'a rule of the root namespace begins TLS': `${entry('number: 443, name: http, protocol: HTTP')}---\n${rule('SIMPLE', 'istio-system')}`,
  },
});
