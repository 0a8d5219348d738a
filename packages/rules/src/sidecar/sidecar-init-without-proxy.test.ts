import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarInitWithoutProxy } from './sidecar-init-without-proxy.ts';

const pod = (containers: string, init = 'args: [istio-iptables, -p, "15001"]') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
  spec:
    initContainers:
      - { name: istio-init, image: "docker.io/istio/proxyv2:1.13.1", ${init} }
    containers:
      - { name: cart, image: "cart:1" }
${containers}
`;

testRule(sidecarInitWithoutProxy, {
  bad: {
    'under the CNI plugin': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers:
          - name: istio-validation #~ waits
            image: docker.io/istio/proxyv2:1.30.0
            args: [istio-iptables, --run-validation, --skip-rule-apply]
        containers: [{ name: cart, image: "cart:1" }]
    `,
    'the image of 1.0': yaml`
      apiVersion: extensions/v1beta1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        template:
          metadata: { labels: { app: cart } }
          spec:
            initContainers:
              - name: istio-init #~ blackhole
                image: docker.io/istio/proxy_init:1.0.4
                args: [-p, "15001", -u, "1337"]
            containers: [{ name: cart, image: "cart:1" }]
    `,
  },
  good: {
    'the proxy is left to the injector': pod('      - { name: istio-proxy, image: auto }'),
    'only its resources are set, for the injector': pod('', 'resources: {}'),
    'a proxy under another name': pod('      - { name: envoy, image: "envoyproxy/envoy:v1.30" }'),
    'a proxy that is known by its user': pod(
      '      - { name: mesh, image: "mesh:1", securityContext: { runAsUser: 1337 } }',
    ),
    'the namespace brings the proxy': `${yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: enabled } }
    `}
---
${pod('')}`,
  },
});
