import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarProxyWithoutInit } from './sidecar-proxy-without-init.ts';

const pod = (metadata: string, proxy: string, more = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop${metadata} }
  spec:
    containers:
      - { name: cart, image: "cart:1" }
      - name: istio-proxy
        image: docker.io/istio/proxyv2:1.13.1
${proxy}${more}
`;
const args = '        args: [proxy, sidecar]\n';

testRule(sidecarProxyWithoutInit, {
  bad: {
    'as a native sidecar': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers:
          - name: istio-proxy #~ alone
            image: docker.io/istio/proxyv2:1.29.0
            restartPolicy: Always
            args: [proxy, sidecar]
        containers: [{ name: cart, image: "cart:1" }]
    `,
    'the status names a container that is gone': yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        annotations:
          sidecar.istio.io/status: '{"initContainers":["istio-init"],"containers":["istio-proxy"]}'
      spec:
        containers:
          - { name: cart, image: "cart:1" }
          - name: istio-proxy #~ alone
            image: docker.io/istio/proxyv2:1.13.1
    `,
    'without arguments, where certainly nothing is injected': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, labels: { sidecar.istio.io/inject: "false" } }
      spec:
        containers:
          - { name: cart, image: "cart:1" }
          - name: istio-proxy #~ alone
            image: docker.io/istio/proxyv2:1.13.1
    `,
  },
  good: {
    'a namespace with injection adds it': `${yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: enabled } }
    `}
---
${pod('', args)}`,
    'an image for the injector, in a namespace that nobody has seen': pod('', ''),
    'interception is off': pod(', annotations: { sidecar.istio.io/interceptionMode: NONE }', args),
    'interception is off, told by the environment': pod(
      '',
      args,
      '        env: [{ name: ISTIO_META_INTERCEPTION_MODE, value: NONE }]\n',
    ),
    'gRPC without a proxy': pod(', annotations: { inject.istio.io/templates: grpc-agent }', args),
    'the agent alone': pod('', args, '        env: [{ name: DISABLE_ENVOY, value: "true" }]\n'),
    'a proxy that fetches certificates': pod('', args, '        env: [{ name: OUTPUT_CERTS, value: /etc/certs }]\n'),
    'a gateway with a helper beside it': pod('', '        args: [proxy, router]\n'),
    'a waypoint': pod('', '        args: [proxy, waypoint]\n'),
    'an Envoy of a name that deceives': pod('', '        command: [envoy, -c, /etc/envoy.yaml]\n'),
    'the plugin redirects, and the injector wrote no container for it': pod(
      `, annotations: { sidecar.istio.io/status: '{"initContainers":null,"containers":["istio-proxy"]}' }`,
      args,
    ),
    'the plugin of OpenShift': pod(', annotations: { k8s.v1.cni.cncf.io/networks: default/istio-cni }', args),
    'the config says that the plugin is there': { yaml: pod('', args), settings: { installation: { cni: true } } },
    'a part of the control plane of 1.4': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: istio-policy, namespace: mesh, labels: { istio: mixer } }
      spec:
        selector: { matchLabels: { istio: mixer } }
        template:
          metadata: { labels: { istio: mixer } }
          spec:
            containers:
              - { name: mixer, image: "docker.io/istio/mixer:1.4.0" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.4.0", args: [proxy, --serviceCluster, istio-policy, --templateFile, a] }
    `,
    'istio-init is left to the injector': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers: [{ name: istio-init, image: auto }]
        containers:
          - { name: cart, image: "cart:1" }
          - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
    `,
  },
});

test('warns where the injector may still add it', async () => {
  const severity = async (text: string) =>
    (await findingsOf(sidecarProxyWithoutInit, { 'a.yaml': text })).map((f) => f.severity);
  expect(await severity(pod('', args))).toEqual(['warning']);
  expect(await severity(pod(', labels: { sidecar.istio.io/inject: "false" }', args))).toEqual(['error']);
});
