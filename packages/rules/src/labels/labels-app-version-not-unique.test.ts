import { testRule, yaml } from '@meshvet/core/testing';
import { labelsAppVersionNotUnique } from './labels-app-version-not-unique.ts';

testRule(labelsAppVersionNotUnique, {
  bad: {
    'in the mesh the telemetry adds the parts up': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: enabled } }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: store-query, namespace: shop }
      spec:
        selector: { matchLabels: { app.kubernetes.io/component: query } }
        template:
          metadata: { labels: { app.kubernetes.io/name: store, app.kubernetes.io/version: "1", app.kubernetes.io/component: query } } #~ sameVersion
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: store-receive, namespace: shop }
      spec:
        selector: { matchLabels: { app.kubernetes.io/component: receive } }
        template:
          metadata: { labels: { app.kubernetes.io/name: store, app.kubernetes.io/version: "1", app.kubernetes.io/component: receive } } #~ sameVersion
          spec: { containers: [{ name: app, image: app }] }
    `,
    'the names are written with different labels': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } } #~ sameVersion
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: b, namespace: shop }
      spec:
        selector: { matchLabels: { app.kubernetes.io/name: cart, version: v1 } }
        template:
          metadata: { labels: { app.kubernetes.io/name: cart, version: v1 } } #~ sameVersion
          spec: { containers: [{ name: app, image: app }] }
    `,
    'in the strict reading only two versions tell them apart': {
      yaml: yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } } #~ sameVersion
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: b, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } } #~ noVersion
          spec: { containers: [{ name: app, image: app }] }
    `,
      settings: { uniqueApp: 'strict' },
    },
    'Jobs on request': {
      yaml: yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } } #~ noVersion
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: { name: migrate, namespace: shop }
      spec: { template: { metadata: { labels: { app: cart } }, spec: { restartPolicy: Never, containers: [{ name: m, image: m }] } } } #~ noVersion
    `,
      settings: { rules: { 'labels-app-version-not-unique': { options: { jobs: true } } } },
    },
  },
  good: {
    'parts of one application, where nobody knows of a mesh': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: store-query, namespace: shop }
      spec:
        selector: { matchLabels: { app.kubernetes.io/component: query } }
        template:
          metadata: { labels: { app.kubernetes.io/name: store, app.kubernetes.io/version: "1", app.kubernetes.io/component: query } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: store-receive, namespace: shop }
      spec:
        selector: { matchLabels: { app.kubernetes.io/component: receive } }
        template:
          metadata: { labels: { app.kubernetes.io/name: store, app.kubernetes.io/version: "1", app.kubernetes.io/component: receive } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'one copy for each node, where nobody knows of a mesh': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: echo-a, namespace: shop }
      spec:
        selector: { matchLabels: { echo-node: a } }
        template:
          metadata: { labels: { app.kubernetes.io/name: store, app.kubernetes.io/version: "1", echo-node: a } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: echo-b, namespace: shop }
      spec:
        selector: { matchLabels: { echo-node: b } }
        template:
          metadata: { labels: { app.kubernetes.io/name: store, app.kubernetes.io/version: "1", echo-node: b } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'a bare Pod beside the Deployment that made it is one of its instances': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, version: v1 } }
        template:
          metadata: { labels: { app: cart, version: v1 } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: cart-55bf89f8c9-wzfrh, namespace: shop, labels: { app: cart, version: v1 } }
      spec: { containers: [{ name: app, image: app }] }
    `,
    'the two sides of one rollout': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, track: stable } }
        template:
          metadata: { labels: { app: cart, track: stable } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart-canary, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart, track: canary } }
        template:
          metadata: { labels: { app: cart, track: canary } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web-blue, namespace: shop }
      spec:
        selector: { matchLabels: { app: web, version: v1, slot: blue } }
        template:
          metadata: { labels: { app: web, version: v1, slot: blue } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web-green, namespace: shop }
      spec:
        selector: { matchLabels: { app: web, version: v1, slot: green } }
        template:
          metadata: { labels: { app: web, version: v1, slot: green } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: api, namespace: shop }
      spec:
        selector: { matchLabels: { app: api } }
        template:
          metadata: { labels: { app: api } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: api-primary, namespace: shop }
      spec:
        selector: { matchLabels: { app: api, role: x } }
        template:
          metadata: { labels: { app: api, role: x } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'variants of one workload': {
      files: {
        'a/cart.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
        'b/cart.yaml': yaml`
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
    },
    'another kind of the same name takes its place': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'flavours of a tutorial in one folder: which belong together is not known': {
      files: {
        'plain.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: echo, namespace: shop }
      spec:
        selector: { matchLabels: { app: echo } }
        template:
          metadata: { labels: { app: echo } }
          spec: { containers: [{ name: app, image: app }] }
    `,
        'ipv6.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: echo, namespace: shop }
      spec:
        selector: { matchLabels: { app: echo } }
        template:
          metadata: { labels: { app: echo } }
          spec: { containers: [{ name: app, image: app }] }
    `,
        'services.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: echo-v1, namespace: shop }
      spec:
        selector: { matchLabels: { app: echo } }
        template:
          metadata: { labels: { app: echo } }
          spec: { containers: [{ name: app, image: app }] }
    `,
      },
    },
    'a flavour of another kind and an older API': {
      files: {
        'all-in-one.yaml': yaml`
          apiVersion: extensions/v1beta1
          kind: Deployment
          metadata: { name: echo, namespace: shop }
          spec:
            selector: { matchLabels: { app: echo } }
            template:
              metadata: { labels: { app: echo } }
              spec: { containers: [{ name: echo, image: echo }] }
        `,
        'deployment.yaml': yaml`
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: echo, namespace: shop }
          spec:
            selector: { matchLabels: { app: echo } }
            template:
              metadata: { labels: { app: echo } }
              spec: { containers: [{ name: echo, image: echo }] }
        `,
        'set.yaml': yaml`
          apiVersion: apps/v1
          kind: StatefulSet
          metadata: { name: echo-set, namespace: shop }
          spec:
            selector: { matchLabels: { app: echo } }
            template:
              metadata: { labels: { app: echo } }
              spec: { containers: [{ name: echo, image: echo }] }
        `,
      },
    },
    'Jobs may share the name of their application': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: { name: migrate, namespace: shop }
      spec: { template: { metadata: { labels: { app: cart } }, spec: { restartPolicy: Never, containers: [{ name: m, image: m }] } } }
    `,
    'the config does not ask for it': {
      yaml: yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: b, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
      settings: { uniqueApp: 'off' },
    },
    'one has a version, the other is "latest"': yaml`
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
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'folders that have nothing to do with each other': {
      files: {
        'x/a/cart.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: a }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
        'y/b/cart.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: b }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
      },
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
