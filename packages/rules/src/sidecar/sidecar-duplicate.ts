import { type Container, defineRule, imageNameOf, judgedLinkerd, judgedSidecar, nameOf } from '@meshvet/core';

export const sidecarDuplicate = defineRule({
  meta: {
    id: 'sidecar-duplicate',
    summary: 'The pods carry the same proxy twice.',
    why: 'Names of containers are unique in a pod, init containers among them, so the API server rejects it; under two names the proxies fight for the same ports.',
    fix: 'Keep one: the native sidecar among the init containers, or the container beside the application.',
    severity: 'error',
    about: 'any mesh',
    subject: 'workload',
    sources: [
      'kubernetes/kubernetes pkg/apis/core/validation/validation.go (validateInitContainers)',
      'istio/istio pkg/kube/inject/webhook.go',
    ],
    messages: {
      name: '{resource}: container {name} stands here and above; names of containers are unique in a pod, so the API server rejects it.',
      second:
        '{resource}: container {name} runs a second proxy of Istio beside istio-proxy; both listen on ports 15001 and 15006, so one of them fails.',
    },
  },
  examples: {
    bad: [
      {
        title: 'native and classic at once',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", restartPolicy: Always, args: [proxy, sidecar] }
            containers:
              - { name: cart, image: "cart:1" }
              - name: istio-proxy #~ name \`istio-proxy\`
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
        `,
      },
    ],
    good: [
      {
        title: 'one proxy',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", restartPolicy: Always, args: [proxy, sidecar] }
            containers:
              - { name: cart, image: "cart:1" }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const resource = nameOf(workload.resource);
    const written = judgedSidecar(mesh, workload);
    for (const sidecar of [written, judgedLinkerd(mesh, workload)]) {
      const [first, ...rest] = sidecar?.proxies ?? [];
      for (const proxy of rest.slice(0, MOST)) {
        report(
          proxy.field.at('name'),
          'name',
          { resource, name: proxy.name },
          {
            ...(first ? { related: [{ at: first.field.at('name'), note: 'the first one' }] } : {}),
          },
        );
      }
    }
    if (!written?.proxy) return;
    for (const container of workload.containers.filter(isSecond).slice(0, MOST))
      report(container.field.at('name'), 'second', { resource, name: container.name });
  },
});

const MOST = 10;

function isSecond(container: Container): boolean {
  if (container.name === 'istio-proxy' || (container.init && !container.native)) return false;
  const words = container.field
    .at('args')
    .items()
    .map((word) => word.text());
  return imageNameOf(container.image) === 'proxyv2' && words[0] === 'proxy' && words[1] === 'sidecar';
}
