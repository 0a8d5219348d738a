import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { annotationDeprecated } from './annotation-deprecated.ts';

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

/** An object with annotations of its own. */
function object(apiVersion: string, kind: string, ...annotations: string[]): string {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: cart
  annotations:
${annotations.map((line) => `    ${line}\n`).join('')}`;
}

testRule(annotationDeprecated, {
  bad: {
    'since 1.29': {
      settings: { istioVersion: '1.29' },
      yaml: pods('sidecar.istio.io/statsCompression: gzip #~ replaced'),
    },
    'gone with 1.25': {
      settings: { istioVersion: '1.25' },
      yaml: pods('sidecar.istio.io/enableCoreDump: "true" #~ removed'),
    },
    'of Mixer': pods('policy.istio.io/check: enable #~ removed'),
    'never anything else': object('v1', 'Service', 'alpha.istio.io/kubernetes-serviceaccounts: a #~ deprecated'),
    'of Linkerd': pods(
      'config.linkerd.io/disable-identity: "true" #~ removed',
      'config.beta.linkerd.io/proxy-enable-native-sidecar: "true" #~ replaced',
    ),
  },
  good: {
    'not yet': { settings: { istioVersion: '1.28' }, yaml: pods('sidecar.istio.io/statsCompression: gzip') },
    'not gone yet': { settings: { istioVersion: '1.24' }, yaml: pods('sidecar.istio.io/enableCoreDump: "true"') },
    'the key of the injection is told by inject-annotation-deprecated': pods('sidecar.istio.io/inject: "false"'),
    'out of place is told by annotation-misplaced': object(
      'apps/v1',
      'Deployment',
      'sidecar.istio.io/statsInclusionPrefixes: a',
    ),
    'not yet in Linkerd': {
      settings: { linkerdVersion: '2.19' },
      yaml: pods('config.beta.linkerd.io/proxy-enable-native-sidecar: "true"', 'config.linkerd.io/init-image: a'),
    },
  },
});

test('names the first release without it', async () => {
  const [finding] = await findingsOf(annotationDeprecated, { 'a.yaml': pods('alpha.istio.io/identity: a') });
  expect(finding?.message).toBe(
    'Deployment shop/cart: annotation alpha.istio.io/identity of the pod template has no effect since Istio 1.24, which no longer knows it.',
  );
});
