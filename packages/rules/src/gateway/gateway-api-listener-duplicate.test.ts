import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiListenerDuplicate } from './gateway-api-listener-duplicate.ts';

const gateway = (listeners: string, name = 'front', namespace = 'shop', extra = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { gatewayClassName: istio, listeners: [${listeners}]${extra} }
`;

const other = (listeners: string) => gateway(listeners).replace('gatewayClassName: istio', 'gatewayClassName: other');
const all = ', allowedListeners: { namespaces: { from: All } }';
const set = (name: string, listener: string, mark = '', created = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: ListenerSet
  metadata: { name: ${name}, namespace: team${created} }
  spec:
    parentRef: { name: front, namespace: shop }
    listeners:
      - ${listener} ${mark}
`;
const http = (name: string, hostname: string, port = 80) =>
  `{ name: ${name}, port: ${port}, protocol: HTTP, hostname: ${hostname} }`;

testRule(gatewayApiListenerDuplicate, {
  bad: {
    'both lack a hostname':
      `${gateway('{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: HTTP }')}`.replace(
        /(spec: .*)/,
        '$1 #~ same #~ same',
      ),
    'bytes know no hostname':
      `${gateway('{ name: a, port: 90, protocol: TCP, hostname: a.example.com }, { name: b, port: 90, protocol: TCP }')}`.replace(
        /(spec: .*)/,
        '$1 #~ same #~ same',
      ),
    'HTTP beside TCP, whoever serves it': other(
      '{ name: a, port: 80, protocol: HTTP, hostname: a.example.com }, { name: b, port: 80, protocol: TCP }',
    ).replace(/(spec: .*)/, '$1 #~ protocol'),
    'HTTP and HTTPS on one port of Istio': gateway(
      '{ name: a, port: 80, protocol: HTTP, hostname: a.example.com }, { name: b, port: 80, protocol: HTTPS, hostname: b.example.com, tls: { certificateRefs: [{ name: b }] } }',
    ).replace(/(spec: .*)/, '$1 #~ protocol'),
    'a set that has the place of the Gateway': `${gateway(http('a', 'a.example.com'), 'front', 'shop', all)}---\n${set('one', http('x', 'A.example.com'), '#~ gateway')}`,
    'a set with bytes on a port of the Gateway': `${gateway(http('a', 'a.example.com'), 'front', 'shop', all)}---\n${set('one', '{ name: x, port: 80, protocol: TCP }', '#~ gateway')}`,
    'two sets, and nobody knows which is older': `${gateway(http('a', 'a.example.com'), 'front', 'shop', all)}---\n${set('one', http('x', 'b.example.com'))}---\n${set('two', http('x', 'b.example.com'), '#~ set')}`,
  },
  good: {
    'sets with hostnames of their own, and another port': `${gateway(http('a', 'a.example.com'), 'front', 'shop', all)}---\n${set('one', http('x', 'b.example.com'))}---\n${set('two', http('x', 'a.example.com', 81))}`,
    'a set that is not taken is told of elsewhere': `${gateway(http('a', 'a.example.com'))}---\n${set('one', http('x', 'a.example.com'))}`,
    'HTTPS and TLS by hostname': gateway(
      '{ name: a, port: 443, protocol: HTTPS, hostname: a.example.com, tls: { certificateRefs: [{ name: b }] } }, { name: b, port: 443, protocol: TLS, hostname: b.example.com, tls: { mode: Passthrough } }',
    ),
    'HTTP and HTTPS on one port, of others': other(
      '{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: HTTPS, tls: { certificateRefs: [{ name: b }] } }',
    ),
    'a hostname on one of them, another protocol, another port': gateway(
      '{ name: a, port: 80, protocol: HTTP, hostname: a.example.com }, { name: b, port: 80, protocol: HTTP }, { name: c, port: 80, protocol: UDP }, { name: d, port: 81, protocol: HTTP }',
    ),
    placeholders: gateway('{ name: "${A}", port: 80, protocol: HTTP }, { name: "${A}", port: 80, protocol: HTTP }'),
    'hostnames that are filled in later': gateway(
      '{ name: a, port: 80, protocol: HTTP, hostname: "${A}" }, { name: b, port: 80, protocol: HTTP, hostname: "${B}" }',
    ),
  },
});
