import { testRule, yaml } from '@meshvet/core/testing';
import { policyRuleUnmatched } from './policy-rule-unmatched.ts';

const policy = (rules: string, mark = '', { action = 'ALLOW', name = 'queue', metadata = '' } = {}) => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: ${name}, namespace: data${metadata} }
  spec: { action: ${action}, selector: { matchLabels: { app: queue } }, rules: [${rules}] } ${mark}
`;
const world = (ports: string, ...policies: string[]) =>
  [
    yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: data, labels: { istio-injection: enabled } }
    `,
    yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: queue, namespace: data }
      spec: { selector: { app: queue }, ports: [${ports}] }
    `,
    yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: queue, namespace: data }
      spec:
        selector: { matchLabels: { app: queue } }
        template:
          metadata: { labels: { app: queue } }
          spec: { containers: [{ name: queue, image: queue }] }
    `,
    ...policies,
  ].join('---\n');
const TCP = '{ name: tcp-queue, port: 5672 }';
const HTTP = '{ name: http, port: 80, targetPort: 8080 }';
const gatewayWorld = (server: string, rules: string, mark = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { istio: edge }
    ports: [{ name: http, port: 80, targetPort: 8080 }, { name: tls, port: 443, targetPort: 8443 }]
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
  ---
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: edge, namespace: edge }
  spec: { selector: { istio: edge }, servers: [${server}] }
  ---
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: edge, namespace: edge }
  spec: { selector: { matchLabels: { istio: edge } }, rules: [${rules}] } ${mark}
`;
const HTTP_SERVER = '{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }';
const PASSTHROUGH =
  '{ port: { number: 443, name: tls, protocol: TLS }, tls: { mode: PASSTHROUGH }, hosts: [shop.example.com] }';

testRule(policyRuleUnmatched, {
  bad: {
    'paths, headers, tokens and hosts are of HTTP': world(
      TCP,
      policy('{ to: [{ operation: { paths: ["/"] } }] }', '#~ tcp `paths`'),
      policy('{ when: [{ key: "request.headers[x]", values: [y] }] }', '#~ tcp', { name: 'b' }),
      policy('{ from: [{ source: { requestPrincipals: ["*"] } }] }', '#~ tcp', { name: 'c' }),
      policy('{ to: [{ operation: { notHosts: [a] } }] }', '#~ tcp', { name: 'd' }),
    ),
    'of two alternatives one with HTTP takes the other with it': world(
      TCP,
      policy('{ to: [{ operation: { ports: ["5672"] } }, { operation: { methods: [GET] } }] }', '#~ tcp'),
    ),
    'protocols of databases are TCP to authorization': world(
      '{ name: mysql, port: 3306 }, { name: redis, port: 6379 }, { name: tls-x, port: 8443 }',
      policy('{ to: [{ operation: { methods: [GET] } }] }', '#~ tcp'),
    ),
    'a port by appProtocol': world(
      '{ name: queue, port: 5672, appProtocol: tcp }',
      policy('{ to: [{ operation: { methods: [GET] } }] }', '#~ tcp'),
    ),
    'one port of several is shut': world(
      `${HTTP}, ${TCP}`,
      policy('{ to: [{ operation: { methods: [GET] } }] }', '#~ closed'),
    ),
    'a port of the Service as a condition': world(
      HTTP,
      policy('{ when: [{ key: destination.port, values: ["80"] }] }', '#~ servicePort'),
    ),
    'a DENY policy stops nobody at the port of the Service': world(
      HTTP,
      policy('{ to: [{ operation: { ports: ["80"], paths: ["/admin"] } }] }', '#~ servicePort', { action: 'DENY' }),
    ),
    'a gateway sees the port that its pods listen on': gatewayWorld(
      HTTP_SERVER,
      '{ to: [{ operation: { ports: ["80"] } }] }',
      '#~ servicePort',
    ),
    'a gateway that passes TLS on sees no hosts': gatewayWorld(
      `${HTTP_SERVER}, ${PASSTHROUGH}`,
      '{ to: [{ operation: { hosts: [shop.example.com] } }] }',
      '#~ closed',
    ),
    'the port of a Service that has another port besides': world(
      `${HTTP}, ${TCP}`,
      policy('{ to: [{ operation: { ports: ["80"] } }] }', '#~ servicePort'),
    ),
  },
  good: {
    'another policy has a rule for the port': world(
      `${HTTP}, ${TCP}`,
      policy('{ to: [{ operation: { methods: [GET] } }] }'),
      policy('{ to: [{ operation: { ports: ["5672"] } }] }', '', { name: 'tcp' }),
    ),
    'a port that says nothing is looked at': world(
      '{ name: queue, port: 5672 }',
      policy('{ to: [{ operation: { methods: [GET] } }] }'),
    ),
    'both ports': world(HTTP, policy('{ to: [{ operation: { ports: ["80", "8080"] } }] }')),
    'a port that no Service has may be called at the pod': world(
      HTTP,
      policy('{ to: [{ operation: { ports: ["9090"] } }] }'),
    ),
    'what is left out by the port of the Service': world(HTTP, policy('{ to: [{ operation: { notPorts: ["80"] } }] }')),
    'a DENY rule with HTTP on TCP matches more, which another rule tells': world(
      TCP,
      policy('{ to: [{ operation: { methods: [GET] } }] }', '', { action: 'DENY' }),
    ),
    'a dry run': world(
      TCP,
      policy('{ to: [{ operation: { methods: [GET] } }] }', '', {
        metadata: ', annotations: { "istio.io/dry-run": "true" }',
      }),
    ),
    'an empty policy is meant to shut the door': world(TCP, policy('')),
    'the target port has a name that the pods do not tell': world(
      '{ name: http, port: 80, targetPort: web }',
      policy('{ to: [{ operation: { ports: ["80"] } }] }'),
    ),
  },
});
