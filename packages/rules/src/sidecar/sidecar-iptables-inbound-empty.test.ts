import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarIptablesInboundEmpty } from './sidecar-iptables-inbound-empty.ts';

const pod = (args: string, release = '1.13.1', ports = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
  spec:
    initContainers:
      - name: istio-init
        image: docker.io/istio/proxyv2:${release}
        ${args}
    containers:
      - { name: cart, image: "cart:1"${ports} }
      - { name: istio-proxy, image: "docker.io/istio/proxyv2:${release}", args: [proxy, sidecar] }
`;

testRule(sidecarIptablesInboundEmpty, {
  bad: {
    'not given': pod('args: [istio-iptables, -i, "*"] #~ missing `args`'),
    'in 1.0 too, where a container has a port': pod(
      'args: [-b, ""] #~ empty',
      '1.0.4',
      ', ports: [{ containerPort: 80 }]',
    ),
  },
  good: {
    'all ports': pod('args: [istio-iptables, -b, "*"]'),
    'some ports': pod('args: [istio-iptables, -b, "80"]'),
    'in 1.0 a pod without ports has an empty list': pod('args: [-b, ""]', '1.0.4'),
    'told by the environment': pod('args: [istio-iptables]\n        env: [{ name: ISTIO_INBOUND_PORTS, value: "*" }]'),
    'arguments that nobody can read': pod('command: [/setup.sh]\n        args: ["${ARGS}"]'),
    'no arguments at all': pod('resources: {}'),
  },
});
