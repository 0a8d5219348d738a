import { defineRule, isSettled, judgedSidecar, nameOf, renderedBy } from '@meshvet/core';
import { replaceItem } from '../shared/edits/list-item-edit.ts';

export const sidecarIptablesInboundPort = defineRule({
  meta: {
    id: 'sidecar-iptables-inbound-port',
    summary: 'istio-init sends incoming traffic to a port on which the proxy does not take it.',
    why: 'Since 1.3 the proxy takes incoming connections on port 15006; at 15001 they are treated as outgoing ones, and at any other port they are refused.',
    fix: 'Give istio-init -z 15006, or the proxyInboundListenPort of the mesh.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio tools/istio-iptables/pkg/cmd/root.go (inbound-capture-port)',
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml, since 1.3',
      'istio/api mesh/v1alpha1/config.proto (proxy_inbound_listen_port), since 1.15',
    ],
    messages: {
      other:
        '{resource}: istio-init sends incoming traffic to port {port}, but the proxy takes it on {expected}, so the pods cannot be reached.',
      outgoing:
        '{resource}: istio-init sends incoming traffic to port 15001, where the proxy takes it for outgoing; it takes incoming traffic on {expected}.',
      invalid:
        '{resource}: {value} is no port, so istio-init fails and the pods never start; the proxy listens on {expected}.',
      unknown:
        '{resource}: istio-init of Istio {release} does not know -z, which 1.3 brought, so it fails and the pods never start.',
      missing:
        '{resource}: istio-init is not told the port of incoming traffic (-z); it takes {expected} by itself, and manifests that Istio renders name it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the port of outgoing traffic',
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
                  - -z
                  - "15001" #~ outgoing \`"15001"\`
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
        title: 'the port of incoming traffic',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -p, "15001", -z, "15006", -b, "*"]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy || !written.iptables) return;
    const { iptables } = written;
    const resource = nameOf(workload.resource);
    const port = iptables.get('inbound-capture-port');
    const { meshConfig } = mesh.installation;
    const told = meshConfig.value.proxyInboundListenPort;
    const expected = typeof told === 'number' ? told : 15006;
    if (!port) {
      const asks = iptables.get('istio-inbound-ports')?.value;
      if (!iptables.lacks('inbound-capture-port') || !renderedBy(mesh, written, '1.3') || !asks) return;
      return report(iptables.field, 'missing', { resource, expected }, { severity: 'info', advice: true, onKey: true });
    }
    if (port.value === undefined || port.value === '') return;
    if (written.version && !renderedBy(mesh, written, '1.3'))
      return report(port.field, 'unknown', { resource, release: written.version.join('.') });
    const number = /^\d{1,5}$/.test(port.value) ? Number(port.value) : undefined;
    if (number === undefined || number === 0 || number > 65535)
      return report(port.field, 'invalid', { resource, value: JSON.stringify(port.value), expected });
    if (number === expected || !meshConfig.certain) return;
    if (number === 15001 && expected !== 15001) {
      const edits = isSettled(workload.resource) ? replaceItem(port, String(expected)) : [];
      return report(port.field, 'outgoing', { resource, expected }, { edits });
    }
    // A MeshConfig that nobody has shown may name another port, since 1.15.
    const sure = meshConfig.from !== 'default' || !renderedBy(mesh, written, '1.15');
    report(port.field, 'other', { resource, port: number, expected }, { severity: sure ? 'error' : 'warning' });
  },
});
