import { testRule } from '@meshvet/core/testing';
import { linkerdRouteIneffective } from './linkerd-route-ineffective.ts';

const mesh = (inject: string, route: string, group = 'gateway.networking.k8s.io/v1', kind = 'HTTPRoute') => `
apiVersion: v1
kind: Namespace
metadata: { name: web, annotations: { linkerd.io/inject: ${inject} } }
---
apiVersion: v1
kind: Service
metadata: { name: pages, namespace: web }
spec: { selector: { app: pages }, ports: [{ port: 8080 }] }
---
apiVersion: ${group}
kind: ${kind}
metadata: { name: pages, namespace: web }
spec:
  ${route}
`;
const SERVICE = 'parentRefs: [{ group: "", kind: Service, name: pages }]';

testRule(linkerdRouteIneffective, {
  bad: {
    'a mirror in a route of the Gateway API': mesh(
      'enabled',
      `${SERVICE}\n  rules:\n    - filters:\n        - type: RequestMirror #~ filter\n          requestMirror: { backendRef: { name: pages, port: 8080 } }`,
    ),
    'retries and timeouts that nobody can read': mesh('enabled', SERVICE).replace(
      /metadata: \{ name: pages, namespace: web \}\nspec:\n {2}parentRefs/,
      `metadata:
  name: pages
  namespace: web
  annotations:
    timeout.linkerd.io/request: "10" #~ annotation
    timeout.linkerd.io/response: 1m30s #~ annotation
    retry.linkerd.io/limit: many #~ annotation
    retry.linkerd.io/http: 5xx,700 #~ annotation
    retry.linkerd.io/grpc: unknown #~ annotation
spec:
  parentRefs`,
    ),
    'a filter of a backend': mesh(
      'enabled',
      `${SERVICE}\n  rules:\n    - backendRefs:\n        - name: pages\n          port: 8080\n          filters:\n            - type: ExtensionRef #~ filter`,
    ),
  },
  good: {
    'a rewrite at a Gateway': mesh(
      'enabled',
      'parentRefs: [{ name: edge }]\n  rules: [{ filters: [{ type: URLRewrite, urlRewrite: { hostname: a.example.com } }] }]',
    ),
    'retries and timeouts': mesh('enabled', SERVICE).replace(
      /metadata: \{ name: pages, namespace: web \}\nspec:\n {2}parentRefs/,
      'metadata: { name: pages, namespace: web, annotations: { timeout.linkerd.io/request: 500ms, retry.linkerd.io/limit: "2", retry.linkerd.io/http: "5xx,429,500-504,gateway-error", retry.linkerd.io/grpc: "internal,unavailable" } }\nspec:\n  parentRefs',
    ),
    'a rewrite in another mesh': mesh(
      'disabled',
      `${SERVICE}\n  rules: [{ filters: [{ type: URLRewrite, urlRewrite: { hostname: a.example.com } }] }]`,
    ),
    'a backend that may stand elsewhere': mesh(
      'enabled',
      `${SERVICE}\n  rules: [{ backendRefs: [{ name: other, namespace: shop, port: 80 }] }]`,
      'policy.linkerd.io/v1beta3',
    ),
  },
});
