import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarNativeAnnotation } from './sidecar-native-annotation.ts';

/** A Deployment whose pods are injected, with annotations on its pod template. */
function pods(...annotations: string[]): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata:
      labels: { app: cart, sidecar.istio.io/inject: "true" }
      annotations:
${annotations
  .flatMap((text) => text.split('\n'))
  .map((line) => `        ${line}\n`)
  .join('')}    spec:
      containers: [{ name: cart, image: "cart:1" }]
`;
}

const native = (value: string) => pods(`sidecar.istio.io/nativeSidecar: ${value}`);

testRule(sidecarNativeAnnotation, {
  bad: {
    'since 1.27 anything but "false" turns it on': {
      settings: { istioVersion: '1.27' },
      yaml: native('disabled #~ readAsTrue `disabled`'),
    },
    'up to 1.26 anything but "true" turns it off': {
      settings: { istioVersion: '1.26' },
      yaml: native('enabled #~ readAsFalse'),
    },
    'empty up to 1.26': { settings: { istioVersion: '1.24' }, yaml: native('"" #~ readAsFalse') },
    'empty since 1.27': native('"" #~ empty'),
    'before 1.24': { settings: { istioVersion: '1.23' }, yaml: native('"true" #~ tooOld') },
    'the key of the release note': pods('sidecar.istio.io/native-side: "true" #~ misspelt'),
    'the name of the setting of istiod': pods('sidecar.istio.io/enable-native-sidecars: "true" #~ misspelt'),
  },
  good: {
    'true, in 1.24': { settings: { istioVersion: '1.24' }, yaml: native('"true"') },
    'filled in later': native('"$(NATIVE)"'),
    'a value that is no string is told by inject-value-not-string': native('true'),
    'pods without a sidecar': native('maybe').replace('inject: "true"', 'inject: "false"'),
  },
});

test('writes what is meant where that is certain', async () => {
  const edits = async (value: string) =>
    (await findingsOf(sidecarNativeAnnotation, { 'a.yaml': native(value) })).map((f) => f.edits?.map((e) => e.text));
  expect(await edits('"False"')).toEqual([['"false"']]);
  expect(await edits('maybe')).toEqual([undefined]);
});
