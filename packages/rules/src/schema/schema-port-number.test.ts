import { testRule } from '@meshvet/core/testing';
import { schemaPortNumber } from './schema-port-number.ts';

const resource = (kind: string, spec: string) => `
apiVersion: ${kind.startsWith('Peer') || kind.startsWith('Auth') ? 'security' : 'networking'}.istio.io/v1
kind: ${kind}
metadata: { name: cart, namespace: shop }
spec:
${spec}
`;
const entry = resource(
  'ServiceEntry',
  '  hosts: [a.example.com]\n  ports:\n    - { number: 0, name: http, protocol: HTTP } #~ refused `0`\n    - { number: 80, targetPort: 70000, name: tcp } #~ refused `70000`\n  endpoints:\n    - address: 1.1.1.1\n      ports: { http: 65536 } #~ refused\n',
);
const withoutMarks = (text: string) => text.replace(/ #~.*/g, '');

testRule(schemaPortNumber, {
  bad: {
    'a match, a redirect and a port without number': resource(
      'VirtualService',
      `
  hosts: [cart]
  http:
    - match: [{ port: 65536 }] #~ refused
      redirect: { port: 70000 } #~ refused
    - mirror:
        host: cart
        port: {} #~ refused \`port\`
      route: [{ destination: { host: cart, port: { number: 0 } } }] #~ refused \`0\``,
    ),
    'a tunnel': resource(
      'DestinationRule',
      '  host: cart\n  trafficPolicy:\n    tunnel: { targetHost: a.example.com, targetPort: 0 } #~ refused',
    ),
    'a server of a Gateway': resource(
      'Gateway',
      '  servers:\n    - port: { number: 0, name: http, protocol: HTTP } #~ refused\n      hosts: ["*"]',
    ),
    'listeners of a Sidecar': resource(
      'Sidecar',
      '  ingress:\n    - port: { number: 80000, protocol: HTTP } #~ refused\n      defaultEndpoint: 127.0.0.1:80\n  egress:\n    - port: { number: 0, protocol: HTTP } #~ refused\n      hosts: ["./*"]',
    ),
    'conditions of a policy': resource(
      'AuthorizationPolicy',
      '  rules:\n    - when: [{ key: destination.port, values: [http, "80"] }] #~ refused `http`\n      to: [{ operation: { notPorts: ["65536"] } }] #~ refused',
    ),
    'ports of a PeerAuthentication, before the schema bounded them': {
      settings: { istioVersion: '1.22' },
      yaml: resource(
        'PeerAuthentication',
        '  selector: { matchLabels: { app: cart } }\n  portLevelMtls:\n    65536: { mode: STRICT } #~ refused `65536`',
      ),
    },
    'ports of a ServiceEntry, before the schema bounded them': { settings: { istioVersion: '1.22' }, yaml: entry },
    'probes and WorkloadEntries, before the schema bounded them': {
      settings: { istioVersion: '1.20' },
      yaml: `${resource('WorkloadGroup', '  template: {}\n  probe: { tcpSocket: { port: 0 } } #~ refused')}---${resource('WorkloadEntry', '  address: 1.1.1.1\n  ports: { http: 0 } #~ refused')}`,
    },
    'ports of a WasmPlugin, before the schema bounded them': {
      settings: { istioVersion: '1.18' },
      yaml: 'apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: { name: cart }\nspec: { url: a.example.com/b, match: [{ ports: [{ number: 0 }] }] } #~ refused\n',
    },
  },
  good: {
    'ports of a ServiceEntry that the schema bounds': { settings: { istioVersion: '1.24' }, yaml: withoutMarks(entry) },
    'a match on no port, and a redirect without one': resource(
      'VirtualService',
      '  hosts: [cart]\n  http: [{ match: [{ port: 0 }], redirect: { port: 0, uri: / } }]',
    ),
    'a socket has port 0': resource(
      'Gateway',
      '  servers: [{ port: { number: 0, name: http, protocol: HTTP }, bind: "unix:///run/a.sock", hosts: ["*"] }]',
    ),
    'a port written as a text, which is a mistake of its shape': resource(
      'Gateway',
      '  servers: [{ port: { number: "0", name: http, protocol: HTTP }, hosts: ["*"] }]',
    ),
    'a number below zero, which the schema refuses': resource(
      'VirtualService',
      '  hosts: [cart]\n  http: [{ match: [{ port: -1 }] }]',
    ),
    'port 0 and a placeholder in a policy': resource(
      'AuthorizationPolicy',
      '  rules: [{ to: [{ operation: { ports: ["0", "${PORT}"] } }] }]',
    ),
    'ports that the schema of PeerAuthentication bounds': resource(
      'PeerAuthentication',
      '  selector: { matchLabels: { app: cart } }\n  portLevelMtls:\n    65536: { mode: STRICT }',
    ),
  },
});
