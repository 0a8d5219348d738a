import { defineRule, judgedSidecar, nameOf, renderedBy } from '@meshvet/core';

const KEY = 'traffic.sidecar.istio.io/includeInboundPorts';

export const sidecarIptablesInboundEmpty = defineRule({
  meta: {
    id: 'sidecar-iptables-inbound-empty',
    summary: 'istio-init takes no incoming traffic.',
    why: 'An empty list of ports means none: connections reach the application past the proxy, so there is no mTLS, no authorization and no telemetry for them.',
    fix: 'Give istio-init -b "*", or say with annotation traffic.sidecar.istio.io/includeInboundPorts: "" that it is meant so.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: ['istio/istio tools/istio-iptables/pkg/capture/run.go (handleInboundPortsInclude)'],
    messages: {
      empty:
        '{resource}: -b is empty, so istio-init takes no incoming traffic, and it reaches the application past the proxy.',
      missing: '{resource}: istio-init is given no -b, and without it takes no incoming traffic.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no port is taken',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args:
                  - istio-iptables
                  - -i
                  - "*"
                  - -b
                  - "" #~ empty \`""\`
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'said to be meant so',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: prometheus
            namespace: shop
            annotations: { traffic.sidecar.istio.io/includeInboundPorts: "" }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -i, "*", -b, ""]
            containers:
              - { name: prometheus, image: "prometheus:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy || !written.iptables) return;
    const { iptables } = written;
    const ports = iptables.get('istio-inbound-ports');
    if (ports ? ports.value !== '' : !iptables.lacks('istio-inbound-ports')) return;
    // An annotation with ports is told of by the rule on annotations.
    if (workload.podAnnotations.has(KEY)) return;
    // Before 1.3 the list was that of the ports of the containers, and a pod without any had none.
    if (!renderedBy(mesh, written, '1.3') && workload.declaredPorts.length === 0) return;
    const resource = nameOf(workload.resource);
    if (ports) return report(ports.field, 'empty', { resource });
    // Nothing at all is written: which program runs nobody knows.
    if (iptables.field.items().length > 0) report(iptables.field, 'missing', { resource }, { onKey: true });
  },
});
