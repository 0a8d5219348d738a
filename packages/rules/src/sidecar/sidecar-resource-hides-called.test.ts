import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarResourceHidesCalled } from './sidecar-resource-hides-called.ts';

const files = (text: string, mark = '', egress = '"./*"', more = '') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: stock, labels: { istio-injection: enabled } }
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: stock, namespace: stock }
  spec: { selector: { app: stock }, ports: [{ name: http, port: 8080 }] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: stock, namespace: stock }
  spec:
    selector: { matchLabels: { app: stock } }
    template:
      metadata: { labels: { app: stock } }
      spec: { containers: [{ name: stock, image: stock }] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: orders, namespace: orders }
  spec:
    selector: { matchLabels: { app: orders } }
    template:
      metadata: { labels: { app: orders, sidecar.istio.io/inject: "true" } }
      spec:
        containers:
          - name: orders
            image: orders
            ${text} ${mark}
  ---
  apiVersion: networking.istio.io/v1
  kind: Sidecar
  metadata: { name: default, namespace: orders }
  spec: { egress: [{ hosts: [${egress}] }]${more} }
`;
const URL = 'args: ["--stock=http://stock.stock:8080"]';
const ONLY = ', outboundTrafficPolicy: { mode: REGISTRY_ONLY }';
const strict =
  '---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: default, namespace: stock }\nspec: { mtls: { mode: STRICT } }\n';
const mesh =
  '---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: istio, namespace: istio-system }\ndata: { mesh: "outboundTrafficPolicy: { mode: REGISTRY_ONLY }" }\n';

testRule(sidecarResourceHidesCalled, {
  bad: {
    'the mode of the mesh': files(URL, '#~ blocked') + mesh,
    'an address without a scheme': files(
      'env: [{ name: STOCK, value: "stock.stock.svc.cluster.local:8080" }]',
      '#~ blocked',
      '"./*"',
      ONLY,
    ),
    'pods that are strict refuse what goes past the mesh': files(URL, '#~ refused') + strict,
    'else it goes past routes and mutual TLS': files(URL, '#~ bypassed'),
  },
  good: {
    'one host of the other namespace': files(URL, '', '"./*", "stock/stock.stock.svc.cluster.local"', ONLY),
    'the call goes past the sidecar on purpose': files(URL, '', '"./*"', ONLY).replace(
      'metadata: { labels: { app: orders,',
      'metadata: { annotations: { traffic.sidecar.istio.io/excludeOutboundPorts: "8080" }, labels: { app: orders,',
    ),
    'all namespaces': files(URL, '', '"*/*"', ONLY),
    'a host outside': files('args: ["http://stock.example.com:8080"]', '', '"./*"', ONLY),
    'the Sidecar selects other pods': files(URL, '', '"./*"', `${ONLY}, workloadSelector: { labels: { app: pay } }`),
    'a route to it that is imported brings it in': `${files(URL, '', '"./*"', ONLY)}---\n${yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: front, namespace: orders }
      spec: { hosts: [front], http: [{ route: [{ destination: { host: stock.stock.svc.cluster.local } }] }] }
    `}`,
  },
});
