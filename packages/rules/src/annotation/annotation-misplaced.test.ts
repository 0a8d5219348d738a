import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { annotationMisplaced } from './annotation-misplaced.ts';

/** An object with annotations of its own. */
function object(apiVersion: string, kind: string, ...annotations: string[]): string {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: cart
  annotations:
${annotations.map((line) => `    ${line}\n`).join('')}`;
}

/** A Deployment with annotations of its own, and perhaps some on its pod template. */
function deployment(own: string, ofPods = '', more = ''): string {
  return `${object('apps/v1', 'Deployment', own)}  namespace: shop
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata:
      labels: { app: cart${more} }
      annotations: { ${ofPods} }
    spec:
      containers: [{ name: cart, image: "cart:1" }]
`;
}

testRule(annotationMisplaced, {
  bad: {
    'on a CronJob, and on its job template': `apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
  namespace: shop
  annotations:
    proxy.istio.io/config: "concurrency: 1" #~ onWorkload
spec:
  schedule: "0 1 * * *"
  jobTemplate:
    metadata:
      annotations:
        sidecar.istio.io/logLevel: debug #~ onWorkload
    spec:
      template:
        metadata: { labels: { app: report } }
        spec: { restartPolicy: Never, containers: [{ name: report, image: "report:1" }] }
`,
    'keys of pods on other objects': `${object('v1', 'Namespace', 'traffic.sidecar.istio.io/excludeOutboundPorts: "3306" #~ elsewhere')}---
${object('v1', 'Service', 'sidecar.istio.io/inject: "false" #~ elsewhere', 'proxy.istio.io/config: "{}" #~ elsewhere')}`,
    'keys of Services on pods': deployment('app: cart', 'networking.istio.io/exportTo: "." } #~ elsewhere').replace(
      '}  }',
      '}',
    ),
    'the class of an Ingress': object('v1', 'Namespace', 'kubernetes.io/ingress.class: istio #~ elsewhere'),
    'among the labels of the pods': `apiVersion: v1
kind: Pod
metadata:
  name: cart
  labels:
    app: cart
    traffic.sidecar.istio.io/excludeInboundPorts: "9000" #~ asLabel
spec: { containers: [{ name: cart, image: "cart:1" }] }
`,
    'in a patch': object('apps/v1', 'Deployment', 'sidecar.istio.io/proxyCPU: 100m #~ onWorkload'),
  },
  good: {
    'the pods have it too, and it is only idle on the workload': deployment(
      'sidecar.istio.io/logLevel: debug',
      'sidecar.istio.io/logLevel: debug',
    ),
    'the key of the injection is told by the rules of the injection': `${deployment('sidecar.istio.io/inject: "false"')}---
${object('v1', 'Namespace', 'sidecar.istio.io/inject: "false"')}`,
    'what Istio writes itself': deployment('sidecar.istio.io/status: "{}"', 'istio.io/rev: default'),
    'suppressions stand everywhere': deployment('galley.istio.io/analyze-suppress: IST0107'),
    'each on its own kind': `${object('v1', 'Service', 'networking.istio.io/exportTo: "."')}---
${object('v1', 'Namespace', 'topology.istio.io/controlPlaneClusters: "*"')}---
${object('networking.k8s.io/v1', 'Ingress', 'kubernetes.io/ingress.class: istio')}`,
    'a Gateway hands its annotations on to the pods that are made for it': object(
      'gateway.networking.k8s.io/v1',
      'Gateway',
      'proxy.istio.io/config: "{}"',
    ),
  },
});

test('moves it to the pods, where nothing else speaks of it', async () => {
  const edits = async (text: string) =>
    (await findingsOf(annotationMisplaced, { 'a.yaml': text })).map((f) => f.edits?.length ?? 0);
  const text = deployment('sidecar.istio.io/logLevel: debug').replace('annotations: {  }', 'annotations: { a: b }');
  expect(await edits(text)).toEqual([2]);
  expect(await edits(text.replace('debug', 'loud'))).toEqual([0]);
  expect(await edits(text.replace('sidecar.istio.io/logLevel: debug', 'proxy.istio.io/config: "{}"'))).toEqual([0]);
  expect(await edits(object('apps/v1', 'Deployment', 'sidecar.istio.io/logLevel: debug'))).toEqual([0]);
});

test('has the codes of istioctl where istioctl looks', async () => {
  const codes = async (text: string) => (await findingsOf(annotationMisplaced, { 'a.yaml': text })).map((f) => f.codes);
  expect(await codes(deployment('sidecar.istio.io/logLevel: debug'))).toEqual([['IST0107']]);
  expect(await codes(deployment('sidecar.istio.io/extraStatTags: a'))).toEqual([['IST0107', 'IST0135']]);
  expect(await codes(deployment('a: b', 'networking.istio.io/exportTo: "."'))).toEqual([[]]);
});

test('says where it is read', async () => {
  const message = async (text: string) => (await findingsOf(annotationMisplaced, { 'a.yaml': text }))[0]?.message;
  expect(await message(object('v1', 'Namespace', 'sidecar.istio.io/logLevel: debug'))).toBe(
    'Namespace cart: annotation sidecar.istio.io/logLevel has no effect on a Namespace, because Istio reads it on pods only.',
  );
  expect(await message(object('v1', 'Namespace', 'kubernetes.io/ingress.class: istio'))).toContain('on Ingresses only');
  expect(await message(object('v1', 'Pod', 'networking.istio.io/traffic-distribution: PreferClose'))).toContain(
    'on Namespace, Service and ServiceEntry objects only',
  );
});
