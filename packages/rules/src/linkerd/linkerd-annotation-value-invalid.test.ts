import { testRule } from '@meshvet/core/testing';
import { linkerdAnnotationValueInvalid } from './linkerd-annotation-value-invalid.ts';

const pages = (annotation: string, inject = 'enabled') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: pages, namespace: web }
spec:
  selector: { matchLabels: { app: pages } }
  template:
    metadata:
      labels: { app: pages }
      annotations:
        linkerd.io/inject: ${inject}
        ${annotation}
    spec: { containers: [{ name: pages, image: pages:1 }] }
`;

testRule(linkerdAnnotationValueInvalid, {
  bad: {
    'a timeout without a unit': `
apiVersion: v1
kind: Service
metadata:
  name: pages
  namespace: web
  annotations:
    timeout.linkerd.io/request: "10" #~ route
    retry.linkerd.io/http: 5xx
spec: { selector: { app: pages }, ports: [{ port: 80 }] }
`,
    'an amount that is none': pages('config.linkerd.io/proxy-cpu-request: a lot #~ ignored'),
    'a switch with the words of another': pages('config.linkerd.io/proxy-await: "true" #~ ignored'),
    'a policy that comes later': {
      yaml: pages('config.linkerd.io/default-inbound-policy: audit #~ policy'),
      settings: { linkerdVersion: '2.15' },
    },
  },
  good: {
    'pods without a proxy': pages('config.linkerd.io/proxy-await: "true"', 'disabled'),
    'a level of logs is for the proxy to read': pages('config.linkerd.io/proxy-log-level: warn,linkerd=debug'),
    'what a later step fills in': pages('config.linkerd.io/proxy-cpu-request: ${CPU}'),
    'a name of a port': pages('config.linkerd.io/opaque-ports: mysql,4406'),
  },
});
