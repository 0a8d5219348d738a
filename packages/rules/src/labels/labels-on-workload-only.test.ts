import { testRule, yaml } from '@meshvet/core/testing';
import { labelsOnWorkloadOnly } from './labels-on-workload-only.ts';

testRule(labelsOnWorkloadOnly, {
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
    'a Pod is its own pod': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, labels: { app: cart } }
      spec: { containers: [{ name: cart, image: cart }] }
    `,
    'pods that are not in the mesh': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop, labels: { app: cart } }
      spec:
        selector: { matchLabels: { run: cart } }
        template:
          metadata: { labels: { run: cart } }
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
