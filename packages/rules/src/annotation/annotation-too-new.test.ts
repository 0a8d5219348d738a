import { testRule } from '@meshvet/core/testing';
import { annotationTooNew } from './annotation-too-new.ts';

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

testRule(annotationTooNew, {
  bad: {
    'on a Service': {
      settings: { istioVersion: '1.23' },
      yaml: object('v1', 'Service', 'networking.istio.io/traffic-distribution: PreferClose #~ tooNew'),
    },
    'of Linkerd': {
      settings: { linkerdVersion: '2.17' },
      yaml: pods('config.linkerd.io/proxy-cpu-ratio-limit: "0.5" #~ tooNew'),
    },
  },
  good: {
    'the release that brought it': {
      settings: { istioVersion: '1.24' },
      yaml: object('v1', 'Service', 'networking.istio.io/traffic-distribution: PreferClose'),
    },
    'of the native sidecar a rule of its own speaks': {
      settings: { istioVersion: '1.20' },
      yaml: pods('sidecar.istio.io/nativeSidecar: "true"'),
    },
    'pods that stay out of the mesh': {
      settings: { istioVersion: '1.5' },
      yaml: pods('sidecar.istio.io/inject: "false"', 'proxy.istio.io/config: "{}"').replace(
        ', sidecar.istio.io/inject: "true"',
        '',
      ),
    },
    'one that Istio writes itself': { settings: { istioVersion: '1.5' }, yaml: pods('istio.io/rev: default') },
    'the release of Linkerd that brought it': {
      settings: { linkerdVersion: '2.18' },
      yaml: pods('config.linkerd.io/proxy-cpu-ratio-limit: "0.5"'),
    },
  },
});
