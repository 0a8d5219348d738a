import {
  applicationContainers,
  type Container,
  defineRule,
  type Field,
  isCaptured,
  listenHints,
  type Mesh,
  nameOf,
  type ServicePort,
  type Workload,
} from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const runtimeLocalhostListener = defineRule({
  meta: {
    id: 'runtime-localhost-listener',
    summary: 'A container behind a Service is told to listen on the loopback address only.',
    why: 'Since Istio 1.10 the proxy passes requests on to the address of the pod, as Kubernetes does without a mesh, so nobody answers there; up to 1.9 it passed them to 127.0.0.1.',
    fix: 'Listen on all addresses (0.0.0.0 or ::), or on the address of the pod.',
    severity: 'info',
    advice: true,
    about: 'istio',
    subject: 'workload',
    codes: ['IST0143'],
    since: '1.10',
    sources: [
      'istio.io: Upgrading to 1.10, Inbound forwarding changes',
      'istio/istio pkg/config/analysis/msg/messages.yaml (LocalhostListener)',
    ],
    messages: {
      loopback:
        '{resource}: container {container} is told by {hint} to listen on the loopback address, but {service} sends port {port} to the address of the pod, where nobody will answer.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a server that only its own pod can reach',
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
                    args: ["--listen-address=127.0.0.1:8080"] #~ loopback
                    ports: [{ containerPort: 8080 }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
        `,
      },
    ],
    good: [
      {
        title: 'on all addresses',
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
                    args: ["--listen-address=0.0.0.0:8080"]
                    ports: [{ containerPort: 8080 }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    if (!mesh.istioAtLeast('1.10')) return;
    const severity = severityForSidecar(mesh, workload, 'info');
    if (!severity) return;
    const containers = applicationContainers(workload);
    const hints = containers.flatMap((container) => listenHints(container).map((hint) => ({ container, hint })));
    if (hints.length === 0 || mesh.derive(namespacesWithIngressListeners).has(workload.resource.namespace ?? ''))
      return;
    const targets = targetsOf(mesh, workload);
    for (const { container, hint } of hints) {
      const number = hint.port ?? onlyPort(container);
      const target = number === undefined ? undefined : targets.get(number);
      // Another container may listen there for all, and hand on to this one.
      if (number === undefined || !target || declaredElsewhere(containers, container, number)) continue;
      if (isCaptured(mesh, workload, number) !== 'yes') continue;
      report(
        hint.field,
        'loopback',
        {
          resource: nameOf(workload.resource),
          container: container.name,
          hint: hint.text,
          service: target.service,
          port: number,
        },
        { severity, related: [{ at: target.field, note: 'the port that leads here' }] },
      );
    }
  },
});

/** Where the Services of a workload lead, by the number that the pod is reached at. */
function targetsOf(mesh: Mesh, workload: Workload): ReadonlyMap<number, { service: string; field: Field }> {
  const targets = new Map<number, { service: string; field: Field }>();
  for (const service of mesh.servicesOf(workload).slice(0, 50)) {
    for (const port of service.ports) {
      const target = port.protocol === 'TCP' ? numberOf(mesh, port, workload) : undefined;
      if (target !== undefined && !targets.has(target))
        targets.set(target, { service: nameOf(service.resource), field: port.field });
    }
  }
  return targets;
}

function numberOf(mesh: Mesh, port: ServicePort, workload: Workload): number | undefined {
  const target = mesh.resolveTarget(port, workload);
  return target.state === 'found' ? target.number : undefined;
}

function onlyPort(container: Container): number | undefined {
  return container.ports.length === 1 ? container.ports[0]?.number : undefined;
}

function declaredElsewhere(containers: readonly Container[], own: Container, number: number): boolean {
  return containers.some((c) => c !== own && c.ports.some((p) => p.number === number));
}

// A Sidecar resource may send what comes in to 127.0.0.1 or to a socket.
function namespacesWithIngressListeners(mesh: Mesh): ReadonlySet<string> {
  const sidecars = mesh.ofType('networking.istio.io/Sidecar');
  return new Set(
    sidecars.filter((r) => r.body.at('spec').at('ingress').items().length > 0).flatMap((r) => r.namespace ?? []),
  );
}
