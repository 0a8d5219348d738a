import { testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { annotationAlpha } from './annotation-alpha.ts';

/** An object with annotations of its own. */
function object(apiVersion: string, kind: string, ...annotations: string[]): string {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: cart
  annotations:
${annotations.map((line) => `    ${line}\n`).join('')}`;
}

testRule(annotationAlpha, {
  bad: {
    'on a Service, and out of place': `${object('v1', 'Service', 'networking.istio.io/exportTo: "." #~ alpha')}---
${object('apps/v1', 'Deployment', 'sidecar.istio.io/logLevel: debug #~ alpha')}`,
    'on a Pod that the injector has written with an init container': `${object('v1', 'Pod', 'sidecar.istio.io/interceptionMode: REDIRECT #~ alpha')}spec:
  initContainers: [{ name: istio-init, image: "proxyv2:1" }]
`,
  },
  good: {
    'beta, stable, written by Istio, or a suppression': object(
      'v1',
      'Pod',
      'proxy.istio.io/config: "{}"',
      'sidecar.istio.io/status: "{}"',
      'istio.io/rev: default',
      'galley.istio.io/analyze-suppress: "*"',
    ),
    'on a Pod without init container the injector wrote it': object(
      'v1',
      'Pod',
      'sidecar.istio.io/interceptionMode: REDIRECT',
    ),
    'unknown ones': object('v1', 'Service', 'networking.istio.io/exportThree: bar'),
  },
});

test('does not speak unless all rules are asked for', () => {
  expect(Object.values(annotationAlpha.meta.profiles ?? {})).toEqual(['off', 'off', 'off']);
});
