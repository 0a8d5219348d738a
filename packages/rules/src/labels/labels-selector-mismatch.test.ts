import { testRule, yaml } from '@meshvet/core/testing';
import { labelsSelectorMismatch } from './labels-selector-mismatch.ts';

testRule(labelsSelectorMismatch, {
  bad: {
    'flat and by expression, outside the mesh as well': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: v1
      kind: ReplicationController
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { app: card } #~ differs
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web, namespace: shop }
      spec:
        selector: { matchExpressions: [{ key: tier, operator: In, values: [a, b] }] } #~ lacks
        template:
          metadata: { labels: { app: web } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'forbidden and demanded keys': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web, namespace: shop }
      spec:
        selector: { matchExpressions: [{ key: app, operator: DoesNotExist }, { key: app, operator: NotIn, values: [web] }, { key: tier, operator: Exists }] } #~ differs differs lacks
        template:
          metadata: { labels: { app: web } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'a template without labels': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { run: cart } } #~ lacks
        template:
          spec: { containers: [{ name: cart, image: cart }] }
    `,
  },
  good: {
    'the flat selectors of ReplicationController and DeploymentConfig': yaml`
      apiVersion: v1
      kind: ReplicationController
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { app: cart }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
      ---
      apiVersion: apps.openshift.io/v1
      kind: DeploymentConfig
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { app: cart }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
    `,
    'a Kustomization gives the label to selector and template': {
      files: {
        'kustomization.yaml': yaml`
      resources: [cart.yaml]
      commonLabels: { tier: web }
    `,
        'cart.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { run: cart, tier: web } }
        template:
          metadata: { labels: { run: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
    `,
      },
    },
    'placeholders on either side': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { run: "$(NAME)" } }
        template:
          metadata: { labels: { run: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { run: cart } }
        template:
          metadata: { labels: { run: "$(NAME)" } }
          spec: { containers: [{ name: cart, image: cart }] }
    `,
    'a Job has no selector of its own': yaml`
      apiVersion: batch/v1
      kind: CronJob
      metadata: { name: report, namespace: shop }
      spec: { schedule: "0 1 * * *", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: report, image: report }] } } } } }
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
