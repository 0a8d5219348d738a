import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectLabelOnWorkloadMetadata } from './inject-label-on-workload-metadata.ts';

testRule(injectLabelOnWorkloadMetadata, {
  bad: {
    'a revision on the workload': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
        labels:
          istio.io/rev: canary #~ label
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'the annotation of a Deployment and its label': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "true" #~ label
        annotations:
          sidecar.istio.io/inject: "true" #~ annotation
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'before 1.10 the annotation of the template is what counts': {
      settings: { istioVersion: '1.4' },
      yaml: yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
        annotations:
          sidecar.istio.io/inject: "false" #~ annotation
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    },
  },
  good: {
    'the template carries it as well': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "false"
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
              sidecar.istio.io/inject: "false"
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'the template carries the annotation': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
        annotations:
          sidecar.istio.io/inject: "false"
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
            annotations:
              sidecar.istio.io/inject: "false"
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'istiod and the gateways carry the revision that they are': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
        labels:
          app: istiod
          istio.io/rev: canary
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
          spec:
            containers: [{ name: cart, image: "cart:1" }]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
        labels:
          istio.io/rev: canary
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
              istio: ingressgateway
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
    'a Kustomization writes labels of that name everywhere': {
      files: {
        'kustomization.yaml': 'resources: [d.yaml]\ncommonLabels: { sidecar.istio.io/inject: "false" }\n',
        'd.yaml': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "false"
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata:
            labels:
              app: cart
          spec:
            containers: [{ name: cart, image: "cart:1" }]
    `,
      },
    },
    'a Pod is its own template': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, labels: { sidecar.istio.io/inject: "false" } }
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
  },
});

test('has the codes of istioctl, which looks at the annotations of Deployments only', async () => {
  const of = (kind: string) => yaml`
    apiVersion: apps/v1
    kind: ${kind}
    metadata: { name: cart, namespace: shop, annotations: { sidecar.istio.io/inject: "false" } }
    spec: { template: { metadata: { labels: { app: cart } }, spec: { containers: [{ name: cart, image: a }] } } }
  `;
  const codes = async (kind: string) =>
    (await findingsOf(injectLabelOnWorkloadMetadata, { 'a.yaml': of(kind) })).map((f) => f.codes);
  expect(await codes('Deployment')).toEqual([['IST0107', 'IST0135']]);
  expect(await codes('StatefulSet')).toEqual([[]]);
});
