import { testRule, yaml } from '@meshvet/core/testing';
import { labelsVersionMissing } from './labels-version-missing.ts';

testRule(labelsVersionMissing, {
  bad: {
    'where none of a name has a version, labels-app-version-not-unique tells it': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, run: a } }
        template:
          metadata: { labels: { app: cart, run: a } } #~ missing
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: b, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, run: b } }
        template:
          metadata: { labels: { app: cart, run: b } } #~ missing
          spec: { containers: [{ name: app, image: app }] }
    `,
  },
  good: {
    'what ends by itself, and Pods that a controller made': yaml`
      apiVersion: batch/v1
      kind: CronJob
      metadata: { name: report, namespace: shop }
      spec: { schedule: "0 1 * * *", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: report, image: report }] } } } } }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: cart-x, namespace: shop, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: cart }] }
      spec: { containers: [{ name: cart, image: cart }] }
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
        selector: { matchLabels: { run: cart } }
        template:
          metadata: { labels: { run: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
    `,
    'a gateway is no application': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: gw, namespace: shop }
      spec:
        selector: { matchLabels: { istio: ingressgateway } }
        template:
          metadata: { labels: { istio: ingressgateway } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'a Kustomization sets the label': {
      files: {
        'kustomization.yaml': yaml`
      resources: [cart.yaml]
      commonLabels: { app: cart, version: v1 }
    `,
        'cart.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { run: cart } }
        template:
          metadata: { labels: { run: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
    `,
      },
    },
    'the value of a label is filled in later': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: "$(APP)", version: "$(VERSION)" } }
        template:
          metadata: { labels: { app: "$(APP)", version: "$(VERSION)" } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'a label that is a number is still a label': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: 7, version: 1.10 } }
        template:
          metadata: { labels: { app: 7, version: 1.10 } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'a label on the workload alone is told by labels-on-workload-only': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop, labels: { app: cart, version: v1 } }
      spec:
        selector: { matchLabels: { run: cart } }
        template:
          metadata: { labels: { run: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
    `,
    'an empty label is told by labels-empty-value': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { version: "" } }
        template:
          metadata: { labels: { version: "" } }
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
