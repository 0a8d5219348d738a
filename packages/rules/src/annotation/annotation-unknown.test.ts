import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { annotationUnknown } from './annotation-unknown.ts';

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

testRule(annotationUnknown, {
  bad: {
    'a slip': pods('sidecar.istio.io/proxyCPUs: 100m #~ near'),
    'the name of another domain': pods('istio.io/includeInboundPorts: "80" #~ near'),
    'nothing like it': object('v1', 'Service', 'networking.istio.io/exportThree: bar #~ unknown'),
    'the class of an Ingress': object('networking.k8s.io/v1', 'Ingress', 'istio.io/ingress.class: istio #~ near'),
    'a label among the annotations': `${object('v1', 'Namespace', 'istio.io/use-waypoint: waypoint #~ labelOnly')}---
${pods('istio.io/dataplane-mode: none #~ labelOnly')}`,
    'a key of the injection that is misspelt on a Service': object(
      'v1',
      'Service',
      'sidecar.istio.io/injct: "false" #~ near',
    ),
    'a slip in a key of Linkerd': pods('config.linkerd.io/skip-outbound-port: "3306" #~ near'),
  },
  good: {
    'known ones, also of earlier releases': pods(
      'sidecar.istio.io/proxyCPU: 100m',
      'sidecar.istio.io/enableCoreDump: "true"',
      'policy.istio.io/check: enable',
      'config.linkerd.io/proxy-cpu-request: 100m',
      'config.alpha.linkerd.io/proxy-wait-before-exit-seconds: "5"',
    ),
    'a key of the injection that is misspelt is told by inject-key-typo': pods('sidecar.istio.io/injct: "false"'),
    'a label of namespaces is told by inject-namespace-annotation': object('v1', 'Namespace', 'istio.io/rev: canary'),
    'a native sidecar that is misspelt is told by sidecar-native-annotation': pods(
      'sidecar.istio.io/native-side: "true"',
    ),
    'what the installer writes': pods('install.operator.istio.io/version: 1.9.0'),
    'other domains': pods(
      'istio.io.example.com/a: b',
      'kiali.io/x: y',
      'notistio.io/a: b',
      'istio.io: a',
      'mesh: istio',
    ),
    'keys of Linkerd that the table does not have': pods('config.linkerd.io/something-entirely-different: x'),
    'other kinds hand theirs on': object('serving.knative.dev/v1', 'Service', 'sidecar.istio.io/anything: x'),
    'a release that may know more': { settings: { istioVersion: '1.40' }, yaml: pods('sidecar.istio.io/brandNew: x') },
  },
});

test('suggests the key, and leaves it alone where it stands already', async () => {
  const suggested = async (...annotations: string[]) =>
    (await findingsOf(annotationUnknown, { 'a.yaml': pods(...annotations) })).map((f) =>
      f.suggestedEdits?.map((e) => e.text),
    );
  expect(await suggested('sidecar.istio.io/proxyCPUs: 1')).toEqual([['sidecar.istio.io/proxyCPU']]);
  expect(await suggested('sidecar.istio.io/proxyCPUs: 1', 'sidecar.istio.io/proxyCPU: 1')).toEqual([undefined]);
});
