import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectHostNetwork } from './inject-host-network.ts';

testRule(injectHostNetwork, {
  bad: {
    'an agent of the nodes, in a namespace that nobody read: advice': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: traefik, namespace: kube-system }
      spec:
        hostNetwork: true #~ outside
        containers: [{ name: traefik, image: "traefik:1" }]
    `,
    'the annotation asks': yaml`
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
            hostNetwork: true #~ asked
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'a revision asks, also in a namespace without labels': yaml`
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
          spec:
            hostNetwork: true #~ asked
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'the namespace asks': yaml`
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
          spec:
            hostNetwork: true #~ outside
            containers: [{ name: cart, image: "cart:1" }]
    `,
  },
  good: {
    'nobody wanted the pods in': yaml`
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
          spec:
            hostNetwork: true
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'nobody wanted the pods in, said aloud': yaml`
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
          spec:
            hostNetwork: true
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'the old annotation says that they stay out': yaml`
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
              sidecar.istio.io/inject: "false"
          spec:
            hostNetwork: true
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'hostNetwork is false, or comes later': yaml`
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
          spec:
            hostNetwork: false
            containers: [{ name: cart, image: "cart:1" }]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: b
        namespace: shop
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
          spec:
            hostNetwork: "$(HOST)"
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'a gateway on the network of its node': yaml`
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
              istio: ingressgateway
          spec:
            hostNetwork: true
            containers: [{ name: cart, image: "cart:1" }]
    `,
  },
});

test('warns where a sidecar is asked for, and else informs', async () => {
  const pod = (labels: string) =>
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: shop, labels: { ${labels} } }\nspec: { hostNetwork: true, containers: [{ name: a, image: a }] }\n`;
  const severity = async (labels: string) =>
    (await findingsOf(injectHostNetwork, { 'a.yaml': pod(labels) }))[0]?.severity;
  expect(await severity('sidecar.istio.io/inject: "true"')).toBe('warning');
  expect(await severity('app: a')).toBe('info');
});
