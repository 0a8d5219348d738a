import { testRule, yaml } from '@meshvet/core/testing';
import { labelsAppSharedUnrelated } from './labels-app-shared-unrelated.ts';

testRule(labelsAppSharedUnrelated, {
  good: {
    'a Service for each version': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart, version: v1 }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { selector: { app: cart, version: v2 }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: b, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v2 } }
        template:
          metadata: { labels: { app: cart, version: v2 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'a worker without a Service': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { run: a }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, run: a, version: v1 } }
        template:
          metadata: { labels: { app: cart, run: a, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: b, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, run: b, version: v2 } }
        template:
          metadata: { labels: { app: cart, run: b, version: v2 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'equal versions are told by labels-app-version-not-unique': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { run: a }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { selector: { run: b }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, run: a, version: v1 } }
        template:
          metadata: { labels: { app: cart, run: a, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: b, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, run: b, version: v1 } }
        template:
          metadata: { labels: { app: cart, run: b, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'the config does not ask for it': {
      yaml: yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { run: a }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { selector: { run: b }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, run: a, version: v1 } }
        template:
          metadata: { labels: { app: cart, run: a, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: b, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, run: b, version: v2 } }
        template:
          metadata: { labels: { app: cart, run: b, version: v2 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
      settings: { uniqueApp: 'off' },
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
