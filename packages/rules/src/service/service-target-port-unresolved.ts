import {
  applicationContainers,
  defineRule,
  didYouMean,
  judgesTargets,
  type Mesh,
  nameOf,
  portLabel,
  portsAreKnown,
  type ServicePort,
  surelyBehind,
  targetPlace,
  type Workload,
  withVariants,
} from '@meshvet/core';
import { kialiTargetCodes } from '../shared/codes/port-codes.ts';

export const serviceTargetPortUnresolved = defineRule({
  meta: {
    id: 'service-target-port-unresolved',
    summary: 'A Service port names a target port that no container behind the Service has.',
    why: 'The Service has no endpoint for the port, so every client gets no healthy upstream (503) or a refused connection.',
    fix: 'Write the name of a container port with the same protocol (TCP, UDP), or its number, as the targetPort.',
    severity: 'error',
    subject: 'service',
    codes: ['KIA0701'],
    sources: [
      'istio/istio pilot/pkg/serviceregistry/kube/controller/util.go',
      'kubernetes: Services, Defining a Service',
      'kiali business/checkers/services/port_mapping_checker.go',
    ],
    messages: {
      unresolved:
        '{service}: {port} has targetPort "{target}", but no container of {workload} has a port of that name; {accepted}.',
      transport:
        '{service}: {port} has targetPort "{target}" over {wanted}, but {workload} has that port over {written} only.',
      digits:
        '{service}: {port} has the quoted targetPort "{target}", which is a name and not a number; the API server refuses names without a letter.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the container port has another name',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: http
                port: 80
                targetPort: htpp #~ unresolved \`htpp\`
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart, ports: [{ name: http, containerPort: 8080 }] }] }
        `,
      },
      {
        title: 'the name is that of a UDP port; a number in quotes is a name',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: dns, namespace: shop }
          spec:
            selector: { app: dns }
            ports:
              - { name: tcp-dns, port: 53, targetPort: dns } #~ transport \`dns\`
              - { name: http, port: 80, targetPort: "8080" } #~ digits \`"8080"\`
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: dns, namespace: shop }
          spec:
            selector: { matchLabels: { app: dns } }
            template:
              metadata: { labels: { app: dns } }
              spec: { containers: [{ name: dns, image: dns, ports: [{ name: dns, containerPort: 53, protocol: UDP }] }] }
        `,
      },
    ],
    good: [
      {
        title: 'names of a container and of a native sidecar',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http, port: 80, targetPort: web }
              - { name: http-metrics, port: 9100, targetPort: metrics }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                initContainers: [{ name: exporter, image: exporter, restartPolicy: Always, ports: [{ name: metrics, containerPort: 9100 }] }]
                containers: [{ name: cart, image: cart, ports: [{ name: web, containerPort: 8080 }] }]
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (!judgesTargets(service)) return;
    const behind = surelyBehind(mesh, service);
    const [first] = behind;
    for (const port of service.ports) {
      if (typeof port.target !== 'string') continue;
      const words = { service: nameOf(service.resource), port: portLabel(port), target: port.target };
      const options = () => ({
        // No client reaches the port, with a mesh or without.
        severity: 'error' as const,
        codes: kialiTargetCodes(mesh, service, behind),
      });
      if (/^\d+$/.test(port.target)) {
        report(targetPlace(port), 'digits', words, {
          ...options(),
          fix: `Write the number without quotes: targetPort: ${port.target}.`,
        });
        continue;
      }
      // One workload that has the name is enough: the others may be there for other ports.
      if (
        !first ||
        !behind.every((w) => isMissing(mesh, port, w)) ||
        !withVariants(mesh, behind).every((w) => isMissing(mesh, port, w))
      )
        continue;
      const related = behind
        .slice(0, 3)
        .map((w) => ({ at: w.podSpec.at('containers'), note: `the containers of ${nameOf(w.resource)}` }));
      const workload = behind.map((w) => nameOf(w.resource)).sort()[0] ?? nameOf(first.resource);
      const written = otherTransport(port, behind);
      if (written)
        report(
          targetPlace(port),
          'transport',
          { ...words, workload, wanted: port.protocol, written },
          { ...options(), related },
        );
      else
        report(
          targetPlace(port),
          'unresolved',
          { ...words, workload, accepted: acceptedNames(port, behind) },
          { ...options(), related },
        );
    }
  },
});

function isMissing(mesh: Mesh, port: ServicePort, workload: Workload): boolean {
  return portsAreKnown(workload) && mesh.resolveTarget(port, workload).state === 'missing';
}

function otherTransport(port: ServicePort, workloads: readonly Workload[]): string | undefined {
  return workloads.flatMap((w) => applicationContainers(w).flatMap((c) => c.ports)).find((p) => p.name === port.target)
    ?.protocol;
}

// The names that would do, the likeliest first.
function acceptedNames(port: ServicePort, workloads: readonly Workload[]): string {
  const ports = workloads.flatMap((w) => applicationContainers(w).flatMap((c) => c.ports));
  const names = [...new Set(ports.filter((p) => p.protocol === port.protocol).flatMap((p) => p.name ?? []))].sort();
  const likely = typeof port.target === 'string' ? didYouMean(port.target, names) : undefined;
  if (likely !== undefined) return `did you mean "${likely}"`;
  if (names.length > 0)
    return `it has ${names
      .slice(0, 6)
      .map((name) => `"${name}"`)
      .join(', ')}`;
  const numbers = [...new Set(ports.flatMap((p) => p.number ?? []))].sort((a, b) => a - b);
  return numbers.length > 0
    ? `its ports have no names: ${numbers.slice(0, 6).join(', ')}`
    : 'it declares no port with a name';
}
