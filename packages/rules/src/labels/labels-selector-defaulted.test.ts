import { testRule, yaml } from '@meshvet/core/testing';
import { labelsSelectorDefaulted } from './labels-selector-defaulted.ts';

testRule(labelsSelectorDefaulted, {
  good: {
    'pods that are not in the mesh': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: extensions/v1beta1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
    `,
    'a ReplicationController still has its default': yaml`
      apiVersion: v1
      kind: ReplicationController
      metadata: { name: cart, namespace: shop }
      spec:
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
    `,
    'without labels there is nothing to default to': yaml`
      apiVersion: extensions/v1beta1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        template:
          spec: { containers: [{ name: cart, image: cart }] }
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
