import { defineRule, judgedSidecar, nameOf } from '@meshvet/core';

export const sidecarCniInitPresent = defineRule({
  meta: {
    id: 'sidecar-cni-init-present',
    summary: 'The pods redirect their traffic themselves, although the CNI plugin would do it.',
    why: 'The plugin leaves pods with istio-init alone: they work, but need the right to NET_ADMIN and NET_RAW, which the plugin is there to avoid.',
    fix: 'Render the manifest again with the settings of the installation, so that istio-validation takes the place of istio-init.',
    severity: 'info',
    about: 'istio',
    subject: 'workload',
    advice: true,
    sources: ['istio/istio cni/pkg/plugin/plugin.go', 'istio.io: Install the Istio CNI node agent'],
    messages: {
      present:
        '{resource}: istio-init stands in a mesh with the CNI plugin; it does the work of the plugin with rights that the pods would not need.',
      both: '{resource}: istio-init and istio-validation stand side by side; the CNI plugin leaves pods with istio-init alone.',
    },
  },
  examples: {
    bad: [
      {
        title: 'both forms at once',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - { name: istio-validation, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, --run-validation] }
              - name: istio-init #~ both
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -b, "*"]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'the form of the plugin',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - { name: istio-validation, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, --run-validation] }
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.init || !written.proxy) return;
    const resource = nameOf(workload.resource);
    const at = written.init.field.at('name');
    if (written.validation) report(at, 'both', { resource });
    else if (mesh.installation.cni.value && mesh.installation.cni.certain) report(at, 'present', { resource });
  },
});
