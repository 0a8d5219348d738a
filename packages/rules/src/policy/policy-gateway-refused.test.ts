import { testRule, yaml } from '@meshvet/core/testing';
import { policyGatewayRefused } from './policy-gateway-refused.ts';

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

testRule(policyGatewayRefused, {
  bad: {
    'a policy of the mesh that asks who calls': all(
      gateway(),
      policy('mesh', 'istio-system', 'rules: [{ from: [{ source: { namespaces: [shop] } }] }]', '#~ closed'),
    ),
    'a policy for the pods of the gateway itself': all(
      gateway(),
      policy(
        'edge',
        'istio-system',
        'selector: { matchLabels: { app: edge } }, rules: [{ from: [{ source: { principals: ["*"] } }] }]',
        '#~ closed',
      ),
    ),
    'a policy for another namespace of callers': all(
      shop,
      gateway(),
      route,
      policy('cart', 'shop', `${CART}, rules: [{ from: [{ source: { namespaces: [shop] } }] }]`, '#~ behind'),
    ),
  },
  good: {
    'one of several rules lets requests from outside in': all(
      gateway(),
      policy(
        'mesh',
        'istio-system',
        'rules: [{ from: [{ source: { namespaces: [shop] } }] }, { to: [{ operation: { hosts: [shop.example.com] } }] }]',
      ),
    ),
    'the namespace of the gateway is let in': all(
      shop,
      gateway(),
      route,
      policy('cart', 'shop', `${CART}, rules: [{ from: [{ source: { namespaces: [istio-system] } }] }]`),
    ),
    'its account is let in by another policy': all(
      shop,
      gateway(),
      route,
      policy('cart', 'shop', `${CART}, rules: [{ from: [{ source: { namespaces: [shop] } }] }]`),
      policy(
        'edge',
        'shop',
        `${CART}, rules: [{ from: [{ source: { principals: [cluster.local/ns/istio-system/sa/edge] } }] }]`,
      ),
    ),
    'no route leads from the gateway to the pods': all(
      shop,
      gateway(),
      policy('cart', 'shop', `${CART}, rules: [{ from: [{ source: { namespaces: [shop] } }] }]`),
    ),
    'the clients of the gateway show certificates of the mesh': all(
      gateway('{ port: { number: 443, name: tls, protocol: TLS }, tls: { mode: ISTIO_MUTUAL }, hosts: ["*"] }'),
      policy('mesh', 'istio-system', 'rules: [{ from: [{ source: { namespaces: [shop] } }] }]'),
    ),
    'nothing is known of the pods of the gateway': policy('allow-nothing', 'istio-system', ''),
    'a gateway that opens nothing': all(
      gateway('{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }').split('---')[0] as string,
      policy('allow-nothing', 'istio-system', ''),
    ),
  },
});
