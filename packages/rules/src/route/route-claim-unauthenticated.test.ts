import { testRule, yaml } from '@meshvet/core/testing';
import { routeClaimUnauthenticated } from './route-claim-unauthenticated.ts';

const mesh = (header: string, mark: string, policy: string, gateways = 'edge/front') =>
  withRoute(header, mark, gateways) + policy;
const withRoute = (header: string, mark: string, gateways: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: cart, namespace: shop }
  spec:
    hosts: [shop.example.com]
    gateways: [${gateways}]
    http:
      - match:
          - withoutHeaders:
              "${header}": { exact: admin } ${mark}
        route: [{ destination: { host: admin } }]
  ---
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec:
    selector: { istio: front }
    servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: front, namespace: edge }
  spec:
    selector: { matchLabels: { istio: front } }
    template:
      metadata: { labels: { istio: front } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;
const policy = (namespace: string, spec: string) => `---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: tokens, namespace: ${namespace} }
spec: { ${spec} }
`;
const CLAIM = '@request.auth.claims.group';

testRule(routeClaimUnauthenticated, {
  bad: {
    'a policy of the namespace of the route, which is not that of the pods': mesh(
      CLAIM,
      '#~ unread',
      policy('shop', 'jwtRules: [{ issuer: a }]'),
    ),
    'in any case, and in brackets': mesh('@Request.Auth.Claims[group]', '#~ unread', policy('shop', '')),
    'none at all in a closed world': { yaml: mesh(CLAIM, '#~ unread', ''), settings: { closedWorld: true } },
  },
  good: {
    'nothing about tokens was read': mesh(CLAIM, '', ''),
    'one of the root namespace': mesh(CLAIM, '', policy('istio-system', 'jwtRules: [{ issuer: a }]')),
    'one for the pods of the gateway': mesh(CLAIM, '', policy('edge', 'selector: { matchLabels: { istio: front } }')),
    'labels that are filled in later': mesh(CLAIM, '', policy('edge', 'selector: { matchLabels: { istio: "${X}" } }')),
    'one that refers to its targets': mesh(
      CLAIM,
      '',
      policy('edge', 'targetRefs: [{ kind: Gateway, group: gateway.networking.k8s.io, name: front }]'),
    ),
    'another header': mesh('x-request.auth.claims.group', '', policy('shop', '')),
    'no claim behind the dot': mesh('@request.auth.claims.', '', policy('shop', '')),
    'the mesh alone': mesh(CLAIM, '', policy('shop', ''), 'mesh'),
    'a gateway that nobody knows': mesh(CLAIM, '', policy('shop', ''), 'edge/other'),
    'the root namespace is another one': {
      yaml: mesh(CLAIM, '', policy('mesh', 'jwtRules: [{ issuer: a }]')),
      settings: { installation: { rootNamespace: 'mesh' } },
    },
  },
});
