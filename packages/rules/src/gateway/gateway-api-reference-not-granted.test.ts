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

const certificate = (namespace = 'certs') => yaml`
  apiVersion: cert-manager.io/v1
  kind: Certificate
  metadata: { name: shop-tls, namespace: ${namespace} }
  spec: { secretName: shop-tls, dnsNames: [shop.example.com], issuerRef: { name: ca } }
`;
const asker = (ref: string, kind = 'Gateway', extra = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: ${kind}
  metadata: { name: front, namespace: edge }
  spec:
    gatewayClassName: istio
    listeners:
      - name: https
        port: 443
        protocol: HTTPS
        tls: { certificateRefs: [{ name: shop-tls, namespace: certs }] } ${ref}
    ${extra}
`;
const authorities = (mark = '') => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: ca, namespace: trust }
  data: { ca.crt: x }
  ---
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec:
    gatewayClassName: istio
    listeners: [{ name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: a }] } }]
    tls:
      frontend:
        default:
          validation: { caCertificateRefs: [{ group: "", kind: ConfigMap, name: ca, namespace: trust }] } ${mark}
        perPort:
          - port: 443
            tls: { validation: { caCertificateRefs: [{ group: "", kind: ConfigMap, name: ca, namespace: trust }] } } ${mark}
`;

testRule(gatewayApiReferenceNotGranted, {
  bad: {
    'a Secret that cert-manager makes of a Certificate': `${certificate()}---\n${asker('#~ certificate')}`,
    'a grant for Gateways is none for a ListenerSet': `${certificate()}---\n${grant('kind: Gateway, namespace: edge', 'kind: Secret', 'edge', 'certs')}---\n${asker('#~ certificate', 'ListenerSet')}`,
    'a grant for another name': `${certificate()}---\n${grant('kind: Gateway, namespace: edge', 'kind: Secret, name: other', 'edge', 'certs')}---\n${asker('#~ certificate')}`,
    'the authorities of clients, for all ports and for one': authorities('#~ authority'),
    'a grant for Secrets is none for ConfigMaps': `${grant('kind: Gateway, namespace: edge', 'kind: Secret', 'edge', 'trust')}---\n${authorities('#~ authority')}`,
    'the certificate that backends are shown': `${certificate()}---\n${grant('kind: Gateway, namespace: web', 'kind: Secret', 'edge', 'certs')}---\n${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: { name: front, namespace: edge }
      spec:
        gatewayClassName: istio
        listeners: [{ name: http, port: 80, protocol: HTTP }]
        tls: { backend: { clientCertificateRef: { name: shop-tls, namespace: certs } } } #~ client
    `}`,
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
    'a Certificate with a grant for its Secret': `${certificate()}---\n${grant('kind: Gateway, namespace: edge', 'kind: Secret, name: shop-tls', 'edge', 'certs')}---\n${asker('')}`,
    'a grant for ListenerSets': `${certificate()}---\n${grant('kind: ListenerSet, namespace: edge', 'kind: Secret', 'edge', 'certs')}---\n${asker('', 'ListenerSet')}`,
    'the Certificate stands elsewhere, and its grants may stand there too': {
      files: { 'certs/app/certificate.yaml': certificate(), 'edge/app/gateway.yaml': asker('') },
    },
    'a grant for the authorities': `${grant('kind: Gateway, namespace: edge', 'kind: ConfigMap', 'edge', 'trust')}---\n${authorities()}`,
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
