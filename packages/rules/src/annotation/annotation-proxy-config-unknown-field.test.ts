import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { annotationProxyConfigUnknownField } from './annotation-proxy-config-unknown-field.ts';

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

const config = (...lines: string[]) => pods('proxy.istio.io/config: |', ...lines.map((line) => `  ${line}`));

testRule(annotationProxyConfigUnknownField, {
  bad: {
    'a field of a nested mapping': config('proxyStatsMatcher:', '  inclusionPrefix: [a] #~ near `inclusionPrefix`'),
    'a field of something else': config('resources: { cpu: 1 } #~ unknown'),
    'the case of the letters': config('proxymetadata: {} #~ near'),
  },
  good: {
    'both ways of writing a name': config('drain_duration: 45s', 'drainDuration: 45s'),
    'the keys of metadata are free': config('proxyMetadata: { ANYTHING: "1" }', 'runtimeValues: { a.b: "1" }'),
    'a part that may grow': config('proxyHeaders: { somethingNew: {} }'),
    'a field that only a later release may have': {
      settings: { istioVersion: '1.31' },
      yaml: config('resources: { cpu: 1 }'),
    },
    'filled in later': config('holdApplicationUntilProxyStart: ${HOLD}'),
    'pods without a sidecar': config('resources: {}').replace('"true"', '"false"'),
  },
});

test('suggests the name', async () => {
  const [finding] = await findingsOf(annotationProxyConfigUnknownField, {
    'a.yaml': config('holdApplicationUntilProxyStart: true'),
  });
  expect(finding?.suggestedEdits?.map((e) => e.text)).toEqual(['holdApplicationUntilProxyStarts']);
});
