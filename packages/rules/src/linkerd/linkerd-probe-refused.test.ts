import { testRule } from '@meshvet/core/testing';
import { linkerdProbeRefused } from './linkerd-probe-refused.ts';

const pages = ({
  probe = 'httpGet: { path: /pages, port: 8080 }',
  mark = '',
  access = 'deny',
  inject = 'enabled',
  match = 'path: { type: PathPrefix, value: /pages }',
} = {}) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: pages, namespace: web }
spec:
  selector: { matchLabels: { app: pages } }
  template:
    metadata: { labels: { app: pages }, annotations: { linkerd.io/inject: ${inject} } }
    spec:
      containers:
        - name: pages
          image: pages:1
          ports: [{ name: http, containerPort: 8080 }]
          livenessProbe:
            ${probe} ${mark}
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: pages, namespace: web }
spec: { podSelector: { matchLabels: { app: pages } }, port: http, accessPolicy: ${access} }
---
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: get, namespace: web }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: pages }]
  rules: [{ matches: [{ ${match} }] }]
`;
const policy = (target: string, refs: string) => `---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: front, namespace: web }
spec: { targetRef: { group: policy.linkerd.io, ${target} }, requiredAuthenticationRefs: [${refs}] }
`;
const FRONT = '{ kind: ServiceAccount, name: front }';

testRule(linkerdProbeRefused, {
  bad: {
    'callers with an identity alone': pages({ mark: '#~ unauthorized' }) + policy('kind: HTTPRoute, name: get', FRONT),
    'a method that the kubelet does not use': pages({ match: 'method: POST', mark: '#~ unmatched' }),
  },
  good: {
    'everybody is let in at the Server': pages({ access: 'all-unauthenticated' }),
    'a policy without conditions': pages() + policy('kind: Server, name: pages', ''),
    'an expression that may match':
      pages({ match: 'path: { type: RegularExpression, value: "/p.*" }' }) + policy('kind: HTTPRoute, name: get', ''),
    'a probe of another port': pages({ probe: 'httpGet: { path: /x, port: 9090 }' }),
    'a probe of the connection': pages({ probe: 'tcpSocket: { port: 8080 }' }),
    'pods without a proxy': pages({ inject: 'disabled' }),
  },
});
