import {
  applicationInitContainers,
  type Container,
  defineRule,
  isRedirected,
  type Mesh,
  nameOf,
  networkUse,
  proxyUserOf,
  type Workload,
} from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const runtimeInitNetwork = defineRule({
  meta: {
    id: 'runtime-init-network',
    summary: 'An init container seems to use the network before the sidecar is there.',
    why: 'Init containers run before a classic sidecar: with the CNI plugin their traffic is redirected to a proxy that is not there, so they hang; else it goes out as plain text, which STRICT mTLS refuses.',
    fix: 'Make the sidecar native, or with the CNI plugin let the init container run as user 1337 or leave its destination out with traffic.sidecar.istio.io/excludeOutboundPorts.',
    severity: 'info',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio.io: Install the Istio CNI node agent, Compatibility with application init containers',
      'istio/istio pkg/kube/inject/webhook.go (reorderPod)',
    ],
    messages: {
      hangs:
        '{resource}: init container {container} seems to call out ("{program}"), and with the CNI plugin its traffic goes to a sidecar that does not run yet.',
      plain:
        '{resource}: init container {container} seems to call out ("{program}") before the sidecar is there, so it sends plain text past the mesh, or hangs with the CNI plugin.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a waiter in front of a classic sidecar',
        settings: { istioVersion: '1.18' },
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                initContainers:
                  - name: wait
                    image: busybox
                    command: [sh, -c, "until nc -z db 5432; do sleep 1; done"] #~ plain
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'a native sidecar runs before the init container',
        settings: { istioVersion: '1.24' },
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart }, annotations: { sidecar.istio.io/nativeSidecar: "true" } }
              spec:
                initContainers: [{ name: wait, image: busybox, command: [sh, -c, "until nc -z db 5432; do sleep 1; done"] }]
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const containers = applicationInitContainers(workload);
    if (containers.length === 0 || !severityForSidecar(mesh, workload, 'warning')) return;
    const sidecar = mesh.sidecar(workload);
    // A guess about pods that may not be in the mesh at all would be one too many.
    if (sidecar.present !== 'yes' || sidecar.form !== 'classic' || !isRedirected(mesh, workload)) return;
    if (EXCLUSIONS.some((key) => workload.podAnnotations.has(key) || workload.podAnnotations.mayChange(key))) return;
    const cni = usesCni(mesh, workload);
    const resource = nameOf(workload.resource);
    for (const container of containers) {
      const use = networkUse(container);
      if (!use || runsAsProxy(mesh, workload, container)) continue;
      const command = container.field.at('command');
      const words = { resource, container: container.name, program: use.program };
      const at = command.exists ? command : container.field.at('args');
      if (cni) report(at, 'hangs', words, { severity: sidecar.byNodes ? 'info' : 'warning', onKey: true });
      else report(at, 'plain', words, { severity: 'info', advice: true, onKey: true });
    }
  },
});

const EXCLUSIONS = [
  'traffic.sidecar.istio.io/excludeOutboundPorts',
  'traffic.sidecar.istio.io/excludeOutboundIPRanges',
  'traffic.sidecar.istio.io/includeOutboundIPRanges',
] as const;

function usesCni(mesh: Mesh, workload: Workload): boolean {
  if (!workload.hasProxy) return mesh.installation.cni.value;
  return !workload.containers.some((c) => c.name === 'istio-init');
}

function runsAsProxy(mesh: Mesh, workload: Workload, container: Container): boolean {
  const id = proxyUserOf(mesh, workload);
  return (['runAsUser', 'runAsGroup'] as const).some((key) => {
    const own = container.field.at('securityContext').at(key);
    const effective = own.hasValue ? own : workload.podSpec.at('securityContext').at(key);
    return effective.hasValue && (id === undefined || effective.number() === undefined || effective.number() === id);
  });
}
