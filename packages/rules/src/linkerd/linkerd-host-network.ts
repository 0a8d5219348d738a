import { defineRule, LINKERD_INJECT_KEY, type Mesh, nameOf, namespacesOf, type Workload } from '@meshvet/core';

export const linkerdHostNetwork = defineRule({
  meta: {
    id: 'linkerd-host-network',
    summary: 'Pods use the network of their node where Linkerd is to inject its proxy.',
    why: 'Linkerd never injects pods with hostNetwork, since its redirection would take the traffic of the whole node; their calls are not encrypted, and policies see them as callers without identity.',
    fix: 'Do without hostNetwork, or write linkerd.io/inject: disabled at the pod template to say that it is meant so.',
    severity: 'info',
    about: 'linkerd',
    subject: 'workload',
    sources: ['linkerd2 pkg/inject/report.go (host_network_enabled)', 'linkerd.io: Automatic Proxy Injection'],
    messages: {
      pods: '{resource}: the pods use hostNetwork, so they get no proxy of Linkerd, though {asks} asks for one.',
    },
  },
  examples: {
    bad: [
      {
        title: 'an agent of the nodes in a namespace of the mesh',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: agents, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: apps/v1
          kind: DaemonSet
          metadata: { name: agent, namespace: agents }
          spec:
            selector: { matchLabels: { app: agent } }
            template:
              metadata: { labels: { app: agent } }
              spec:
                hostNetwork: true #~ pods \`true\`
                containers: [{ name: agent, image: agent:1 }]
        `,
      },
    ],
    good: [
      {
        title: 'it says that it is out',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: agents, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: apps/v1
          kind: DaemonSet
          metadata: { name: agent, namespace: agents }
          spec:
            selector: { matchLabels: { app: agent } }
            template:
              metadata: { labels: { app: agent }, annotations: { linkerd.io/inject: disabled } }
              spec:
                hostNetwork: true
                containers: [{ name: agent, image: agent:1 }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { linkerd } = mesh.admission(workload);
    if (linkerd.outcome !== 'not-injected' || linkerd.cause !== 'host-network') return;
    const asks = askedBy(mesh, workload);
    if (asks === undefined) return;
    report(workload.podSpec.at('hostNetwork'), 'pods', { resource: nameOf(workload.resource), asks });
  },
});

function askedBy(mesh: Mesh, { podAnnotations, resource }: Workload): string | undefined {
  const own = podAnnotations.get(LINKERD_INJECT_KEY);
  if (podAnnotations.has(LINKERD_INJECT_KEY))
    return ASKING.has(own ?? '') ? `${LINKERD_INJECT_KEY}: ${own}` : undefined;
  const namespaces = namespacesOf(mesh, resource) ?? [];
  const asked = namespaces.filter((n) => ASKING.has(n.resource.annotations.get(LINKERD_INJECT_KEY) ?? ''));
  return asked.length > 0 && asked.length === namespaces.length ? `Namespace ${resource.namespace ?? ''}` : undefined;
}

const ASKING: ReadonlySet<string> = new Set(['enabled', 'ingress']);
