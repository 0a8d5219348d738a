import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimeInitNetwork } from './runtime-init-network.ts';

const CNI = { installation: { cni: true, nativeSidecars: false } } as const;
const CLASSIC = { installation: { nativeSidecars: false } } as const;

const pod = (container: string, mark = '', metadata = '') => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop, ${metadata} }
spec:
  initContainers:
    - { name: wait, image: busybox, ${container} } ${mark}
  containers: [{ name: cart, image: cart }]
`;

const CURL = 'command: [/usr/bin/curl, "-f", http://db]';

testRule(runtimeInitNetwork, {
  bad: {
    'with the CNI plugin it hangs': { settings: CNI, yaml: pod(CURL, '#~ hangs') },
    'without it the text is plain': { settings: CLASSIC, yaml: pod('args: [git, clone, repo]', '#~ plain') },
    'nodes too old for the default': {
      settings: { kubernetesVersion: '1.30', installation: { cni: true } },
      yaml: pod(CURL, '#~ hangs'),
    },
    'another user than that of the proxy': {
      settings: CNI,
      yaml: pod(`${CURL}, securityContext: { runAsUser: 1000 }`, '#~ hangs'),
    },
  },
  good: {
    'golden case 13: user 1337 with the CNI plugin': {
      settings: CNI,
      yaml: pod(`${CURL}, securityContext: { runAsUser: 1337 }`),
    },
    'native by the default': pod(CURL),
    'golden case 7: behind a native proxy, written by hand': {
      settings: CNI,
      yaml: pod(CURL).replace(
        '  initContainers:',
        '  initContainers:\n    - { name: istio-init, image: "istio/proxyv2:1.20.0" }\n    - { name: istio-proxy, image: "istio/proxyv2:1.20.0", restartPolicy: Always }',
      ),
    },
    'the destination is left out': {
      settings: CNI,
      yaml: pod(CURL, '', 'annotations: { traffic.sidecar.istio.io/excludeOutboundPorts: "80" }'),
    },
    'name lookups are no TCP': { settings: CNI, yaml: pod('command: [sh, -c, "until nslookup db; do sleep 2; done"]') },
    'files only': { settings: CNI, yaml: pod('command: [sh, -c, "chown -R 1000 /data && cp /curl.conf /sync /data"]') },
    'nobody knows that the pods are in the mesh': {
      settings: CNI,
      yaml: pod(CURL).slice(pod(CURL).indexOf('---') + 4),
    },
    'user of the namespace, on OpenShift': {
      settings: { installation: { cni: true, nativeSidecars: false, proxyUid: 'assigned' } },
      yaml: pod(`${CURL}, securityContext: { runAsUser: 1000700000 }`),
    },
  },
});

test('warns with the CNI plugin, and is advice without', async () => {
  const severity = async (settings: object) =>
    (await findingsOf(runtimeInitNetwork, { 'a.yaml': pod(CURL) }, { settings }))[0]?.severity;
  expect(await severity(CNI)).toBe('warning');
  expect(await severity(CLASSIC)).toBe('info');
});
