import { testRule, yaml } from '@meshvet/core/testing';
import { serviceTargetPortShared } from './service-target-port-shared.ts';

testRule(serviceTargetPortShared, {
  bad: {
    'the headless twin repeats what its Service says': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec:
        selector: { app: cart }
        ports:
          - { name: http, port: 80, targetPort: 8080 }
          - { name: http-b, port: 81, targetPort: 8080 } #~ within
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: db-headless, namespace: shop }
      spec: { clusterIP: None, selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
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
  },
  good: {
    'a clash of protocols is told by service-protocol-conflict': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }, { name: https, port: 443, targetPort: 8080 }] }
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
    'one number over two transports': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: dns, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: tcp-dns, port: 53, targetPort: 5353 }, { name: udp-dns, port: 54, targetPort: 5353, protocol: UDP }] }
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
    'the same number in two Services': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { type: LoadBalancer, selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
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
    'a target that is filled in later': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: "$(PORT)" }, { name: http-b, port: 81, targetPort: "$(PORT)" }] }
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
