import { defineRule, isSettled, judgedSidecar, nameOf, ownsByWrittenSelector, renderedBy } from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';

const KEY = 'security.istio.io/tlsMode';

export const sidecarTlsModeLabelMissing = defineRule({
  meta: {
    id: 'sidecar-tls-mode-label-missing',
    summary: 'The pods carry a sidecar, and no label says that it takes mTLS.',
    why: 'Clients in the mesh use mTLS by themselves only for endpoints with label security.istio.io/tlsMode: istio; to others they send plain text, which strict mTLS refuses.',
    fix: 'Label the pods security.istio.io/tlsMode: istio, as the injector does.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    since: '1.5',
    sources: [
      'istio/istio pkg/model/proxy.go (TLSModeLabelName)',
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml (labels)',
    ],
    messages: {
      missing:
        '{resource}: the pods have a sidecar without label security.istio.io/tlsMode: istio, so clients in the mesh send them plain text.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a sidecar that was written by hand',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            labels: #~ missing \`labels\`
              app: cart
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'with the label',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            labels: { app: cart, security.istio.io/tlsMode: istio }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    // Auto mTLS is on since 1.5; before, nobody read the label unless asked to.
    if (!written?.proxy || !(written.init || written.validation) || !renderedBy(mesh, written, '1.5')) return;
    if (!workload.podLabels.lacks(KEY) || mesh.installation.meshConfig.value.enableAutoMtls === false) return;
    const { field } = workload.podLabels;
    const safe = isSettled(workload.resource) && ownsByWrittenSelector(workload);
    report(
      field,
      'missing',
      { resource: nameOf(workload.resource) },
      { edits: safe ? insertString(field, KEY, 'istio') : [], onKey: true },
    );
  },
});
