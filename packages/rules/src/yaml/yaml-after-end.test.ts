import { testRule, yaml } from '@meshvet/core/testing';
import { yamlAfterEnd } from './yaml-after-end.ts';

testRule(yamlAfterEnd, {
  bad: {
    'what follows is dropped up to the next document': yaml`
      apiVersion: v1
      kind: ServiceAccount
      metadata: { name: cart, namespace: shop }
      ...
      kind: Lost #~ dropped
      apiVersion: v1
      ---
      apiVersion: v1
      kind: ServiceAccount
      metadata: { name: basket, namespace: shop }
    `,
  },
  good: {
    'nothing but a comment follows': yaml`
      apiVersion: v1
      kind: ServiceAccount
      metadata: { name: cart, namespace: shop }
      ...
      # the end
    `,
    'three dots within a text': yaml`
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: cart, namespace: shop }
      data:
        text: |
          to be continued
          ...
          here
    `,
  },
});
