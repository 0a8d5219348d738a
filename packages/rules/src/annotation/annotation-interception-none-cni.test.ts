import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { annotationInterceptionNoneCni } from './annotation-interception-none-cni.ts';

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
`;

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

const NONE = 'sidecar.istio.io/interceptionMode: NONE';

testRule(annotationInterceptionNoneCni, {
  bad: {
    'the config says that the plugin is installed': {
      settings: { installation: { cni: true } },
      yaml: pods(`${NONE} #~ none`),
    },
    'an older plugin that may let the pods start': {
      settings: { installation: { cni: true }, istioVersion: '1.19' },
      yaml: pods(`${NONE} #~ older`),
    },
  },
  good: {
    'without the plugin': pods(NONE),
    'another mode': { settings: { installation: { cni: true } }, yaml: pods(NONE.replace('NONE', 'REDIRECT')) },
    'pods without a sidecar': {
      settings: { installation: { cni: true } },
      yaml: pods(NONE).replace('"true"', '"false"'),
    },
  },
});

test('is an error where the pods surely have a sidecar', async () => {
  const settings = { installation: { cni: true } };
  const severity = async (text: string) =>
    (await findingsOf(annotationInterceptionNoneCni, { 'a.yaml': text }, { yaml: '', settings })).map(
      (f) => f.severity,
    );
  expect(await severity(NAMESPACE + pods(NONE))).toEqual(['error']);
  expect(await severity(pods(NONE))).toEqual(['warning']);
});
