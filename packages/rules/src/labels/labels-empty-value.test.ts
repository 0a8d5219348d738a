import { testRule, yaml } from '@meshvet/core/testing';
import { labelsEmptyValue } from './labels-empty-value.ts';

testRule(labelsEmptyValue, {
  bad: {
    'a stronger label that is empty': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app.kubernetes.io/name: "", app: cart } }
        template:
          metadata: { labels: { app.kubernetes.io/name: "", app: cart } } #~ empty
          spec: { containers: [{ name: app, image: app }] }
    `,
  },
  good: {
    'a stronger label hides it': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app.kubernetes.io/name: cart, app: "", version: v1 } }
        template:
          metadata: { labels: { app.kubernetes.io/name: cart, app: "", version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'pods that are not in the mesh': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: "" } }
        template:
          metadata: { labels: { app: "" } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'an empty label of the workload itself is read by nobody': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop, labels: { version: "" } }
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
