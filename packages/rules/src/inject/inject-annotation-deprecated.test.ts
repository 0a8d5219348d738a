import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectAnnotationDeprecated } from './inject-annotation-deprecated.ts';

testRule(injectAnnotationDeprecated, {
  bad: {
    'whether the namespace is labelled is not known': yaml`
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
              sidecar.istio.io/inject: "true" #~ optIn
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'the namespace is labelled, so "true" adds nothing': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: enabled } }
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
              sidecar.istio.io/inject: "true" #~ redundant
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'where the policy of the injector is disabled, "true" is what counts': {
      settings: { installation: { autoInject: 'disabled' } },
      yaml: yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: enabled } }
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
              sidecar.istio.io/inject: "true" #~ optIn
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    },
    'a manifest without namespace goes anywhere': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "true" #~ optIn
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'the value comes later': yaml`
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
              sidecar.istio.io/inject: "$(INJECT)" #~ unread
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'before 1.27 other words say no': {
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
              sidecar.istio.io/inject: "disabled" #~ optOut
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    },
    'before 1.10 it is what is read': {
      settings: { profile: 'istio-1.0' },
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
              sidecar.istio.io/inject: "false" #~ early
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    },
    'a revision label of the pod brings it before the injector': yaml`
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
              istio.io/rev: canary
            annotations:
              sidecar.istio.io/inject: "true" #~ optIn
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'in a patch': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        template:
          metadata:
            annotations:
              sidecar.istio.io/inject: "false" #~ optOut
    `,
  },
  good: {
    'OpenShift Service Mesh 2 reads the annotation': yaml`
      apiVersion: maistra.io/v2
      kind: ServiceMeshControlPlane
      metadata: { name: basic, namespace: istio-system }
      spec: { version: v2.4 }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart }, annotations: { sidecar.istio.io/inject: "true" } }
          spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    'label and annotation differ, which is another mistake': yaml`
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
    'nothing selects the pods, which is another mistake': yaml`
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
    'on a Service nobody reads it': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop, annotations: { sidecar.istio.io/inject: "false" } }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `,
  },
});

test('has the code of istioctl on Pods, whose annotations it reads, and not on templates', async () => {
  const pod = yaml`
    apiVersion: v1
    kind: Pod
    metadata: { name: cart, namespace: shop, annotations: { sidecar.istio.io/inject: "false" } }
    spec: { containers: [{ name: cart, image: "cart:1" }] }
  `;
  const [finding] = await findingsOf(injectAnnotationDeprecated, { 'a.yaml': pod });
  expect(finding?.codes).toEqual(['IST0135']);
  const [early] = await findingsOf(
    injectAnnotationDeprecated,
    { 'a.yaml': pod },
    { settings: { istioVersion: '1.9' } },
  );
  expect(early?.severity).toBe('info');
});
