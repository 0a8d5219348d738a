import { testRule, yaml } from '@meshvet/core/testing';
import { labelsSelectorContainsVersion } from './labels-selector-contains-version.ts';

testRule(labelsSelectorContainsVersion, {
  good: {
    'a Service without a version beside it selects both': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: cart-v1, namespace: shop }
      spec: { selector: { app: cart, version: v1 }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-v1, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-v2, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v2 } }
        template:
          metadata: { labels: { app: cart, version: v2 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'only one version is there': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart, version: v1 }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-v1, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'blue and green, switched by the selector': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart, version: blue }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-blue, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: blue } }
        template:
          metadata: { labels: { app: cart, version: blue } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-green, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: green } }
        template:
          metadata: { labels: { app: cart, version: green } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'another application of the same version scheme': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart, version: v1 }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-v1, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web, namespace: shop }
      spec:
        selector: { matchLabels: { app: web, version: v2 } }
        template:
          metadata: { labels: { app: web, version: v2 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'nothing but the version in the selector says nothing of an application': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { version: v1 }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-v1, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-v2, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v2 } }
        template:
          metadata: { labels: { app: cart, version: v2 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'a Service that is filled in later may select the other': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart, version: v1 }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: next, namespace: shop }
      spec: { selector: { app: cart, version: "$(NEXT)" }, ports: [{ name: http, port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-v1, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-v2, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v2 } }
        template:
          metadata: { labels: { app: cart, version: v2 } }
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
