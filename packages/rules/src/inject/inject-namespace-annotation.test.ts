import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectNamespaceAnnotation } from './inject-namespace-annotation.ts';

testRule(injectNamespaceAnnotation, {
  bad: {
    'a revision and a mode': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels: { istio.io/rev: stable }
        annotations:
          istio.io/rev: canary #~ labelOnly
          istio.io/dataplane-mode: ambient #~ labelOnly
    `,
  },
  good: {
    'the same label does the work beside it': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels: { istio-injection: enabled }
        annotations: { istio-injection: enabled }
    `,
  },
});

test('has the codes of istioctl, which knows the annotation of pods and not the mode', async () => {
  const text = yaml`
    apiVersion: v1
    kind: Namespace
    metadata:
      name: shop
      annotations: { istio-injection: enabled, istio.io/dataplane-mode: ambient, sidecar.istio.io/inject: "true" }
  `;
  const findings = await findingsOf(injectNamespaceAnnotation, { 'a.yaml': text });
  expect(findings.map((f) => f.codes)).toEqual([[], ['IST0108'], ['IST0107', 'IST0135']]);
});
