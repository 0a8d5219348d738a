import { defineRule, judgedSidecar, nameOf } from '@meshvet/core';

export const sidecarIptablesProxyPort = defineRule({
  meta: {
    id: 'sidecar-iptables-proxy-port',
    summary: 'istio-init sends outgoing traffic to a port on which the proxy does not listen.',
    why: 'The proxy takes outgoing connections on proxyListenPort of the mesh, 15001 unless MeshConfig says otherwise; at any other port they are refused.',
    fix: 'Give istio-init -p 15001, or the proxyListenPort of the mesh.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio tools/istio-iptables/pkg/cmd/root.go (envoy-port)',
      'istio/api mesh/v1alpha1/config.proto (proxy_listen_port)',
    ],
    messages: {
      other:
        '{resource}: istio-init sends outgoing traffic to port {port}, but the proxy listens on {expected}, so the connections are refused.',
      invalid:
        '{resource}: {value} is no port, so istio-init fails and the pods never start; the proxy listens on {expected}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'another port',
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
                  - -p
                  - "15002" #~ other \`"15002"\`
                  - -b
                  - "*"
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'the port of the proxy',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -p, "15001", -b, "*"]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    const port = written?.proxy && written.iptables?.get('envoy-port');
    if (!port || port.value === undefined) return;
    const { meshConfig } = mesh.installation;
    const told = meshConfig.value.proxyListenPort;
    const expected = typeof told === 'number' ? told : 15001;
    const resource = nameOf(workload.resource);
    const number = /^\d{1,5}$/.test(port.value) ? Number(port.value) : undefined;
    if (number === undefined || number === 0 || number > 65535) {
      // The empty text leaves the default in place.
      if (port.value !== '') report(port.field, 'invalid', { resource, value: JSON.stringify(port.value), expected });
    } else if (number !== expected && meshConfig.certain) {
      // A MeshConfig that nobody has shown may name another port; that of incoming traffic it cannot be.
      const sure = meshConfig.from !== 'default' || number === 15006;
      report(port.field, 'other', { resource, port: number, expected }, { severity: sure ? 'error' : 'warning' });
    }
  },
});
