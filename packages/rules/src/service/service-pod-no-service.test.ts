import { testRule, yaml } from '@meshvet/core/testing';
import { servicePodNoService } from './service-pod-no-service.ts';

testRule(servicePodNoService, {
  bad: {
    'in a closed world a workload alone has none': {
      yaml: yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } } #~ none
          spec: { containers: [{ name: app, image: app }] }
    `,
      settings: { closedWorld: true },
    },
    'a Namespace without a label may get it by hand': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: other, namespace: shop }
      spec: { selector: { app: other }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } } #~ none
          spec: { containers: [{ name: app, image: app }] }
    `,
  },
  good: {
    'a Service whose selector is filled in later may select it': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: other, namespace: shop }
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
    'a bare Pod that is run once': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: other, namespace: shop }
      spec: { selector: { app: other }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: check, namespace: shop, labels: { app: check } }
      spec: { restartPolicy: Never, containers: [{ name: check, image: check }] }
    `,
    'Flagger makes the Services of its Canary': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: other, namespace: shop }
      spec: { selector: { app: other }, ports: [{ name: http, port: 80 }] }
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
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: { name: cart, namespace: shop }
      spec: { targetRef: { apiVersion: apps/v1, kind: Deployment, name: cart } }
    `,
    'pods that opted out of the mesh': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: other, namespace: shop }
      spec: { selector: { app: other }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, sidecar.istio.io/inject: "false" } }
        template:
          metadata: { labels: { app: cart, sidecar.istio.io/inject: "false" } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'the Services stand in another folder, and nobody names a namespace': {
      files: {
        'a/service.yaml': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: other }
      spec: { selector: { app: other }, ports: [{ name: http, port: 80 }] }
    `,
        'b/cart.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
      },
    },
    'before istio-current nothing is said of pods outside the mesh': {
      yaml: yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: other, namespace: shop }
      spec: { selector: { app: other }, ports: [{ name: http, port: 80 }] }
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
      settings: { profile: 'istio-legacy' },
    },
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
