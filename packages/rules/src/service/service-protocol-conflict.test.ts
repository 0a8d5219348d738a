import { testRule, yaml } from '@meshvet/core/testing';
import { serviceProtocolConflict } from './service-protocol-conflict.ts';

testRule(serviceProtocolConflict, {
  bad: {
    'a name and a number that are one port of the pod': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: web }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: tcp, port: 81, targetPort: 8080 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop } #~ sameTarget
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app, ports: [{ name: web, containerPort: 8080 }] }] }
    `,
    'three Services that disagree are one finding': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: tcp, port: 81, targetPort: 8080 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: c, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: https, port: 443, targetPort: 8080 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop } #~ sameTarget
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app }] }
    `,
  },
  good: {
    'an unnamed port is detected, so it disagrees with nothing': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ port: 80, targetPort: 8080 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: tcp, port: 81, targetPort: 8080 }] }
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
    'the same number over TCP and UDP, in two Services': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: dns-tcp, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: tcp, port: 53 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: dns-udp, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: dns, port: 53, protocol: UDP }] }
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
    'Services of pods that are not in the mesh': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }, { name: tcp, port: 81, targetPort: 8080 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: tcp, port: 80, targetPort: 8080 }] }
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
    'one Service in two overlays, which never meet': {
      files: {
        'a/service.yaml': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
    `,
        'b/service.yaml': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: tcp, port: 80, targetPort: 8080 }] }
    `,
        'base/cart.yaml': yaml`
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
    'two Services of one namespace that select different pods': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { selector: { app: shop }, ports: [{ name: tcp, port: 80, targetPort: 8080 }] }
      ---
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
      kind: Deployment
      metadata: { name: shop, namespace: shop }
      spec:
        selector: { matchLabels: { app: shop } }
        template:
          metadata: { labels: { app: shop } }
          spec: { containers: [{ name: app, image: app }] }
    `,
    'equal names stand for different ports in different pods': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: web }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: b, namespace: shop }
      spec: { selector: { app: shop }, ports: [{ name: tcp, port: 80, targetPort: web }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: app, image: app, ports: [{ name: web, containerPort: 80 }] }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: shop, namespace: shop }
      spec:
        selector: { matchLabels: { app: shop } }
        template:
          metadata: { labels: { app: shop } }
          spec: { containers: [{ name: app, image: app, ports: [{ name: web, containerPort: 80 }] }] }
    `,
    'the ports of a gateway are for its own proxy': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: gw, namespace: shop }
      spec: { selector: { istio: ingressgateway }, ports: [{ name: http, port: 80, targetPort: 8080 }, { name: https, port: 443, targetPort: 8080 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: gw, namespace: shop }
      spec:
        selector: { matchLabels: { istio: ingressgateway } }
        template:
          metadata: { labels: { istio: ingressgateway } }
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
