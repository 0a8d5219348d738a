import { testRule, yaml } from '@meshvet/core/testing';
import { ambientRoutesMixed } from './ambient-routes-mixed.ts';

const shop = (labels: string, kind = 'HTTPRoute', parent = 'kind: Service, group: "", name: cart', at = '#~ both') => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts:
    - cart.shop.svc.cluster.local ${at}
  http: [{ timeout: 3s, route: [{ destination: { host: cart } }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: cart, namespace: shop }
spec:
  parentRefs: [{ ${parent} }]
  rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
`;
const AMBIENT = 'istio.io/dataplane-mode: ambient, istio.io/use-waypoint: shop';

testRule(ambientRoutesMixed, {
  bad: { 'a GRPCRoute, and the host in full': shop(AMBIENT, 'GRPCRoute') },
  good: {
    'a route at a gateway': shop(AMBIENT, 'HTTPRoute', 'name: edge', ''),
    'sidecars follow both in their own order': shop('istio-injection: enabled', 'HTTPRoute', undefined, ''),
    'no waypoint, of which other rules speak': shop('istio.io/dataplane-mode: ambient', 'HTTPRoute', undefined, ''),
    'a VirtualService of TCP alone': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: cart, namespace: shop }
      spec: { hosts: [cart], tcp: [{ route: [{ destination: { host: cart } }] }] }
    `,
  },
});
