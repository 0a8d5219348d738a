import { testRule } from '@meshvet/core/testing';
import { linkerdPolicyReference } from './linkerd-policy-reference.ts';

const pages = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: pages, namespace: web }
spec:
  selector: { matchLabels: { app: pages } }
  template:
    metadata: { labels: { app: pages }, annotations: { linkerd.io/inject: enabled } }
    spec: { containers: [{ name: pages, image: pages:1, ports: [{ name: http, containerPort: 8080 }] }] }
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: pages, namespace: web }
spec: { podSelector: { matchLabels: { app: pages } }, port: http }
`;
const policy = (target: string, refs = '[]') => `---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: front, namespace: web }
spec:
  targetRef:
    ${target}
  requiredAuthenticationRefs: ${refs}
`;
const SERVER = 'group: policy.linkerd.io\n    kind: Server\n    name: pages';

testRule(linkerdPolicyReference, {
  bad: {
    'a Server of another name': pages + policy('group: policy.linkerd.io\n    kind: Server\n    name: page #~ target'),
    'a network that is not there':
      pages +
      policy(
        SERVER,
        '\n    - group: policy.linkerd.io\n      kind: NetworkAuthentication\n      name: office #~ authentication',
      ),
    'a ServerAuthorization': `${pages}---
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: { name: a, namespace: web }
spec:
  server:
    name: pagez #~ target
  client: { unauthenticated: true }
`,
    'labels that no Server has': `${pages}---
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: { name: a, namespace: web }
spec:
  server:
    selector: { matchLabels: { tier: db } } #~ selector
  client: { unauthenticated: true }
`,
    'a route': `${pages}---
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: a, namespace: web }
spec:
  parentRefs:
    - group: policy.linkerd.io
      kind: Server
      name: pagez #~ parent
`,
  },
  good: {
    'its own namespace': pages + policy('kind: Namespace\n    name: web'),
    'what may stand in files that nobody read': policy('group: policy.linkerd.io\n    kind: Server\n    name: page'),
    'authentication of another namespace':
      pages +
      policy(SERVER, '[{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: all, namespace: linkerd }]'),
    'a route for a Gateway': `${pages}---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: a, namespace: web }
spec: { parentRefs: [{ name: edge }] }
`,
  },
});
