import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { yamlDuplicateKey } from './yaml-duplicate-key.ts';

testRule(yamlDuplicateKey, {
  bad: {
    'three times': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        selector:
          app: cart
          app: basket #~ twice
          app: shop #~ twice
    `,
    'a key that means something to JavaScript': yaml`
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: cart, namespace: shop }
      data:
        __proto__: "1"
        __proto__: "2" #~ twice
    `,
  },
  good: {
    'the same key in mappings side by side': yaml`
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: cart, namespace: shop }
      data: { name: cart }
    `,
    'values of another tool have another reader': yaml`
      image: cart
      image: basket
    `,
  },
});

test('names the resource that the key stands in, also within a List', async () => {
  const text = yaml`
    apiVersion: v1
    kind: List
    items:
      - apiVersion: v1
        kind: Service
        metadata: { name: a, namespace: shop }
      - apiVersion: v1
        kind: Service
        metadata: { name: b, namespace: shop }
        spec: { type: ClusterIP, type: NodePort }
    ---
    apiVersion: v1
    kind: Service
    metadata: { name: c, name: d, namespace: shop }
  `;
  const findings = await findingsOf(yamlDuplicateKey, { 'a.yaml': 'apiVersion: v1\nkind: Pod\n', 'list.yaml': text });
  expect(findings.map((f) => f.resource?.name)).toEqual(['b', 'd']);
});
