import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarNativeK8sVersion } from './sidecar-native-k8s-version.ts';

const pod = (name: string, mark: string) => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: sleep, namespace: shop }
  spec:
    initContainers:
      - { name: ${name}-init, image: "docker.io/istio/proxyv2:1.29.0" }
      - name: ${name}-proxy
        image: docker.io/istio/proxyv2:1.29.0
        restartPolicy: Always ${mark}
    containers: [{ name: sleep, image: "istio/base" }]
`;

testRule(sidecarNativeK8sVersion, {
  bad: {
    'Kubernetes 1.27': { yaml: pod('istio', '#~ unknown'), settings: { kubernetesVersion: '1.27' } },
    'Kubernetes 1.28': { yaml: pod('istio', '#~ gate'), settings: { kubernetesVersion: '1.28' } },
    'the proxy of Linkerd': { yaml: pod('linkerd', '#~ unknown'), settings: { kubernetesVersion: '1.27' } },
  },
  good: {
    'Kubernetes 1.29': { yaml: pod('istio', ''), settings: { kubernetesVersion: '1.29' } },
    'another native sidecar is not the affair of this rule': {
      yaml: pod('other', ''),
      settings: { kubernetesVersion: '1.27' },
    },
  },
});

test('warns where a gate may be on', async () => {
  const severity = async (kubernetesVersion: string) =>
    (
      await findingsOf(sidecarNativeK8sVersion, { 'a.yaml': pod('istio', '') }, { settings: { kubernetesVersion } })
    ).map((f) => f.severity);
  expect(await severity('1.27')).toEqual(['error']);
  expect(await severity('1.28')).toEqual(['warning']);
});
