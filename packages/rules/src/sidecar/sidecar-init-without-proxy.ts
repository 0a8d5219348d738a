import {
  type Container,
  defineRule,
  imageNameOf,
  injectorTakes,
  judgedSidecar,
  nameOf,
  securitySetting,
  type Workload,
} from '@meshvet/core';

export const sidecarInitWithoutProxy = defineRule({
  meta: {
    id: 'sidecar-init-without-proxy',
    summary: 'The traffic of the pods is sent to a proxy that is not there.',
    why: 'istio-init redirects all connections to ports 15001 and 15006; where no proxy listens on them, each is refused, and the pods can neither be reached nor reach anything.',
    fix: 'Render the manifest again with istioctl kube-inject, or take istio-init out with the proxy.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio tools/istio-iptables/pkg/capture/run.go',
      'istio/istio cni/pkg/plugin (pods without istio-proxy are left alone)',
    ],
    messages: {
      blackhole:
        '{resource}: istio-init redirects the traffic of the pods, but there is no container istio-proxy to take it, so every connection is refused.',
      waits:
        '{resource}: istio-validation waits for a redirection that the CNI plugin makes only for pods with istio-proxy, so the pods never start.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the proxy was taken out, the redirection was not',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init #~ blackhole \`istio-init\`
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -p, "15001", -z, "15006", -u, "1337", -m, REDIRECT, -i, "*", -b, "*"]
            containers:
              - { name: cart, image: "cart:1" }
        `,
      },
    ],
    good: [
      {
        title: 'both are there',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -p, "15001", -z, "15006", -u, "1337", -m, REDIRECT, -i, "*", -b, "*"]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (
      !written ||
      written.proxy ||
      workload.containers.some((c) => c.name === 'istio-proxy' || mayBeProxy(workload, c))
    )
      return;
    // The injector adds the proxy.
    if (injectorTakes(mesh, workload) === 'yes') return;
    const resource = nameOf(workload.resource);
    if (written.init) report(written.init.field.at('name'), 'blackhole', { resource });
    else if (written.validation) report(written.validation.field.at('name'), 'waits', { resource });
  },
});

// A proxy under another name: it runs as the user whose traffic is not redirected.
function mayBeProxy(workload: Workload, container: Container): boolean {
  if (container.init && !container.native) return false;
  return (
    /^(?:proxyv2|envoy)/.test(imageNameOf(container.image)) ||
    securitySetting(workload, container, 'runAsUser').value === 1337
  );
}
