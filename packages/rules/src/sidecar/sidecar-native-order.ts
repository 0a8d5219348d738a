import { type Container, defineRule, judgedSidecar, nameOf, nativeOrderFault } from '@meshvet/core';

export const sidecarNativeOrder = defineRule({
  meta: {
    id: 'sidecar-native-order',
    summary: 'The init containers of the pods do not stand in the order that a native sidecar needs.',
    why: 'Init containers start one after the other: what stands between the redirection and the proxy reaches nothing, and what stands before both works outside the mesh.',
    fix: 'Put istio-init (or istio-validation) first, istio-proxy behind it, and the containers of the application after both.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio pkg/kube/inject/webhook.go (reorderPod)',
      'istio.io: Kubernetes Native Sidecars in Istio (2023)',
    ],
    messages: {
      between:
        '{resource}: init container {container} runs after {init} redirected the traffic and before istio-proxy takes it, so it can connect to nothing.',
      before:
        '{resource}: init container {container} runs before {init} and istio-proxy, so its traffic stays outside the mesh.',
      reversed:
        '{resource}: istio-proxy stands before {init}; the injector puts the redirection first, so that nothing gets past the proxy.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a container that reaches nothing',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: sleep, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
              - name: check-traffic #~ between \`check-traffic\`
                image: istio/base
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar], restartPolicy: Always }
            containers:
              - { name: sleep, image: "sleep:1" }
        `,
      },
    ],
    good: [
      {
        title: 'the order of the injector',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: sleep, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar], restartPolicy: Always }
              - { name: check-traffic, image: istio/base }
            containers:
              - { name: sleep, image: "sleep:1" }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    const fault = written && nativeOrderFault(workload, written, isOfTheUser);
    if (!fault) return;
    const resource = nameOf(workload.resource);
    const { container, init } = fault;
    const at = container.field.at('name');
    const data = { resource, container: container.name, init: init.name };
    if (fault.kind === 'reversed') report(at, 'reversed', { resource, init: init.name });
    // What fetches things before the mesh is there may be put first on purpose.
    else if (fault.kind === 'before') report(at, 'before', data, { severity: 'info' });
    else report(at, 'between', data);
  },
});

// Traffic of the proxy's user is not redirected, and the helper for core dumps sends none.
function isOfTheUser(container: Container): boolean {
  return (
    container.name !== 'enable-core-dump' && container.field.at('securityContext').at('runAsUser').number() !== 1337
  );
}
