import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiReferenceNotGranted } from './gateway-api-reference-not-granted.ts';

const service = (name: string, namespace = 'shop', ports = '{ name: http, port: 80, targetPort: 8080 }') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { selector: { app: ${name} }, ports: [${ports}] }
`;
const route = (spec: string, kind = 'HTTPRoute', namespace = 'shop') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: ${kind}
  metadata: { name: cart, namespace: ${namespace} }
  spec:
    ${spec}
`;
const grant = (from: string, to: string, name = 'edge', namespace = 'shop') => yaml`
  apiVersion: gateway.networking.k8s.io/v1beta1
  kind: ReferenceGrant
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    from: [{ group: gateway.networking.k8s.io, ${from} }]
    to: [{ group: "", ${to} }]
`;
const far = (mark = '', parents = '{ name: front }') =>
  route(
    `parentRefs: [${parents}]\n    rules: [{ backendRefs: [{ name: cart, namespace: shop, port: 80 }] }] ${mark}`,
    'HTTPRoute',
    'edge',
  );

testRule(gatewayApiReferenceNotGranted, {
  bad: {
    'no ReferenceGrant at all, in one file with the Service': `${service('cart')}---\n${far('#~ backend `shop`')}`,
    'another kind': `${service('cart')}---\n${grant('kind: GRPCRoute, namespace: edge', 'kind: Service')}---\n${far('#~ backend')}`,
    'another namespace': `${service('cart')}---\n${grant('kind: HTTPRoute, namespace: web', 'kind: Service')}---\n${far('#~ backend')}`,
    'a grant of the namespace that asks': `${service('cart')}---\n${grant('kind: HTTPRoute, namespace: edge', 'kind: Service', 'edge', 'edge')}---\n${far('#~ backend')}`,
    'in a closed world': {
      settings: { closedWorld: true },
      files: { 'a/b/service.yaml': service('cart'), 'c/d/route.yaml': far('#~ backend') },
    },
  },
  good: {
    'for this Service by name': `${service('cart')}---\n${grant('kind: HTTPRoute, namespace: edge', 'kind: Service, name: cart')}---\n${far()}`,
    'the second of two grants': `${service('cart')}---\n${grant('kind: HTTPRoute, namespace: web', 'kind: Service')}---\n${grant(
      'kind: HTTPRoute, namespace: edge',
      'kind: Service',
      'edge-2',
    )}---\n${far()}`,
    'the namespace that is asked was not read': far(),
    'the Service stands elsewhere, and its grants may stand there too': {
      files: { 'shop/app/service.yaml': service('cart'), 'edge/app/route.yaml': far() },
    },
    'a route inside the mesh, where Istio asks for none': `${service('cart')}---\n${far('', '{ group: "", kind: Service, name: cart, namespace: shop }')}`,
    'a placeholder in the grant': `${service('cart')}---\n${grant('kind: HTTPRoute, namespace: "${EDGE}"', 'kind: Service')}---\n${far()}`,
    'a grant whose namespace is not written': `${service('cart')}---\n${yaml`
      apiVersion: gateway.networking.k8s.io/v1beta1
      kind: ReferenceGrant
      metadata: { name: edge }
      spec:
        from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge }]
        to: [{ group: "", kind: Service }]
    `}---\n${far()}`,
    'a certificate of its own namespace, and one that is granted': `${grant('kind: Gateway, namespace: edge', 'kind: Secret')}---\n${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: { name: front, namespace: edge }
      spec:
        gatewayClassName: istio
        listeners:
          - name: https
            port: 443
            protocol: HTTPS
            tls: { certificateRefs: [{ name: own }, { name: far, namespace: shop }] }
    `}`,
  },
});
