import { testRule, yaml } from '@meshvet/core/testing';
import { injectPodLabelOnNamespace } from './inject-pod-label-on-namespace.ts';

testRule(injectPodLabelOnNamespace, {
  bad: {
    'a value that says nothing': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels:
          sidecar.istio.io/inject: enabled #~ podOnly
    `,
  },
  good: {
    'on a Pod it is right': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, labels: { sidecar.istio.io/inject: "true" } }
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
  },
});
