import { testRule } from '@meshvet/core/testing';
import { ambientIngressBypass } from './ambient-ingress-bypass.ts';

const namespace = (labels = 'a: b') => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint, ${labels} } }
---
`;
const gateway = (name: string, className: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: shop }
spec: { gatewayClassName: ${className}, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---
`;
const service = (labels = 'a: b') => `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop, labels: { ${labels} } }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
---
`;
const route = (parent: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: cart, namespace: shop }
spec:
  parentRefs: [{ ${parent} }]
  rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
---
`;
const virtual = (gateways: string) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart.example.com]
  gateways: ${gateways}
  http: [{ route: [{ destination: { host: cart } }] }]
---
`;
const policy = (target: string, name = 'one') => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: shop }
spec:
  targetRefs:
    - { ${target}
  rules: [{ to: [{ operation: { methods: [GET] } }] }]
---
`;
const TARGET = 'kind: Service, group: "", name: cart }';
const MARKED = `${TARGET} #~ past`;
const both = gateway('waypoint', 'istio-waypoint') + gateway('edge', 'istio');

testRule(ambientIngressBypass, {
  bad: {
    'a VirtualService of an Istio gateway':
      namespace() + both + service() + virtual('[istio-ingress/edge]') + policy(MARKED),
    'the label says false':
      namespace() + both + service('istio.io/ingress-use-waypoint: "false"') + route('name: edge') + policy(MARKED),
    'tokens that the waypoint checks':
      namespace() +
      both +
      service() +
      route('name: edge') +
      policy(MARKED).replace('AuthorizationPolicy', 'RequestAuthentication'),
  },
  good: {
    'the label of the Namespace':
      namespace('istio.io/ingress-use-waypoint: "true"') + both + service() + route('name: edge') + policy(TARGET),
    'a route for the Service itself':
      namespace() + both + service() + route('kind: Service, group: "", name: cart') + policy(TARGET),
    'a VirtualService of the mesh': namespace() + both + service() + virtual('[mesh]') + policy(TARGET),
    'the gateway of another implementation':
      namespace() +
      gateway('waypoint', 'istio-waypoint') +
      gateway('edge', 'nginx') +
      service() +
      route('name: edge') +
      policy(TARGET),
    'the Gateway has a policy of its own':
      namespace() +
      both +
      service() +
      route('name: edge') +
      policy(TARGET) +
      policy('kind: Gateway, group: gateway.networking.k8s.io, name: edge }', 'two'),
    'the Service has no waypoint':
      namespace() + both + service('istio.io/use-waypoint: none') + route('name: edge') + policy(TARGET),
  },
});
