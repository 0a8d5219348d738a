import { testRule } from '@meshvet/core/testing';
import { linkerdServerUnauthorized } from './linkerd-server-unauthorized.ts';

const pages = (inject = 'enabled') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: pages, namespace: web }
spec:
  selector: { matchLabels: { app: pages } }
  template:
    metadata: { labels: { app: pages }, annotations: { linkerd.io/inject: ${inject} } }
    spec: { containers: [{ name: pages, image: pages:1, ports: [{ name: http, containerPort: 8080 }] }] }
`;
const server = (more = '', mark = '', version = 'v1beta3') => `---
apiVersion: policy.linkerd.io/${version}
kind: Server
metadata:
  name: pages ${mark}
  namespace: web
  labels: { tier: web }
spec: { podSelector: { matchLabels: { app: pages } }, port: http${more} }
`;
const policy = (target: string) => `---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: pages, namespace: web }
spec: { targetRef: { ${target} }, requiredAuthenticationRefs: [] }
`;

testRule(linkerdServerUnauthorized, {
  bad: {
    'deny is written': pages() + server(', accessPolicy: deny', '#~ denied'),
    'a version without accessPolicy': pages() + server('', '#~ denied', 'v1beta1'),
    'a policy for another Server':
      pages() + server('', '#~ denied') + policy('group: policy.linkerd.io, kind: Server, name: other'),
    'a ServerAuthorization for other labels': `${pages()}${server('', '#~ denied')}---
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: { name: pages, namespace: web }
spec: { server: { selector: { matchLabels: { tier: db } } }, client: { meshTLS: { identities: ["*"] } } }
`,
  },
  good: {
    'an accessPolicy that lets callers in': pages() + server(', accessPolicy: all-authenticated'),
    'a policy for the whole namespace': pages() + server() + policy('kind: Namespace, name: web'),
    'a ServerAuthorization by labels': `${pages()}${server()}---
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: { name: pages, namespace: web }
spec: { server: { selector: { matchLabels: { tier: web } } }, client: { unauthenticated: true } }
`,
    'a policy for a route before the Server': `${pages()}${server()}---
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: get, namespace: web }
spec: { parentRefs: [{ group: policy.linkerd.io, kind: Server, name: pages }], rules: [{ matches: [{ method: GET }] }] }
${policy('group: policy.linkerd.io, kind: HTTPRoute, name: get')}`,
    'pods without a proxy': pages('disabled') + server(),
    'pods that nobody read': server(),
  },
});
