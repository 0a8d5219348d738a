import { testRule } from '@meshvet/core/testing';
import { schemaSidecarListener } from './schema-sidecar-listener.ts';

const sidecar = (spec: string) =>
  `apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: a }\nspec: ${spec}\n`;
const ingress = (listeners: string) => sidecar(`\n  ingress: ${listeners}`);
const egress = (listeners: string) => sidecar(`\n  egress: ${listeners}`);
const port = 'port: { number: 80, protocol: HTTP }';

testRule(schemaSidecarListener, {
  bad: {
    'nothing at all': sidecar('{ workloadSelector: { labels: { a: b } } } #~ refused'),
    'a port twice': ingress(`[{ ${port} }, { ${port} }] #~ refused \`80\``),
    'a port of many faults': ingress(
      '[{ port: { number: 80, targetPort: 81, name: a_b, protocol: WEB } }] #~ refused `targetPort` #~ refused `a_b` #~ refused `WEB`',
    ),
    'a name to bind to, and folders to lead to': ingress(
      `[{ ${port}, bind: localhost, defaultEndpoint: "unix:///a/" }] #~ refused \`localhost\` #~ refused \`"unix:///a/"\``,
    ),
    'no port to lead to': ingress(`[{ ${port}, defaultEndpoint: 127.0.0.1 }] #~ refused`),
    'no port, before the schema asked for one': {
      settings: { istioVersion: '1.18' },
      yaml: ingress('[{ bind: 1.1.1.1 }] #~ refused'),
    },
    'settings of HTTP on a TCP port': ingress(
      '[{ port: { number: 80, protocol: TCP }, connectionPool: { http: {} } }] #~ doubted `http`',
    ),
    'two listeners for the rest': egress('[{ hosts: ["./*"] }, { hosts: ["a/*"] }] #~ refused #~ refused'),
    'an egress port twice, and a name to bind to': egress(
      `[{ ${port}, hosts: ["./*"] }, { ${port}, bind: a, hosts: ["./*"] }] #~ refused \`80\` #~ refused \`a\``,
    ),
    sockets: egress(
      '\n    - { port: { number: 80, protocol: HTTP }, bind: "unix:///a", hosts: ["./*"] } #~ refused `80`\n    - { port: { protocol: HTTP }, bind: "unix:///a", captureMode: IPTABLES, hosts: ["./*"] } #~ refused `"unix:///a"` #~ refused `IPTABLES`\n    - { port: { protocol: HTTP }, bind: "unix://a", hosts: ["./*"] } #~ refused',
    ),
    'a proxy for a registry': sidecar('{ outboundTrafficPolicy: { egressProxy: { host: a } } } #~ refused #~ refused'),
  },
  good: {
    'a proxy for what no registry knows': sidecar(
      '{ outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: a, port: { number: 80 } } } }',
    ),
    'endpoints of the pod': ingress(
      `[{ ${port}, defaultEndpoint: ":80" }, { port: { number: 81 }, defaultEndpoint: "[::1]:80" }, { port: { number: 82 }, defaultEndpoint: "unix:///a" }]`,
    ),
    'a target port before Istio minded': {
      settings: { istioVersion: '1.19' },
      yaml: ingress('[{ port: { number: 80, targetPort: 81, protocol: HTTP } }]'),
    },
    'no port, since the schema asks for it': ingress('[{ bind: 1.1.1.1 }]'),
    'what is filled in later': egress(
      '[{ port: { number: "${PORT}", protocol: "${PROTOCOL}" }, bind: "${BIND}", hosts: ["./*"] }]',
    ),
    'settings of HTTP on a port to find out': ingress('[{ port: { number: 80 }, connectionPool: { http: {} } }]'),
  },
});
