import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarNativeRestartPolicy } from './sidecar-native-restart-policy.ts';

const pod = (policy: string, mark = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: sleep, namespace: shop }
  spec:
    initContainers:
      - { name: istio-init, image: "docker.io/istio/proxyv2:1.29.0" }
      - name: istio-proxy ${mark}
        image: docker.io/istio/proxyv2:1.29.0
        ${policy}
      - { name: check-traffic, image: istio/base }
    containers: [{ name: sleep, image: "istio/base" }]
`;

testRule(sidecarNativeRestartPolicy, {
  bad: {
    'the native order of the blog, without the policy': pod('resources: {}', '#~ missing'),
    'a policy of pods': pod('restartPolicy: OnFailure #~ other `OnFailure`'),
    'the proxy of Linkerd': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: sleep, namespace: shop }
      spec:
        initContainers:
          - { name: linkerd-init, image: "cr.l5d.io/linkerd/proxy-init:v2.4.1" }
          - name: linkerd-proxy #~ missing
            image: cr.l5d.io/linkerd/proxy:edge-25.1.1
        containers: [{ name: sleep, image: "istio/base" }]
    `,
  },
  good: {
    'the native order of the blog': pod('restartPolicy: Always'),
    'filled in later': pod('restartPolicy: "${POLICY}"'),
    'settings for the injector': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: sleep, namespace: shop }
      spec:
        initContainers: [{ name: istio-proxy, image: auto, securityContext: { readOnlyRootFilesystem: false } }]
        containers: [{ name: sleep, image: "istio/base" }]
    `,
    'an image for the injector, in a namespace that nobody has seen': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: sleep, namespace: shop }
      spec:
        initContainers: [{ name: istio-proxy, image: "docker.io/istio/proxyv2:1.29.0" }]
        containers: [{ name: sleep, image: "istio/base" }]
    `,
  },
});

test('adds the policy', async () => {
  const edits = async (policy: string) =>
    (await findingsOf(sidecarNativeRestartPolicy, { 'a.yaml': pod(policy) })).flatMap(
      (f) => f.edits?.map((e) => e.text) ?? [],
    );
  expect(await edits('resources: {}')).toEqual(['restartPolicy: Always\n      ']);
  expect(await edits('restartPolicy: Never')).toEqual(['Always']);
});
