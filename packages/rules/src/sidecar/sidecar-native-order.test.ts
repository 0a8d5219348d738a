import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarNativeOrder } from './sidecar-native-order.ts';

const init = '- { name: istio-init, image: "docker.io/istio/proxyv2:1.29.0", args: [istio-iptables] }';
const proxy = '- { name: istio-proxy, image: "docker.io/istio/proxyv2:1.29.0", restartPolicy: Always }';
const app = '- { name: check-traffic, image: "istio/base" }';

const pod = (...list: string[]) => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: sleep, namespace: shop }
  spec:
    initContainers:
      ${list.join('\n      ')}
    containers: [{ name: sleep, image: "istio/base" }]
`;

testRule(sidecarNativeOrder, {
  bad: {
    'ahead of both': pod(`${app} #~ before \`check-traffic\``, init, proxy),
    'the proxy ahead of the redirection': pod(`${proxy} #~ reversed`, init, app),
    'under the CNI plugin': pod(
      '- { name: istio-validation, image: "docker.io/istio/proxyv2:1.29.0", args: [istio-iptables] }',
      `${app} #~ between`,
      proxy,
    ),
  },
  good: {
    'the order of the blog': pod(init, proxy, app),
    'a container that the mesh leaves alone by its user': pod(
      init,
      '- { name: check-traffic, image: "istio/base", securityContext: { runAsUser: 1337 } }',
      proxy,
    ),
    'the helper for core dumps': pod(
      init,
      '- { name: enable-core-dump, image: "docker.io/istio/proxyv2:1.29.0" }',
      proxy,
    ),
    'the classic form has its redirection last': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: sleep, namespace: shop }
      spec:
        initContainers:
          ${app}
          ${init}
        containers:
          - { name: sleep, image: "istio/base" }
          - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.29.0", args: [proxy, sidecar] }
    `,
  },
});

test('informs where it may be meant so', async () => {
  const severity = async (text: string) =>
    (await findingsOf(sidecarNativeOrder, { 'a.yaml': text })).map((f) => f.severity);
  expect(await severity(pod(app, init, proxy))).toEqual(['info']);
  expect(await severity(pod(init, app, proxy))).toEqual(['warning']);
});
