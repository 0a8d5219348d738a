import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarStatusAnnotation } from './sidecar-status-annotation.ts';

const pod = (status: string, init = 'istio-init', mark = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata:
    name: cart
    namespace: shop
    annotations:
      other: "1"
      ${status}
  spec:
    initContainers:
      - { name: ${init}, image: "docker.io/istio/proxyv2:1.13.1", args: [istio-iptables, -b, "*"] }
    containers:
      - { name: cart, image: "cart:1" }
      - name: istio-proxy ${mark}
        image: docker.io/istio/proxyv2:1.13.1
        args: [proxy, sidecar]
`;
const key = 'sidecar.istio.io/status';

testRule(sidecarStatusAnnotation, {
  bad: {
    'none is there': pod('', 'istio-init', '#~ missing `istio-proxy`'),
    'none is there, and the CNI plugin needs it': pod('', 'istio-validation', '#~ plugin'),
    'only the config speaks of the plugin': {
      yaml: yaml`
        apiVersion: v1
        kind: Pod
        metadata: { name: cart, namespace: shop }
        spec:
          containers:
            - { name: cart, image: "cart:1" }
            - name: istio-proxy #~ plugin
              image: docker.io/istio/proxyv2:1.13.1
              args: [proxy, sidecar]
      `,
      settings: { installation: { cni: true } },
    },
    'cut off': pod(`${key}: '{"initContainers":["istio-init"],"cont...' #~ malformed`),
    'a list': pod(`${key}: '["istio-init"]' #~ malformed`),
    'a container that was taken out': pod(
      `${key}: '{"initContainers":["istio-init","enable-core-dump"],"containers":["istio-proxy"]}' #~ absent`,
    ),
    'a container that was put in': pod(`${key}: '{"initContainers":null,"containers":["istio-proxy"]}' #~ unlisted`),
  },
  good: {
    'the form of 1.8': pod(
      `${key}: '{"version":"3420","initContainers":["istio-init"],"containers":["istio-proxy"],"volumes":null,"imagePullSecrets":null}'`,
    ),
    'the list that a container stands in depends on its form': pod(
      `${key}: '{"initContainers":["istio-init","istio-proxy"],"containers":null}'`,
    ),
    'filled in later': pod(`${key}: "\${STATUS}"`),
    'volumes of claims': yaml`
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        volumeClaimTemplates: [{ metadata: { name: istio-data }, spec: {} }]
        template:
          metadata:
            labels: { app: cart }
            annotations: { sidecar.istio.io/status: '{"initContainers":["istio-init"],"containers":["istio-proxy"],"volumes":["istio-data"]}' }
          spec:
            initContainers: [{ name: istio-init, image: "docker.io/istio/proxyv2:1.13.1", args: [istio-iptables, -b, "*"] }]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
    `,
  },
});

test('without the annotation the plugin does nothing, which is an error', async () => {
  const severity = async (init: string) =>
    (await findingsOf(sidecarStatusAnnotation, { 'a.yaml': pod('', init) })).map((f) => f.severity);
  expect(await severity('istio-init')).toEqual(['warning']);
  expect(await severity('istio-validation')).toEqual(['error']);
});
