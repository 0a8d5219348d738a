import { testRule, yaml } from '@meshvet/core/testing';
import { injectLabelAnnotationDisagree } from './inject-label-annotation-disagree.ts';

testRule(injectLabelAnnotationDisagree, {
  bad: {
    'an empty label hides the annotation too': yaml`
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
              sidecar.istio.io/inject: ""
            annotations:
              sidecar.istio.io/inject: "false" #~ labelWins
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
  },
  good: {
    'other words for the same': yaml`
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
              sidecar.istio.io/inject: "false"
            annotations:
              sidecar.istio.io/inject: disabled
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'one of them is filled in later': yaml`
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
              sidecar.istio.io/inject: "true"
            annotations:
              sidecar.istio.io/inject: "$(INJECT)"
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'before 1.9 nobody reads the label': {
      settings: { istioVersion: '1.8' },
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
              sidecar.istio.io/inject: "true"
            annotations:
              sidecar.istio.io/inject: "false"
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    },
  },
});
