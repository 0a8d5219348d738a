import { testRule, yaml } from '@meshvet/core/testing';
import { routeHiddenFromGateway } from './route-hidden-from-gateway.ts';

const world = (exportTo: string, namespace = 'istio-ingress', more = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec: { selector: { istio: edge }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
  ---
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: cart, namespace: shop }
  spec:
    ${exportTo}
    hosts: [shop.example.com]
    gateways: [mesh, front]
    http: [{ route: [{ destination: { host: cart } }] }]
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
  ${more}
`;
const MESH_CONFIG = `---
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: "defaultVirtualServiceExportTo: ['.']" }`;

testRule(routeHiddenFromGateway, {
  bad: {
    'for others than the gateway': world('exportTo: [blog, istio-system] #~ hidden'),
    'for nobody': world('exportTo: ["~"] #~ hidden'),
    'by the default of the mesh': yaml`${world('', 'istio-ingress', MESH_CONFIG).replace('[mesh, front]', '[mesh, front] #~ hidden')}`,
  },
  good: {
    'the gateway runs beside the route': world('exportTo: ["."]', 'shop'),
    'for all': world('exportTo: ["*"]'),
    'the gateway is not among the files': `${world('exportTo: ["."]').split('---\n').slice(0, 2).join('---\n')}`,
    'a namespace that is filled in later': world('exportTo: ["${NAMESPACE}"]'),
  },
});
