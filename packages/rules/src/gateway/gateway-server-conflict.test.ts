import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayServerConflict } from './gateway-server-conflict.ts';

const gateway = (servers: readonly string[], name = 'front') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: edge }
  spec:
    selector: { istio: edge }
    servers:
      ${servers.map((s) => `- ${s}`).join('\n      ')}
`;
let names = 0;
const server = (port: number, protocol: string, hosts: string, more = '', mark = '') =>
  `{ port: { number: ${port}, name: p${names++}, protocol: ${protocol} }, hosts: [${hosts}]${more && `, ${more}`} } ${mark}`;
const tls = (name: string) => `tls: { mode: SIMPLE, credentialName: ${name} }`;
const pods = (ports: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: edge, namespace: edge }
  spec: { selector: { istio: edge }, ports: [${ports}] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;
const ONE_TARGET = '{ name: http, port: 80, targetPort: 8080 }, { name: https, port: 443, targetPort: 8080 }';

testRule(gatewayServerConflict, {
  bad: {
    'two TLS servers with one of several hosts': gateway([
      server(443, 'HTTPS', 'a.example.com, b.example.com', tls('a')),
      server(443, 'HTTPS', 'c.example.com, b.example.com', tls('b'), '#~ tls'),
    ]),
    'passed through and ended, for one host': gateway([
      server(443, 'TLS', 'a.example.com', 'tls: { mode: PASSTHROUGH }'),
      server(443, 'HTTPS', 'a.example.com', tls('b'), '#~ tls'),
    ]),
    'HTTP and HTTPS on one port': gateway([
      server(8443, 'HTTPS', 'a.example.com', tls('a')),
      server(8443, 'HTTP', 'b.example.com', '', '#~ protocol'),
    ]),
    'two databases on one port, told apart by host': gateway([
      server(5432, 'TCP', 'a.example.com'),
      server(5432, 'TCP', 'b.example.com', '', '#~ protocol'),
    ]),
    'a server that is dropped is in nobody’s way': gateway([
      server(443, 'HTTPS', 'a.example.com', tls('a')),
      server(443, 'HTTPS', 'a.example.com, b.example.com', tls('b'), '#~ tls'),
      server(443, 'HTTPS', 'b.example.com', tls('c')),
    ]),
    'two ports of the Service lead to one port of the pods': `${gateway([
      server(80, 'HTTP', 'a.example.com'),
      server(443, 'HTTPS', 'a.example.com', tls('a'), '#~ target'),
    ])}---\n${pods(ONE_TARGET)}`,
    'the port of the pods beside that of the Service': `${gateway([
      server(443, 'HTTPS', 'a.example.com', tls('a')),
      server(8443, 'HTTPS', 'a.example.com', tls('b'), '#~ target'),
    ])}---\n${pods('{ name: https, port: 443, targetPort: 8443 }')}`,
    'two Gateways whose ports are one port of the pods': `${gateway([server(80, 'HTTP', 'a.example.com')], 'a')}---\n${gateway(
      [server(443, 'TCP', 'a.example.com', '', '#~ targetOther')],
      'b',
    )}---\n${pods(ONE_TARGET)}`,
    'a host in capitals': gateway([
      server(80, 'HTTP', 'A.example.com, a.example.com', '', '#~ covered `a.example.com`'),
    ]),
    'the same host twice': gateway([server(80, 'HTTP', 'a.example.com, a.example.com', '', '#~ covered')]),
    'a host within a pattern of another plain server': gateway([
      server(80, 'HTTP', '"*.example.com"'),
      server(80, 'HTTP', 'a.example.com', '', '#~ covered'),
    ]),
    'a namespace of its own means nothing beside the host for all': gateway([
      server(80, 'HTTP', 'shop/a.example.com, a.example.com', '', '#~ unlimited'),
    ]),
    'nor beside the long form': gateway([server(80, 'HTTP', '"*/*.example.com", ./a.example.com', '', '#~ unlimited')]),
  },
  good: {
    'a pattern within a pattern': gateway([server(80, 'HTTP', '"*.example.com", "*.shop.example.com"')]),
    'two namespaces have one host each': gateway([server(80, 'HTTP', 'shop/a.example.com, blog/a.example.com')]),
    'a namespace has more than the others': gateway([server(80, 'HTTP', 'shop/*.example.com, a.example.com')]),
    'one of two plain servers redirects': gateway([
      server(80, 'HTTP', '"*.example.com"', 'tls: { httpsRedirect: true }'),
      server(80, 'HTTP', 'a.example.com'),
    ]),
    'other ports': gateway([server(80, 'HTTP', 'a.example.com'), server(8080, 'TCP', 'a.example.com')]),
    'other addresses': gateway([
      server(5432, 'TCP', 'a.example.com', 'bind: 10.0.0.1'),
      server(5432, 'TCP', 'b.example.com', 'bind: 10.0.0.2'),
    ]),
    'TLS servers by name': gateway([
      server(443, 'HTTPS', 'a.example.com', tls('a')),
      server(443, 'TLS', 'b.example.com', 'tls: { mode: PASSTHROUGH }'),
    ]),
    'each port of the Service has one of the pods': `${gateway([
      server(80, 'HTTP', 'a.example.com'),
      server(443, 'HTTPS', 'a.example.com', tls('a')),
    ])}---\n${pods('{ name: http, port: 80, targetPort: 8080 }, { name: https, port: 443, targetPort: 8443 }')}`,
    'plain servers of two ports are put together': `${gateway([
      server(80, 'HTTP', 'a.example.com'),
      server(443, 'HTTP', 'b.example.com'),
    ])}---\n${pods(ONE_TARGET)}`,
    'hosts that are filled in later': gateway([server(80, 'HTTP', '"${HOST}", "${HOST}"')]),
  },
});
