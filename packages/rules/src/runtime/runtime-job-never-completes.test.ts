import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimeJobNeverCompletes } from './runtime-job-never-completes.ts';

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
`;

const job = (
  metadata = '{}',
  container = '{ name: migrate, image: "migrate:1" }',
  mark = '',
) => `${NAMESPACE}apiVersion: batch/v1
kind: Job
metadata: { name: migrate, namespace: shop }
spec:
  template:
    metadata: ${metadata}
    spec:
      restartPolicy: Never ${mark}
      containers: [${container}]
`;

const CLASSIC = { installation: { nativeSidecars: false } } as const;
const bad = (settings: object, metadata = '{}', container?: string) => ({
  settings,
  yaml: job(metadata, container, '#~ never'),
});

testRule(runtimeJobNeverCompletes, {
  bad: {
    'golden case 8: a classic sidecar': bad(CLASSIC),
    'before native was the default': bad({ istioVersion: '1.26' }),
    'nodes too old for the default': bad({ istioVersion: '1.27', kubernetesVersion: '1.32' }),
    'the pods refuse the native form': bad({}, '{ annotations: { sidecar.istio.io/nativeSidecar: "false" } }'),
    'an annotation that 1.26 reads as a no': bad(
      { istioVersion: '1.26', installation: { nativeSidecars: true } },
      '{ annotations: { sidecar.istio.io/nativeSidecar: "yes" } }',
    ),
    'a classic proxy in the manifest': bad(
      {},
      '{}',
      '{ name: migrate, image: migrate }, { name: istio-proxy, image: "istio/proxyv2:1.30.0" }',
    ),
    'a bare pod that is run once': {
      settings: CLASSIC,
      yaml: yaml`
        apiVersion: v1
        kind: Pod
        metadata: { name: test, namespace: shop }
        spec:
          restartPolicy: OnFailure #~ never
          containers: [{ name: test, image: test }]
      `,
    },
    'an old CronJob without restartPolicy points at the pod spec': {
      settings: CLASSIC,
      yaml: yaml`
        apiVersion: batch/v1beta1
        kind: CronJob
        metadata: { name: report, namespace: shop }
        spec:
          jobTemplate:
            spec:
              template:
                spec: #~ never
                  containers: [{ name: report, image: report }]
      `,
    },
  },
  good: {
    'golden case 8: native by the flag': { settings: { installation: { nativeSidecars: true } }, yaml: job() },
    'golden case 8: native by the default of 1.27 and nodes of 1.33': {
      settings: { istioVersion: '1.27', kubernetesVersion: '1.33' },
      yaml: job(),
    },
    'golden case 8: the label opts out': {
      settings: CLASSIC,
      yaml: job('{ labels: { sidecar.istio.io/inject: "false" } }'),
    },
    'golden case 8: the deprecated annotation opts out': {
      settings: CLASSIC,
      yaml: job('{ annotations: { sidecar.istio.io/inject: "false" } }'),
    },
    'the namespace is in ambient mode': {
      settings: CLASSIC,
      yaml: job().replace('istio-injection: enabled', 'istio.io/dataplane-mode: ambient'),
    },
    'the annotation of 1.24': {
      settings: { istioVersion: '1.24' },
      yaml: job('{ annotations: { sidecar.istio.io/nativeSidecar: "true" } }'),
    },
    'the work ends the sidecar': {
      settings: CLASSIC,
      yaml: job(
        '{}',
        '{ name: migrate, image: migrate, command: [sh, -c, "migrate; curl -sX POST localhost:15020/quitquitquit"] }',
      ),
    },
    'a wrapper ends the sidecar': {
      settings: CLASSIC,
      yaml: job(
        '{}',
        '{ name: migrate, image: migrate, env: [{ name: ISTIO_QUIT_API, value: "http://localhost:15020" }] }',
      ),
    },
    'a script of a ConfigMap ends the sidecar': {
      settings: CLASSIC,
      yaml: `${job()}      volumes: [{ name: scripts, configMap: { name: scripts } }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: scripts, namespace: shop }
data: { run.sh: "migrate && curl -X POST http://127.0.0.1:15020/quitquitquit" }
`,
    },
    'pods that run for ever': {
      settings: CLASSIC,
      yaml: yaml`
        apiVersion: v1
        kind: Pod
        metadata: { name: cart, namespace: shop }
        spec: { restartPolicy: Always, containers: [{ name: cart, image: cart }] }
      `,
    },
    'golden case 7: the native order, written by hand': {
      settings: CLASSIC,
      yaml: yaml`
        apiVersion: batch/v1
        kind: Job
        metadata: { name: migrate, namespace: shop }
        spec:
          template:
            spec:
              restartPolicy: Never
              initContainers:
                - { name: istio-init, image: "istio/proxyv2:1.20.0" }
                - { name: istio-proxy, image: "istio/proxyv2:1.20.0", restartPolicy: Always }
                - { name: fetch, image: fetch }
              containers: [{ name: migrate, image: migrate }]
      `,
    },
  },
});

test('is milder where the nodes decide, or nobody knows that the pods are in the mesh', async () => {
  const severity = async (text: string, settings: object) =>
    (await findingsOf(runtimeJobNeverCompletes, { 'a.yaml': text }, { settings }))[0]?.severity;
  expect(await severity(job(), CLASSIC)).toBe('error');
  expect(await severity(job(), { kubernetesVersion: '1.32' })).toBe('warning');
  expect(await severity(job().slice(NAMESPACE.length), CLASSIC)).toBe('info');
});

test('suggests what the release can do', async () => {
  const suggested = async (istioVersion: string) => {
    const [finding] = await findingsOf(
      runtimeJobNeverCompletes,
      { 'a.yaml': job('{ name: a }') },
      { settings: { istioVersion } },
    );
    return JSON.stringify(finding);
  };
  expect(await suggested('1.26')).toContain('nativeSidecar');
  expect(await suggested('1.20')).toContain('sidecar.istio.io/inject: \\"false\\"');
});
