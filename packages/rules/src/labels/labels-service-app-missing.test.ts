import { testRule, yaml } from '@meshvet/core/testing';
import { labelsServiceAppMissing } from './labels-service-app-missing.ts';

testRule(labelsServiceAppMissing, {
  good: {
    'later releases look at no label of a Service': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `,
    'a Kustomization sets it': {
      files: {
        'kustomization.yaml': yaml`
      resources: [cart.yaml]
      commonLabels: { app: cart }
    `,
        'cart.yaml': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `,
      },
      settings: { profile: 'istio-1.0' },
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
