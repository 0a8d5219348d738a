import { testRule, yaml } from '@meshvet/core/testing';
import { injectAnnotationIneffective } from './inject-annotation-ineffective.ts';

testRule(injectAnnotationIneffective, {
  bad: {
    'istio-injection has another value than enabled': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: disabled } }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "true" #~ notSelected
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'an empty value asks for nothing in any release': {
      settings: { istioVersion: '1.4' },
      yaml: yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "" #~ noValue
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    },
    'before 1.10 too a namespace must be labelled': {
      settings: { istioVersion: '1.4' },
      yaml: yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "true" #~ notSelected
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    },
  },
  good: {
    'the Namespace is not in the input': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "true"
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'the Namespace has a revision': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio.io/rev: canary } }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "true"
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'all namespaces are injected by default': {
      settings: { enableNamespacesByDefault: true },
      yaml: yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "true"
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    },
    'another manifest of the Namespace is labelled': {
      files: {
        'a/ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n',
        'b/ns.yaml':
          'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n',
        'd.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "true"
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
      },
    },
    'the proxy stands in the manifest already': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "true"
              sidecar.istio.io/status: "{}"
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'a number is told by inject-value-not-string': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: 1
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'before 1.27 "disabled" was a no': {
      settings: { istioVersion: '1.26' },
      yaml: yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: disabled
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    },
  },
});
