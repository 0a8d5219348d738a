import { testRule } from '@meshvet/core/testing';
import { schemaRegex } from './schema-regex.ts';

const route = (fields: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - route: [{ destination: { host: cart } }]
      ${fields}
`;
const filter = (version: string, context = 'ANY') => `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: a }
spec:
  configPatches:
    - applyTo: HTTP_FILTER
      match:
        context: ${context}
        proxy:
          proxyVersion: ${version}
`;

const atGateway = (className: string, value: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { gatewayClassName: ${className}, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: cart, namespace: shop }
spec:
  parentRefs: [{ name: edge }]
  rules:
    - matches:
        - path:
            type: RegularExpression
            value: ${value}
      backendRefs: [{ name: cart, port: 80 }]
`;

testRule(schemaRegex, {
  bad: {
    'a look-ahead in a route of the Gateway API': atGateway('istio', '"/cart(?=x)" #~ envoy'),
    'an empty expression': route('match: [{ method: { regex: "" } }] #~ refused `""`'),
    'an expression of more than 1024 characters': route(
      `match: [{ uri: { regex: "${'a'.repeat(1025)}" } }] #~ refused`,
    ),
    'an origin': route('corsPolicy: { allowOrigins: [{ regex: "https://(.*" }] } #~ refused'),
    'a rewrite': route('rewrite: { uriRegexRewrite: { match: "/a(?<=b)", rewrite: /b } } #~ refused'),
    'a header that is not there': route('match: [{ withoutHeaders: { a: { regex: "+" } } }] #~ refused'),
    'a version of the proxy': filter("'^1[.12' #~ refused"),
    'a long version of the proxy': filter(`'${'a'.repeat(1025)}' #~ doubted`),
  },
  good: {
    'a gateway that may have another syntax': atGateway('nginx', '"/cart(?=x)"'),
    'an expression of RE2 in a route of the Gateway API': atGateway('istio', '"/cart/[0-9]+"'),
    'a header that is not there at all': route('match: [{ withoutHeaders: { a: { regex: "*" } } }]'),
    'a part that is filled in later': route('match: [{ uri: { regex: "/${PATH}(" } }]'),
    'waypoints are not looked at': filter("'^1[.12'", 'WAYPOINT'),
    'a rewrite without match is told by another rule': route('rewrite: { uriRegexRewrite: { match: "" } }'),
    'an expression that is a number': route('match: [{ uri: { regex: 5 } }]'),
  },
});
