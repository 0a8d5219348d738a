import { testRule } from '@meshvet/core/testing';
import { linkerdServerUnmatched } from './linkerd-server-unmatched.ts';

const pages = (inject = 'linkerd.io/inject: enabled', ports = '[{ name: http, containerPort: 8080 }]') => `
apiVersion: v1
kind: Namespace
metadata: { name: web, annotations: { ${inject} } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: pages, namespace: web }
spec:
  selector: { matchLabels: { app: pages } }
  template:
    metadata: { labels: { app: pages } }
    spec: { containers: [{ name: pages, image: pages:1, ports: ${ports} }] }
---
apiVersion: v1
kind: Service
metadata: { name: pages, namespace: web }
spec: { selector: { app: pages }, ports: [{ port: 80, targetPort: 8080 }] }
`;
const server = (name: string, selector: string, port: string, more = '') => `---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: ${name}, namespace: web }
spec:
  podSelector: { ${selector} }
  port: ${port}
  ${more}
`;
const APP = 'matchLabels: { app: pages }';

testRule(linkerdServerUnmatched, {
  bad: {
    'the port of the Service': pages() + server('a', APP, '80 #~ service `80`'),
    'the second Server for one port':
      pages() + server('a', APP, 'http') + server('b', '{}'.slice(1, -1), '8080 #~ second'),
    'pods without a proxy':
      pages('a: b') + server('a', APP, 'http').replace('podSelector:', 'podSelector: #~ unmeshed\n   '),
  },
  good: {
    'all pods, for a port that some have': pages() + server('a', '', 'http'),
    'a port of the proxy itself, as the smoke test of Linkerd has it': pages() + server('a', APP, 'linkerd-admin'),
    'a number that no container lists': pages() + server('a', APP, '9999'),
    'containers that list no ports': pages(undefined, '[]') + server('a', APP, '80'),
    'labels of pods that nobody read': server('a', APP, 'http'),
    machines: `---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: a, namespace: web }
spec: { externalWorkloadSelector: { matchLabels: { app: vm } }, port: 80 }
`,
    'an expression that leaves some out':
      pages() + server('a', 'matchExpressions: [{ key: app, operator: NotIn, values: [pages] }]', 'web'),
    'two Servers for two ports':
      pages(undefined, '[{ name: http, containerPort: 8080 }, { name: admin, containerPort: 8081 }]') +
      server('a', APP, 'http') +
      server('b', APP, 'admin'),
  },
});
