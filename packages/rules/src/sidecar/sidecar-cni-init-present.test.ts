import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarCniInitPresent } from './sidecar-cni-init-present.ts';

const pod = yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
  spec:
    initContainers:
      - name: istio-init MARK
        image: docker.io/istio/proxyv2:1.13.1
        args: [istio-iptables, -b, "*"]
    containers:
      - { name: cart, image: "cart:1" }
      - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
`;

testRule(sidecarCniInitPresent, {
  bad: {
    'the config says that the plugin is there': {
      yaml: pod.replace('MARK', '#~ present'),
      settings: { installation: { cni: true } },
    },
    'a manifest of the plugin is there': `${yaml`
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: { name: istio-cni-node, namespace: istio-system }
      spec:
        selector: { matchLabels: { k8s-app: istio-cni-node } }
        template:
          metadata: { labels: { k8s-app: istio-cni-node } }
          spec: { containers: [{ name: install-cni, image: "docker.io/istio/install-cni:1.13.1" }] }
    `}
---
${pod.replace('MARK', '#~ present')}`,
  },
  good: {
    'nobody speaks of the plugin': pod.replace('MARK', ''),
  },
});
