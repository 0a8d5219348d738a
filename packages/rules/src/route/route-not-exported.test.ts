import { testRule, yaml } from '@meshvet/core/testing';
import { routeNotExported } from './route-not-exported.ts';

const pods = (namespace: string, name = 'door') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { istio: door } }
    template:
      metadata: { labels: { istio: door }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;
const gateway = yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: door, namespace: mart }
  spec: { selector: { istio: door }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
`;
const route = (more: string, mark = '', gateways = '[door]') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: till, namespace: mart }
  spec: { hosts: [mart.example.com], gateways: ${gateways}, http: [{ route: [{ destination: { host: till } }] }], ${more} } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeNotExported, {
  bad: {
    'another namespace is named': all(pods('doors'), gateway, route('exportTo: [bank, mart]', '#~ hidden `exportTo`')),
    'for the mesh too: the gateway still has none of it': all(
      pods('doors'),
      gateway,
      route('exportTo: ["."]', '#~ hidden', '[mesh, mart/door]'),
    ),
    'MeshConfig keeps all VirtualServices to their namespace': all(
      yaml`
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: istio, namespace: istio-system }
        data:
          mesh: |
            defaultVirtualServiceExportTo: ["."]
      `,
      pods('doors'),
      gateway,
      route('tcp: []', '#~ byDefault'),
    ),
  },
  good: {
    'one of two gateways of that label sees it': all(
      pods('doors'),
      pods('mart', 'own'),
      gateway,
      route('exportTo: ["."]'),
    ),
    'the pods were not read': all(gateway, route('exportTo: ["."]')),
    'the Gateway was not read': all(pods('doors'), route('exportTo: ["."]')),
    'to everybody': all(pods('doors'), gateway, route('exportTo: ["*"]')),
    'nothing is said': all(pods('doors'), gateway, route('tcp: []')),
    'no gateway reads it': all(pods('doors'), gateway, route('exportTo: ["."]', '', '[mesh]')),
    'a delegate is read by its root, not by a gateway': all(
      pods('doors'),
      gateway,
      yaml`
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: part, namespace: mart }
        spec: { exportTo: ["."], http: [{ route: [{ destination: { host: till } }] }] }
      `,
    ),
    'the namespace of the pods is a guess': all(
      yaml`
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: door }
        spec:
          selector: { matchLabels: { istio: door } }
          template:
            metadata: { labels: { istio: door }, annotations: { inject.istio.io/templates: gateway } }
            spec: { containers: [{ name: istio-proxy, image: auto }] }
      `,
      gateway,
      route('exportTo: ["."]'),
    ),
  },
});
