import { testRule, yaml } from '@meshvet/core/testing';
import { policyAddressUnseen } from './policy-address-unseen.ts';

const namespace = (name: string, labels = '{ istio-injection: enabled }') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ${name}, labels: ${labels} }
`;
const workload = (name: string, space: string, annotations = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${space} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    template:
      metadata: { labels: { app: ${name} }, annotations: { ${annotations} } }
      spec: { serviceAccountName: ${name}, containers: [{ name: app, image: app }] }
`;
const service = (name: string, space: string, more = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${space} }
  spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80, targetPort: 8080 }]${more} }
`;
const policy = (name: string, space: string, spec: string, mark = '', metadata = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: ${name}, namespace: ${space}${metadata} }
  spec: { ${spec} } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');
const gateway = (server = '{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: istio-system }
  spec:
    selector: { matchLabels: { app: edge } }
    template:
      metadata: { labels: { app: edge }, annotations: { inject.istio.io/templates: gateway } }
      spec: { serviceAccountName: edge, containers: [{ name: istio-proxy, image: auto }] }
  ---
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: edge, namespace: istio-system }
  spec: { selector: { app: edge }, servers: [${server}] }
`;
const route = yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: cart, namespace: shop }
  spec: { hosts: [shop.example.com], gateways: [istio-system/edge], http: [{ route: [{ destination: { host: cart } }] }] }
`;
const shop = all(namespace('shop'), workload('cart', 'shop'), service('cart', 'shop'));
const CART = 'selector: { matchLabels: { app: cart } }';
const EDGE = 'selector: { matchLabels: { app: edge } }';
const balancer = (more = '', annotations = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: edge, namespace: istio-system, annotations: { ${annotations} } }
  spec: { type: LoadBalancer, selector: { app: edge }, ports: [{ name: http, port: 80, targetPort: 8080 }]${more} }
`;
const PUBLIC = 'rules: [{ from: [{ source: { ipBlocks: [198.51.100.7] } }] }]';

testRule(policyAddressUnseen, {
  bad: {
    'as a condition': all(
      shop,
      gateway(),
      route,
      policy(
        'cart',
        'shop',
        `${CART}, rules: [{ when: [{ key: source.ip, values: [198.51.100.0/24] }] }]`,
        '#~ gateway',
      ),
    ),
    'a DENY policy stops none of them': all(
      shop,
      gateway(),
      route,
      policy('cart', 'shop', `${CART}, action: DENY, ${PUBLIC}`, '#~ gateway'),
    ),
    'Cluster is what nobody writes': all(
      gateway(),
      balancer(),
      policy('edge', 'istio-system', `${EDGE}, ${PUBLIC}`, '#~ node'),
    ),
    'a node port': all(
      gateway(),
      balancer(', externalTrafficPolicy: Cluster').replace('LoadBalancer', 'NodePort'),
      policy('edge', 'istio-system', `${EDGE}, ${PUBLIC}`, '#~ node'),
    ),
  },
  good: {
    'the address of the client': all(
      shop,
      gateway(),
      route,
      policy('cart', 'shop', `${CART}, rules: [{ from: [{ source: { remoteIpBlocks: [198.51.100.0/24] } }] }]`),
    ),
    'addresses of pods and nodes': all(
      shop,
      gateway(),
      route,
      policy('cart', 'shop', `${CART}, rules: [{ from: [{ source: { ipBlocks: [10.0.0.0/8, 198.51.100.0/24] } }] }]`),
    ),
    'all addresses': all(
      shop,
      gateway(),
      route,
      policy('cart', 'shop', `${CART}, rules: [{ from: [{ source: { ipBlocks: [0.0.0.0/0] } }] }]`),
    ),
    'the pods are open to the outside themselves': all(
      namespace('shop'),
      workload('cart', 'shop'),
      service('cart', 'shop', ', type: LoadBalancer, externalTrafficPolicy: Local'),
      gateway(),
      route,
      policy('cart', 'shop', `${CART}, ${PUBLIC}`),
    ),
    'no gateway leads to the pods': all(shop, policy('cart', 'shop', `${CART}, ${PUBLIC}`)),
    'the nodes keep the address': all(
      gateway(),
      balancer(', externalTrafficPolicy: Local'),
      policy('edge', 'istio-system', `${EDGE}, ${PUBLIC}`),
    ),
    'the balancer of a cloud may keep it': all(
      gateway(),
      balancer('', 'service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: "*"'),
      policy('edge', 'istio-system', `${EDGE}, ${PUBLIC}`),
    ),
    'what is left out': all(
      gateway(),
      balancer(),
      policy('edge', 'istio-system', `${EDGE}, rules: [{ from: [{ source: { notIpBlocks: [198.51.100.7] } }] }]`),
    ),
  },
});
