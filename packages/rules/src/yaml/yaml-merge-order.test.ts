import { testRule, yaml } from '@meshvet/core/testing';
import { yamlMergeOrder } from './yaml-merge-order.ts';

testRule(yamlMergeOrder, {
  good: {
    'the merged value is the same as the written one': yaml`
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: cart, namespace: shop, labels: &labels { app: cart } }
      data:
        app: cart
        <<: *labels
    `,
    'the merge brings other keys': yaml`
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: cart, namespace: shop, labels: &labels { app: cart } }
      data:
        mode: fast
        <<: *labels
    `,
  },
});
