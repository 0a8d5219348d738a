import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarAnnotationDrift } from './sidecar-annotation-drift.ts';

const pod = (annotation: string, args: string, ports = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata:
    name: cart
    namespace: shop
    annotations:
      ${annotation}
  spec:
    initContainers:
      - name: istio-init
        image: docker.io/istio/proxyv2:1.13.1
        args: [istio-iptables, ${args}]
    containers:
      - { name: cart, image: "cart:1"${ports} }
      - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
`;
const at = 'traffic.sidecar.istio.io/';

testRule(sidecarAnnotationDrift, {
  bad: {
    ranges: pod(`${at}includeOutboundIPRanges: 10.0.0.0/8 #~ differs`, '-i, "*"'),
    'a port more': pod(`${at}excludeInboundPorts: "9000" #~ differs`, '-d, "15090,15021,15020"'),
    'a port fewer': pod(`${at}excludeInboundPorts: "" #~ differs`, '-d, "15090,15021,15020,9000"'),
    'an option that is not there': pod(`${at}excludeOutboundPorts: "5432" #~ unheard`, '-i, "*"'),
    'ports that no container has': pod(
      `${at}includeInboundPorts: "8081" #~ differs`,
      '-b, "*"',
      ', ports: [{ containerPort: 8080 }]',
    ),
    interfaces: pod(`${at}kubevirtInterfaces: net1 #~ differs`, '-k, net2'),
  },
  good: {
    'the order does not matter': pod(`${at}excludeOutboundPorts: "2,1"`, '-o, "1,2"'),
    'the ports of the proxy itself may stand on one side': pod(
      `${at}excludeInboundPorts: "15020"`,
      '-d, "15090,15021,15020"',
    ),
    'all ports, and those of the containers: Istio wrote it so itself': pod(
      `${at}includeInboundPorts: "80"`,
      '-b, "*"',
      ', ports: [{ containerPort: 80 }]',
    ),
    'empty on both sides': pod(`${at}includeInboundPorts: ""`, '-b, ""'),
    'empty, and not given': pod(`${at}excludeOutboundPorts: ""`, '-i, "*"'),
    'filled in later': pod(`${at}excludeOutboundPorts: "\${PORTS}"`, '-o, "1,2"'),
    'the argument is filled in later': pod(`${at}excludeOutboundPorts: "1"`, '-o, "${PORTS}"'),
    'the CNI plugin reads annotations when the pod starts': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, annotations: { traffic.sidecar.istio.io/excludeInboundPorts: "9000" } }
      spec:
        initContainers: [{ name: istio-validation, image: "docker.io/istio/proxyv2:1.13.1", args: [istio-iptables, -d, "15020"] }]
        containers:
          - { name: cart, image: "cart:1" }
          - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
    `,
  },
});
