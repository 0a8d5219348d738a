import { testRule } from '@meshvet/core/testing';
import { schemaVirtualServiceMatch } from './schema-virtual-service-match.ts';

const route = (match: string, more = '') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  ${more}
  http:
    - route: [{ destination: { host: cart } }]
      match:
        - ${match}
`;

testRule(schemaVirtualServiceMatch, {
  bad: {
    'empty prefixes': route(
      '{ queryParams: { a: { prefix: "" } }, withoutHeaders: { b: { prefix: "" } } } #~ refused #~ refused',
    ),
    'a header without name': route('headers: { "": { exact: a } } #~ refused'),
    'a pseudo header that there is not': route('headers: { ":user": { exact: a } } #~ refused'),
    'a claim without name': route('headers: { "@request.auth.claims": { exact: a } } #~ refused', 'gateways: [front]'),
    'a header with nothing': route('headers: { a: } #~ refused `a`'),
    'a claim on mesh and gateway': route(
      'withoutHeaders: { "@request.auth.claims[sub]": { exact: a } } #~ refused',
      'gateways: [front, mesh]',
    ),
    'a namespace that is none': route('sourceNamespace: a.b #~ refused'),
    subnets: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart }
spec:
  hosts: [cart]
  tcp:
    - match: [{ destinationSubnets: [10.0.0.0/33, 10.0.0.1] }] #~ refused
      route: [{ destination: { host: cart } }]
`,
  },
  good: {
    'claims before there was such routing are plain headers that never match': {
      settings: { istioVersion: '1.10' },
      yaml: route('headers: { "@request.auth.claims.sub": { exact: a } }'),
    },
    'a header without a value that is not there': route('withoutHeaders: { a: }'),
    'a claim where the gateways are filled in later': route(
      'headers: { "@request.auth.claims.sub": { exact: a } }',
      'gateways: ["${GATEWAY}"]',
    ),
    'pseudo headers': route('headers: { ":authority": { prefix: a } }'),
    'a name that is filled in later': route('headers: { "${HEADER}": { exact: a } }'),
  },
});
