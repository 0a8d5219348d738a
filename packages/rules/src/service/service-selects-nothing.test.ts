import { testRule, yaml } from '@meshvet/core/testing';
import { serviceSelectsNothing } from './service-selects-nothing.ts';

const CART = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
`;
const pods = yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart } }
      spec: { containers: [{ name: app, image: app }] }
`;
const route = (destinations: string, hosts = '[shop.example.com]') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: route, namespace: shop }
  spec: { hosts: ${hosts}, http: [{ route: [${destinations}] }] }
`;
const service = (mark = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: card, namespace: shop }
  spec: { selector: { app: card }, ports: [{ name: http, port: 80 }] } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(serviceSelectsNothing, {
  bad: {
    'a route leads there': all(pods, service('#~ routed `selector`'), route('{ destination: { host: card } }')),
    'it is the host of a route that leads to itself': all(
      pods,
      service('#~ routed'),
      route('{ destination: { host: card } }', '[card]'),
    ),
    'a route that gives it nothing yet': all(
      pods,
      service('#~ nothing'),
      route('{ destination: { host: cart }, weight: 100 }, { destination: { host: card }, weight: 0 }'),
    ),
    'in a closed world there is nothing else': {
      yaml: yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] } #~ nothing
    `,
      settings: { closedWorld: true },
    },
  },
  good: {
    'its pods are in another cluster of the mesh': {
      yaml: CART,
      settings: { closedWorld: true },
      setup: {
        clusters: {
          west: [
            {
              path: 'west/cart.yaml',
              text: `${CART}---\n${yaml`
                apiVersion: v1
                kind: Pod
                metadata: { name: cart-1, namespace: shop, labels: { app: cart } }
                spec: { containers: [{ name: cart, image: cart }] }
              `}`,
            },
          ],
        },
      },
    },
    'a virtual machine stands behind it': {
      yaml: `${CART}---\n${yaml`
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: { name: cart-1, namespace: shop }
        spec: { address: 10.0.0.9, labels: { app: cart } }
      `}`,
      settings: { closedWorld: true },
    },
    'no more than a name, whose route leads elsewhere': all(
      pods,
      service(),
      route('{ destination: { host: cart } }', '[card]'),
    ),
    'an operator makes the pods': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: alert, namespace: shop }
      spec: { selector: { alertmanager: main }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: monitoring.coreos.com/v1
      kind: Alertmanager
      metadata: { name: main, namespace: shop }
      spec: {}
    `,
    'the config declares the workload elsewhere': {
      yaml: yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: card, namespace: shop }
      spec: { selector: { app: card }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
      settings: { externals: { workloads: ['shop/card'] } },
    },
    'a placeholder in the selector': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: card, namespace: shop }
      spec: { selector: { app: "$(APP)" }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'a name that only routes use': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: apex, namespace: shop }
      spec: { selector: { app: apex }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: mesh, namespace: shop }
      spec: { selector: { app: mesh }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: split, namespace: shop }
      spec: { selector: { app: split }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: apex, namespace: shop }
      spec: { hosts: [apex.shop.svc.cluster.local], http: [{ route: [{ destination: { host: cart } }] }] }
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: { name: mesh, namespace: shop }
      spec: { parentRefs: [{ group: "", kind: Service, name: mesh }], rules: [{ backendRefs: [{ name: cart, port: 80 }] }] }
      ---
      apiVersion: split.smi-spec.io/v1alpha1
      kind: TrafficSplit
      metadata: { name: any, namespace: shop }
      spec: { service: split, backends: [{ service: cart, weight: 1 }] }
    `,
    'input of the wrong shape is left alone': yaml`
      apiVersion: v1
      kind: Service
      metadata: []
      spec: { selector: [app], ports: { port: 80 } }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: odd, namespace: shop }
      spec: { selector: { app: odd }, ports: [{ port: "80", targetPort: [8080] }, { port: 99999999999, targetPort: true, name: 7 }, { port: 81, targetPort: "" }, 5, null, { port: ~ }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: odd-too, namespace: shop }
      spec: { clusterIP: None, selector: { app: odd, __proto__: x, constructor: y } }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: odd, namespace: shop }
      spec:
        selector: [app]
        template:
          metadata: { labels: [app, version] }
          spec: { containers: [{ name: app, image: app, ports: { containerPort: 80 } }, "text", null] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: text
      spec:
        selector: { matchLabels: { app: "$(APP)" }, matchExpressions: [{ key: app, operator: Near }, 5] }
        template:
          metadata: { labels: "$(LABELS)" }
          spec: { containers: [{ name: app, image: app, ports: [{ name: [web], containerPort: "80" }, 7] }] }
    `,
  },
});
