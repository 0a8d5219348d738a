import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayRedirectNowhere } from './gateway-redirect-nowhere.ts';

const gateway = (servers: readonly string[], name = 'front') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: edge }
  spec:
    selector: { istio: edge }
    servers:
      ${servers.map((s) => `- ${s}`).join('\n      ')}
`;
const http = (host: string, mark = '') =>
  `{ port: { number: 80, name: http, protocol: HTTP }, hosts: [${host}], tls: { httpsRedirect: true } } ${mark}`;
const https = (host: string, tls = '{ mode: SIMPLE, credentialName: c }') =>
  `{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [${host}], tls: ${tls} }`;
const route = yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: shop, namespace: shop }
  spec: { hosts: [a.example.com], gateways: [edge/front], http: [{ route: [{ destination: { host: shop } }] }] }
`;
const closed = (...documents: string[]) => ({ yaml: documents.join('---\n'), settings: { closedWorld: true } });

testRule(gatewayRedirectNowhere, {
  bad: {
    'HTTPS for another name': closed(gateway([http('a.example.com', '#~ nowhere'), https('b.example.com')])),
    'a pattern that does not reach so far': closed(
      gateway([http('example.com', '#~ nowhere'), https('"*.example.com"')]),
    ),
    'a host for one namespace, and no route': closed(
      gateway([http('shop/a.example.com', '#~ unrouted'), https('a.example.com')]),
    ),
  },
  good: {
    'HTTPS for it': closed(gateway([http('a.example.com'), https('a.example.com')])),
    'passed through': closed(gateway([http('a.example.com'), https('"*.example.com"', '{ mode: PASSTHROUGH }')])),
    'everything is redirected, and some of it has HTTPS': closed(
      gateway([http('"*"')]),
      gateway([https('a.example.com')], 'tls'),
    ),
    'a host for one namespace, and its route': closed(
      gateway([http('shop/a.example.com'), https('a.example.com')]),
      route,
    ),
    'HTTPS may be in another repository': gateway([http('a.example.com')]),
  },
});
