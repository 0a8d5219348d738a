import { testRule, yaml } from '@meshvet/core/testing';
import { runtimeStrictOutsideCaller } from './runtime-strict-outside-caller.ts';

const server = (mode = 'STRICT', labels = 'istio-injection: enabled', annotations = '') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { ${labels} } }
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: web, namespace: shop }
  spec: { selector: { app: web }, ports: [{ name: http, port: 8080 }, { name: https, port: 443, targetPort: 9443 }] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: web, namespace: shop }
  spec:
    selector: { matchLabels: { app: web } }
    template:
      metadata: { labels: { app: web }, annotations: { ${annotations} } }
      spec: { containers: [{ name: web, image: web }] }
  ---
  apiVersion: security.istio.io/v1
  kind: PeerAuthentication
  metadata: { name: default, namespace: shop }
  spec: { mtls: { mode: ${mode} } }
`;
const controller = (image: string, labels = '') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ingress, labels: { a: b${labels} } }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: controller, namespace: ingress }
  spec:
    selector: { matchLabels: { app: controller } }
    template:
      metadata: { labels: { app: controller } }
      spec: { containers: [{ name: controller, image: "${image}" }] }
`;
const ingress = (head: string, mark = '') => yaml`
  apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata: { name: web, namespace: shop${head.startsWith('annotations') ? `, ${head}` : ''} }
  spec:
    ${head.startsWith('annotations') ? '' : head}
    rules:
      - http:
          paths:
            - backend: { service: { name: web, port: { number: 8080 } } } ${mark}
              path: /
              pathType: Prefix
`;
const kong = `apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: front }\nspec: { controller: ingress-controllers.konghq.com/kong }\n`;
const alb = kong.replace('ingress-controllers.konghq.com/kong', 'ingress.k8s.aws/alb');
const NGINX = 'registry.k8s.io/ingress-nginx/controller:v1.11';
const gateway = (controllerName: string, labels = '', mark = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: GatewayClass
  metadata: { name: edge }
  spec: { controllerName: ${controllerName} }
  ---
  apiVersion: v1
  kind: Namespace
  metadata: { name: edge, labels: { a: b${labels} } }
  ---
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: edge, namespace: edge }
  spec:
    gatewayClassName: edge
    listeners: [{ name: web, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }]
  ---
  apiVersion: gateway.networking.k8s.io/v1
  kind: HTTPRoute
  metadata: { name: web, namespace: shop }
  spec:
    parentRefs: [{ name: edge, namespace: edge }]
    rules:
      - backendRefs:
          - { name: web, port: 8080 } ${mark}
`;
const job = (container: string, mark = '', labels = 'sidecar.istio.io/inject: "false"') => yaml`
  apiVersion: batch/v1
  kind: Job
  metadata: { name: import, namespace: shop }
  spec:
    template:
      metadata: { labels: { ${labels} } }
      spec:
        containers:
          - name: import
            image: import
            ${container} ${mark}
`;
const webhook = (service: string, mark: string, more = '') => yaml`
  apiVersion: admissionregistration.k8s.io/v1
  kind: MutatingWebhookConfiguration
  metadata: { name: web }
  webhooks:
    - name: web.example.com
      clientConfig: { service: { ${service} } } ${mark}
      ${more}
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(runtimeStrictOutsideCaller, {
  bad: {
    'a controller by its class name alone': all(
      server(),
      controller(NGINX),
      ingress('ingressClassName: nginx', '#~ ingress'),
    ),
    'a class in the old annotation': all(
      server(),
      controller('docker.io/traefik:v3.1'),
      ingress('annotations: { kubernetes.io/ingress.class: traefik }', '#~ ingress'),
    ),
    'a class with a name of its own': all(
      server(),
      kong,
      controller('kong:3.6'),
      ingress('ingressClassName: front', '#~ ingress'),
    ),
    'the load balancer of a cloud': all(server(), alb, ingress('ingressClassName: front', '#~ ingress')),
    'pods of the ambient mesh refuse it too': all(
      server('STRICT', 'istio.io/dataplane-mode: ambient'),
      controller(NGINX),
      ingress('ingressClassName: nginx', '#~ ingress'),
    ),
    'a Gateway of another implementation': all(
      server(),
      gateway('gateway.nginx.org/nginx-gateway-controller', '', '#~ gateway'),
    ),
    'a Job without a sidecar': all(
      server(),
      job('env: [{ name: URL, value: "http://web.shop.svc.cluster.local:8080/import" }]', '#~ pods'),
    ),
    'a short name in an argument': all(server(), job('args: [--to, "http://web:8080"]', '#~ pods')),
    'a webhook of a port by its own number': all(
      server(),
      webhook('name: web, namespace: shop, port: 8080', '#~ apiServer'),
    ),
    'what a webhook cannot be asked passes, and is a warning': all(
      server(),
      webhook('name: web, namespace: shop', '#~ apiServer', 'failurePolicy: Ignore'),
    ),
    'an API of an extension server': all(
      server(),
      yaml`
        apiVersion: apiregistration.k8s.io/v1
        kind: APIService
        metadata: { name: v1.shop.example.com }
        spec: { service: { name: web, namespace: shop } } #~ apiService
      `,
    ),
    'a conversion of custom resources': all(
      server(),
      yaml`
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: carts.shop.example.com }
        spec:
          conversion:
            strategy: Webhook
            webhook: { clientConfig: { service: { name: web, namespace: shop } } } #~ apiServer
      `,
    ),
  },
  good: {
    'pods that take both': all(server('PERMISSIVE'), controller(NGINX), ingress('ingressClassName: nginx')),
    'a controller in the mesh': all(
      server(),
      controller(NGINX, ', istio-injection: enabled'),
      ingress('ingressClassName: nginx'),
    ),
    'a controller that nobody has read': all(server(), ingress('ingressClassName: nginx')),
    'a controller of another class': all(server(), controller('traefik:v3'), ingress('ingressClassName: nginx')),
    'a gateway of Istio': all(server(), gateway('istio.io/gateway-controller')),
    'a gateway in a namespace of the ambient mesh': all(
      server(),
      gateway('example.com/gateway', ', istio.io/dataplane-mode: ambient'),
    ),
    'the port is left out of the capture': all(
      server('STRICT', 'istio-injection: enabled', 'traffic.sidecar.istio.io/excludeInboundPorts: "9443"'),
      webhook('name: web, namespace: shop', ''),
    ),
    'a Job with a sidecar': all(server(), job('args: ["http://web:8080"]', '', 'team: shop')),
    'another port of the same name': all(server(), job('args: ["http://web:9999"]')),
    'a host outside': all(server(), job('args: ["http://web.example.com:8080", "web.shop.example:8080"]')),
  },
});
