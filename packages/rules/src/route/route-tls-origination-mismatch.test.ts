import { testRule, yaml } from '@meshvet/core/testing';
import { routeTlsOriginationMismatch } from './route-tls-origination-mismatch.ts';

const entry = (ports: string, more = 'resolution: DNS') => yaml`
  apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: { name: pay, namespace: shop }
  spec:
    hosts: [pay.example.com]
    ${more}
    ports: [${ports}]
`;
const HTTPS = '{ number: 443, name: https, protocol: HTTPS }';
const HTTP = '{ number: 80, name: http, protocol: HTTP }';
const rule = (policy: string, mark = '', host = 'pay.example.com', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: pay, namespace: ${namespace} }
  spec:
    host: "${host}"
    trafficPolicy: { ${policy} } ${mark}
`;
const SIMPLE = 'tls: { mode: SIMPLE }';
const of443 = 'portLevelSettings: [{ port: { number: 443 }, tls: { mode: SIMPLE } }]';
const route = (kind: string, port: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: pay, namespace: shop }
  spec:
    hosts: [pay.example.com]
    gateways: [mesh, istio-egressgateway]
    ${kind}: [{ match: [{ port: 80 }], route: [{ destination: { host: pay.example.com${port} } }] }]
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeTlsOriginationMismatch, {
  bad: {
    'a port of TLS': all(entry('{ number: 993, name: tls, protocol: TLS }'), rule(SIMPLE, '#~ twice')),
    'the settings of the port': all(entry(`${HTTP}, ${HTTPS}`), rule(of443, '#~ twice')),
    'a certificate of its own around it': all(entry(HTTPS), rule('tls: { mode: MUTUAL }', '#~ twice')),
    'mTLS of the mesh with somebody outside': all(entry(HTTPS), rule('tls: { mode: ISTIO_MUTUAL }', '#~ twice')),
    'a wildcard': all(entry(HTTPS), rule(SIMPLE, '#~ twice', '*.example.com')),
    'a tls route sends on what is TLS already': all(
      entry(HTTPS),
      rule(SIMPLE, '#~ twice'),
      route('tls', ', port: { number: 443 }'),
    ),
    'plain HTTP is spoken at port 80': all(entry(HTTP), rule(SIMPLE, '#~ plainPort')),
  },
  good: {
    'an egress gateway reads the requests and begins TLS': all(
      entry(`${HTTP}, ${HTTPS}`),
      rule(of443),
      route('http', ', port: { number: 443 }'),
    ),
    'a Service of the mesh may end TLS itself': all(entry(HTTPS, 'location: MESH_INTERNAL'), rule(SIMPLE)),
    'no TLS for the port': all(entry(HTTPS), rule('tls: { mode: DISABLE }')),
    'the other port of two': all(
      entry(
        '{ number: 80, name: http, protocol: HTTP, targetPort: 443 }, { number: 443, name: https, protocol: HTTPS }',
      ),
      rule('portLevelSettings: [{ port: { number: 80 }, tls: { mode: SIMPLE } }]'),
    ),
    'endpoints of other ports': all(
      entry(
        HTTP,
        'resolution: STATIC\n  endpoints: [{ address: 192.0.2.7, ports: { http: 443 } }]'.replace('\n', '\n  '),
      ),
      rule(SIMPLE),
    ),
    'nobody follows the rule': all(entry(HTTPS, 'exportTo: [office]'), rule(SIMPLE, '', 'pay.example.com', 'bank')),
  },
});
