import { defineRule, formatVersion, judgedLinkerd, judgedSidecar, nameOf } from '@meshvet/core';

export const sidecarNativeK8sVersion = defineRule({
  meta: {
    id: 'sidecar-native-k8s-version',
    summary: 'The proxy is a native sidecar, which this Kubernetes does not know.',
    why: 'Kubernetes before 1.28 drops restartPolicy of an init container, and 1.28 does so unless feature gate SidecarContainers is on: the pods then wait for the end of the proxy and never start.',
    fix: 'Render the manifest without native sidecars, or use Kubernetes 1.29 or later.',
    severity: 'error',
    about: 'any mesh',
    subject: 'workload',
    sources: ['kubernetes.io: Sidecar Containers (alpha in 1.28, beta in 1.29, stable in 1.33)'],
    messages: {
      unknown:
        '{resource}: {container} is a native sidecar, which Kubernetes {version} does not know, so the pods wait for its end and never start.',
      gate: '{resource}: {container} is a native sidecar, which Kubernetes 1.28 knows only with feature gate SidecarContainers, and that is off unless switched on.',
    },
  },
  examples: {
    bad: [
      {
        title: 'Kubernetes 1.27',
        settings: { kubernetesVersion: '1.27' },
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: sleep, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
              - name: istio-proxy
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
                restartPolicy: Always #~ unknown \`Always\`
            containers:
              - { name: sleep, image: "sleep:1" }
        `,
      },
    ],
    good: [
      {
        title: 'Kubernetes 1.29',
        settings: { kubernetesVersion: '1.29' },
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: sleep, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
              - name: istio-proxy
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
                restartPolicy: Always
            containers:
              - { name: sleep, image: "sleep:1" }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    if (mesh.kubernetesAtLeast('1.29')) return;
    const resource = nameOf(workload.resource);
    for (const written of [judgedSidecar(mesh, workload), judgedLinkerd(mesh, workload)]) {
      const proxy = written?.proxy;
      if (!proxy?.native) continue;
      const at = proxy.field.at('restartPolicy');
      const container = proxy.name;
      if (mesh.kubernetesAtLeast('1.28')) report(at, 'gate', { resource, container }, { severity: 'warning' });
      else report(at, 'unknown', { resource, container, version: formatVersion(mesh.settings.kubernetesVersion) });
    }
  },
});
