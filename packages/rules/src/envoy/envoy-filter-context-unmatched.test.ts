import { testRule, yaml } from '@meshvet/core/testing';
import { envoyFilterContextUnmatched } from './envoy-filter-context-unmatched.ts';

const filter = (context: string, mark = '', selector = '', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1alpha3
  kind: EnvoyFilter
  metadata: { name: lua, namespace: ${namespace} }
  spec:
    ${selector && `workloadSelector: { labels: { ${selector} } }`}
    configPatches:
      - applyTo: HTTP_FILTER
        match: { ${context && `context: ${context}`} } ${mark}
        patch: { operation: INSERT_FIRST, value: { name: lua } }
`;
const app = yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { istio-injection: enabled } }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart } }
      spec: { containers: [{ name: cart, image: cart }] }
`;
const gateway = (namespace: string) => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(envoyFilterContextUnmatched, {
  bad: {
    'the selected pods have sidecars': all(filter('GATEWAY', '#~ noGateway', 'app: cart'), app, gateway('edge')),
    'the gateway is in another namespace': all(filter('GATEWAY', '#~ noGateway'), app, gateway('edge')),
    'a patch for sidecars at a gateway': all(
      filter('SIDECAR_INBOUND', '#~ noSidecar `SIDECAR_INBOUND`', 'istio: edge', 'edge'),
      gateway('edge'),
    ),
    'in a namespace of gateways': all(filter('SIDECAR_OUTBOUND', '#~ noSidecar', '', 'edge'), gateway('edge')),
  },
  good: {
    'a gateway beside the application': all(filter('GATEWAY'), app, gateway('shop')),
    'any proxy': all(filter('ANY'), app),
    'no context is any': all(filter(''), app),
    sidecars: all(filter('SIDECAR_INBOUND'), app),
    'of the root namespace': all(filter('GATEWAY', '', '', 'istio-system'), app),
    'no pods were read': filter('GATEWAY'),
    'a Gateway of the Gateway API has pods of its own': all(
      filter('GATEWAY'),
      app,
      yaml`
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: { name: front, namespace: shop }
        spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }
      `,
    ),
    'another rule tells of a selector that picks nothing': all(filter('GATEWAY', '', 'istio: edge'), app),
    'a context that is filled in later': all(filter('"${CONTEXT}"'), app),
  },
});
