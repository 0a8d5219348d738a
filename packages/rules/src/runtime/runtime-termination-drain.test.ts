import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimeTerminationDrain } from './runtime-termination-drain.ts';

const CLASSIC = { installation: { nativeSidecars: false } } as const;
const DRAIN = '# config';

const pod = (spec: string, annotations = '', lifecycle = '{}') => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop, annotations: { ${annotations} } }
spec:
  ${spec === '' ? DRAIN : spec}
  containers:
    - name: cart
      image: cart
      lifecycle: ${lifecycle}
`;

const mesh = (drain: string) => `---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: "defaultConfig: { terminationDrainDuration: ${drain} }"
`;
const SLEEP = '{ preStop: { exec: { command: [sh, -c, "sleep 15"] } } }';

testRule(runtimeTerminationDrain, {
  bad: {
    'killed at once': pod('terminationGracePeriodSeconds: 0 #~ noGrace'),
    "Linkerd's proxy killed at once": pod(
      'terminationGracePeriodSeconds: 0 #~ noGrace',
      'linkerd.io/inject: enabled',
    ).replace('labels: { istio-injection: enabled }', 'labels: {}'),
    'a drain as long as the grace period': pod(
      'terminationGracePeriodSeconds: 5',
      "proxy.istio.io/config: 'terminationDrainDuration: 5s'",
    ).replace(/(annotations: .*)/, '$1 #~ longDrain'),
    'the drain of the mesh': pod('terminationGracePeriodSeconds: 60 #~ longDrain') + mesh('1m'),
    'the application sleeps longer than the sidecar': {
      settings: CLASSIC,
      yaml: pod(
        '',
        '',
        SLEEP.replace('{ preStop: {', '\n        preStop: #~ earlyExit\n          {').replace(/ \}$/, ''),
      ),
    },
    'the sleep action': {
      settings: CLASSIC,
      yaml: pod('', '', '{ preStop: { sleep: { seconds: 10 } } } #~ earlyExit'),
    },
  },
  good: {
    'a short grace period, and no drain that anybody asked for': pod('terminationGracePeriodSeconds: 5'),
    defaults: pod(''),
    'the pods drain longer than they sleep': {
      settings: CLASSIC,
      yaml: pod('', "proxy.istio.io/config: 'terminationDrainDuration: 20s'", SLEEP),
    },
    'a native sidecar ends after the application': pod('', '', SLEEP),
    'the sidecar waits for its connections': {
      settings: CLASSIC,
      yaml: pod('', 'proxy.istio.io/config: \'{ proxyMetadata: { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: "true" } }\'', SLEEP),
    },
    'a sleep that the grace period cuts short': {
      settings: CLASSIC,
      yaml: pod('terminationGracePeriodSeconds: 4', '', SLEEP),
    },
    'a short sleep': { settings: CLASSIC, yaml: pod('', '', SLEEP.replace('15', '5')) },
    'a Job': pod('restartPolicy: Never\n  terminationGracePeriodSeconds: 0'),
    'the drain of the mesh, and pods that say no grace period': pod('') + mesh('45s'),
    'not in the mesh': pod('terminationGracePeriodSeconds: 0').replace('enabled', 'disabled'),
    'a later step says it': pod('terminationGracePeriodSeconds: "$(GRACE)"'),
  },
});

test('what the application does in preStop is only said for information', async () => {
  const [finding] = await findingsOf(runtimeTerminationDrain, { 'a.yaml': pod('', '', SLEEP) }, { settings: CLASSIC });
  expect(finding?.severity).toBe('info');
});
