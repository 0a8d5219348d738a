import { testRule, yaml } from '@meshvet/core/testing';
import { injectInitializerLegacy } from './inject-initializer-legacy.ts';

testRule(injectInitializerLegacy, {
  bad: {
    'on the workload itself': yaml`
      apiVersion: extensions/v1beta1
      kind: Deployment
      metadata:
        name: cart
        annotations:
          alpha.istio.io/sidecar: injected #~ annotation
      spec:
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: cart, image: cart }] }
    `,
    'a bare Pod is told once': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, annotations: { alpha.istio.io/sidecar: ignore } } #~ annotation
      spec: { containers: [{ name: cart, image: cart }] }
    `,
  },
  good: {
    'the initializer of something else': yaml`
      apiVersion: admissionregistration.k8s.io/v1alpha1
      kind: InitializerConfiguration
      metadata: { name: other }
      initializers: [{ name: vault.initializer.kubernetes.io }, 5, null, { name: [a] }]
    `,
    'another annotation of that prefix': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, annotations: { alpha.istio.io/kubernetes-serviceaccounts: cart } }
      spec: { ports: [{ name: http, port: 80 }] }
    `,
    'annotations of the wrong shape': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, annotations: [alpha.istio.io/sidecar] }
      spec: { containers: [{ name: cart, image: cart }] }
    `,
  },
});
