import { testRule, yaml } from '@meshvet/core/testing';
import { serviceTargetPortUndeclared } from './service-target-port-undeclared.ts';

testRule(serviceTargetPortUndeclared, {
  good: {
    'one of two workloads lists the number': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } }
          spec: { containers: [{ name: app, image: app, ports: [{ containerPort: 8080 }] }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: worker, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v2 } }
        template:
          metadata: { labels: { app: cart, version: v2 } }
          spec: { containers: [{ name: app, image: app, ports: [{ containerPort: 9090 }] }] }
    `,
    'one of two workloads lists no ports at all': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: worker, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v2 } }
        template:
          metadata: { labels: { app: cart, version: v2 } }
          spec: { containers: [{ name: app, image: app, ports: [{ containerPort: 9090 }] }] }
    `,
    'the ports of the sidecar are listed nowhere': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http-metrics, port: 15020 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app, ports: [{ containerPort: 9090 }] }] }
    `,
    'a gateway opens its ports when it is told to': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: gw, namespace: shop }
      spec: { selector: { istio: ingressgateway }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: gw, namespace: shop }
      spec:
        selector: { matchLabels: { istio: ingressgateway } }
        template:
          metadata: { labels: { istio: ingressgateway } }
          spec: { containers: [{ name: app, image: app, ports: [{ containerPort: 15021 }] }] }
    `,
    'a native sidecar lists it': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { initContainers: [{ name: s, image: s, restartPolicy: Always, ports: [{ containerPort: 8080 }] }], containers: [{ name: app, image: app, ports: [{ containerPort: 9090 }] }] }
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
