import { testRule, yaml } from '@meshvet/core/testing';
import { injectNamespaceLabelOnWorkload } from './inject-namespace-label-on-workload.ts';

testRule(injectNamespaceLabelOnWorkload, {
  bad: {
    'one mistake on both levels is told once': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        namespace: shop
        labels:
          istio-injection: enabled #~ workload
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart }, annotations: { istio-injection: enabled } }
          spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    'a patch writes it too': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        template:
          metadata:
            annotations:
              istio-injection: disabled #~ workload
    `,
  },
  good: {
    'a kind that may make Namespaces of its labels': yaml`
      apiVersion: project.openshift.io/v1
      kind: Project
      metadata: { name: shop, labels: { istio-injection: enabled } }
    `,
  },
});
