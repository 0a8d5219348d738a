import { testRule, yaml } from '@meshvet/core/testing';
import { routeGatewayKind } from './route-gateway-kind.ts';

const gateway = (...servers: string[]) => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec: { selector: { istio: ingressgateway }, servers: [${servers.join(', ')}] }
`;
const server = (port: number, protocol: string, tls = '', hosts = '"*.example.com"') =>
  `{ port: { number: ${port}, name: p-${port}, protocol: ${protocol} }, hosts: [${hosts}]${tls && `, tls: { ${tls} }`} }`;
const route = (spec: string, name = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: ${name}, namespace: shop }
  spec:
    hosts: [a.example.com]
    gateways: [edge/front]
    ${spec}
`;
const HTTP = 'http: [{ route: [{ destination: { host: shop } }] }]';
const TCP = 'tcp: [{ route: [{ destination: { host: shop } }] }]';
const TLS = 'tls: [{ match: [{ sniHosts: [a.example.com] }], route: [{ destination: { host: shop } }] }]';
const SIMPLE = 'mode: SIMPLE, credentialName: c';
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeGatewayKind, {
  bad: {
    'http rules where TLS is passed through': all(
      gateway(server(443, 'HTTPS', 'mode: PASSTHROUGH')),
      route(`${HTTP} #~ none`),
    ),
    'PASSTHROUGH is what nobody writes': all(
      gateway(server(443, 'TLS', 'minProtocolVersion: TLSV1_2')),
      route(`${HTTP} #~ none`),
    ),
    'tcp rules where TLS is passed through': all(
      gateway(server(443, 'TLS', 'mode: PASSTHROUGH')),
      route(`${TCP} #~ none`),
    ),
    'tls rules where HTTPS ends': all(gateway(server(443, 'HTTPS', SIMPLE)), route(`${TLS} #~ none`)),
    'http rules where TLS ends and the bytes are no HTTP for Istio': all(
      gateway(server(443, 'TLS', SIMPLE)),
      route(`${HTTP} #~ none`),
    ),
    'tcp rules for plain HTTP': all(gateway(server(80, 'HTTP2')), route(`${TCP} #~ none`)),
    'http rules for a database': all(gateway(server(27017, 'MONGO')), route(`${HTTP} #~ none`)),
    'plain HTTP is sent to HTTPS, where nothing answers': all(
      gateway(server(80, 'HTTP', 'httpsRedirect: true'), server(443, 'TLS', 'mode: PASSTHROUGH')),
      route(`${HTTP} #~ redirect`),
    ),
    'two servers for one name, and rules for one of them': all(
      gateway(server(80, 'HTTP', '', 'a.example.com'), server(443, 'TLS', 'mode: PASSTHROUGH', 'a.example.com')),
      route(`${HTTP} #~ other`),
    ),
  },
  good: {
    'http rules for HTTPS': all(gateway(server(443, 'HTTPS', SIMPLE)), route(HTTP)),
    'tcp rules where TLS ends': all(gateway(server(443, 'TLS', SIMPLE)), route(TCP)),
    'tls rules where it is passed through': all(gateway(server(443, 'TLS', 'mode: PASSTHROUGH')), route(TLS)),
    'two servers by patterns: the other is for other names': all(
      gateway(server(80, 'HTTP'), server(443, 'TLS', 'mode: PASSTHROUGH')),
      route(HTTP),
    ),
    'the rules for the other server stand in another VirtualService': all(
      gateway(server(80, 'HTTP', '', 'a.example.com'), server(443, 'TLS', 'mode: PASSTHROUGH', 'a.example.com')),
      route(HTTP),
      route(TLS, 'shop-tls'),
    ),
    'a gateway between networks needs no rules': all(
      gateway(server(15443, 'TLS', 'mode: AUTO_PASSTHROUGH')),
      route(HTTP),
    ),
    'the server is for other hosts, which another rule tells': all(
      gateway(server(443, 'TLS', 'mode: PASSTHROUGH', 'b.example.com')),
      route(HTTP),
    ),
    'the mode is filled in later': all(gateway(server(443, 'TLS', 'mode: "${MODE}"')), route(HTTP)),
    'the protocol is filled in later': all(gateway(server(443, '"${PROTOCOL}"')), route(TLS)),
    'no rules at all': all(gateway(server(443, 'TLS', 'mode: PASSTHROUGH')), route('exportTo: ["*"]')),
    'of two overlays one fits': {
      files: {
        'base/route.yaml': route(HTTP),
        'prod/gateway.yaml': gateway(server(443, 'TLS', 'mode: PASSTHROUGH')),
        'test/gateway.yaml': gateway(server(80, 'HTTP')),
      },
    },
  },
});
