import {
  applicationContainers,
  type Container,
  defineRule,
  didYouMean,
  isPatchedAt,
  isSettled,
  nameOf,
  type Probe,
  portsAreKnown,
  probesOf,
  type Workload,
} from '@meshvet/core';
import { replaceString, type ScalarEdit } from '../shared/edits/scalar-edit.ts';
import { severityForWorkload } from '../shared/severity/audience.ts';

export const runtimeProbePortUnresolved = defineRule({
  meta: {
    id: 'runtime-probe-port-unresolved',
    summary: 'A probe or lifecycle hook names a port that its container does not have.',
    why: 'Kubernetes looks the name up in the same container, and the agent of the proxy knows nothing of such a probe either, so it fails for ever and the pods never become ready or are started again and again.',
    fix: 'Write the name of a port of the same container, or its number.',
    severity: 'error',
    subject: 'workload',
    sources: [
      'kubernetes: Configure Liveness, Readiness and Startup Probes',
      'kubernetes/kubernetes pkg/probe/util.go (ResolveContainerPort)',
      'istio/istio pkg/kube/inject/app_probe.go',
    ],
    messages: {
      unresolved:
        '{resource}: the {probe} of container {container} goes to port "{port}", but that container has no port of that name; {accepted}.',
      digits:
        '{resource}: the {probe} of container {container} has the quoted port "{port}", which is a name and not a number; the API server refuses names without a letter.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the container calls its port something else',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers:
                  - name: cart
                    image: cart
                    ports: [{ name: http-web, containerPort: 8080 }]
                    readinessProbe:
                      httpGet:
                        path: /ready
                        port: http-wbe #~ unresolved \`http-wbe\`
                    livenessProbe:
                      tcpSocket: { port: "8080" } #~ digits
        `,
      },
    ],
    good: [
      {
        title: 'a name of the same container, and a number that is not declared',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers:
                  - name: cart
                    image: cart
                    ports: [{ name: http-web, containerPort: 8080 }]
                    readinessProbe: { httpGet: { path: /ready, port: http-web } }
                    livenessProbe: { httpGet: { path: /live, port: 9090 } }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    // With or without a proxy the probe fails; of what is certainly outside the mesh another tool may speak.
    if (!severityForWorkload(mesh, workload, 'error') || !portsAreKnown(workload)) return;
    if (['livenessProbe', 'readinessProbe', 'startupProbe'].some((key) => isPatchedAt(workload.resource, key))) return;
    for (const probe of probesOf(workload)) {
      const { port, container } = probe;
      if (typeof port !== 'string' || port === '' || container.ports.some((p) => p.name === port)) continue;
      const data = { resource: nameOf(workload.resource), probe: probe.name, container: container.name, port };
      if (/^\d+$/.test(port)) {
        report(probe.portField, 'digits', data, { fix: `Write the number without quotes: port: ${port}.` });
        continue;
      }
      if (!namesAreKnown(container)) continue;
      report(
        probe.portField,
        'unresolved',
        { ...data, accepted: accepted(workload, probe) },
        {
          related:
            container.ports.length > 0 ? [{ at: container.field.at('ports'), note: 'the ports of the container' }] : [],
          suggested: likelyEdits(workload, probe),
        },
      );
    }
  },
});

function namesAreKnown(container: Container): boolean {
  return container.ports.every((p) => !p.field.at('name').hasValue || p.name !== undefined);
}

function namesOf(container: Container): string[] {
  return container.ports.flatMap((p) => (p.name ? [p.name] : [])).sort();
}

function accepted(workload: Workload, { container, port }: Probe): string {
  const names = namesOf(container);
  const likely = didYouMean(String(port), names);
  if (likely !== undefined) return `did you mean "${likely}"`;
  const owner = applicationContainers(workload).find((c) => c !== container && c.ports.some((p) => p.name === port));
  if (owner) return `it is a port of container ${owner.name}`;
  if (names.length > 0)
    return `it has ${names
      .slice(0, 6)
      .map((name) => `"${name}"`)
      .join(', ')}`;
  const numbers = [...new Set(container.ports.flatMap((p) => p.number ?? []))].sort((a, b) => a - b);
  return numbers.length > 0 ? `its ports have no names: ${numbers.slice(0, 6).join(', ')}` : 'it declares no port';
}

function likelyEdits(workload: Workload, { container, port, portField }: Probe): ScalarEdit[] {
  const likely = didYouMean(String(port), namesOf(container));
  return likely !== undefined && isSettled(workload.resource) ? replaceString(portField, likely) : [];
}
