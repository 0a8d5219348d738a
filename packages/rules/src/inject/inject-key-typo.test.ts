import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectKeyTypo } from './inject-key-typo.ts';

testRule(injectKeyTypo, {
  bad: {
    'a letter too few, a letter too many, other capitals': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels:
          istio-injecton: enabled #~ typo
          istio.io/revs: canary #~ typo
          Istio-Injection: enabled #~ typo
          istio.io/dataplane: ambient #~ typo
    `,
    'on a pod template, and in a patch': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        template:
          metadata:
            labels:
              sidecar.istio.io/injected: "true" #~ typo
              sidecar.isto.io/inject: "true" #~ typo
            annotations:
              istio.io/injection: enabled #~ typo
    `,
  },
  good: {
    'another tool has a label of a similar name': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { opa-istio-injection: enabled, linkerd.io/inject: enabled, istio.io/tag: prod } }
    `,
    'a real key at the wrong place is another mistake': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { sidecar.istio.io/inject: "true" } }
    `,
    'keys of other kinds are not looked at': yaml`
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: cart, namespace: shop, labels: { istio-inject: enabled } }
    `,
  },
});

test('renames a label that has a near relative, and says what istioctl says of annotations', async () => {
  const text = yaml`
    apiVersion: v1
    kind: Namespace
    metadata:
      name: shop
      labels: { "istio-inject": enabled, istio.io/revision: canary }
      annotations: { istio.io/injection: enabled, istio-inject: enabled }
  `;
  const findings = await findingsOf(injectKeyTypo, { 'a.yaml': text });
  expect(findings.map((f) => [f.edits?.map((e) => e.text), f.codes])).toEqual([
    [['"istio-injection"'], []],
    [['istio.io/rev'], []],
    [undefined, ['IST0108']],
    [undefined, []],
  ]);
});
