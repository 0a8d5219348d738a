import {
  applicationContainers,
  type ContainerPort,
  defineRule,
  isPatchedAt,
  type Mesh,
  nameOf,
  readsPortsOf,
  type Service,
  type ServicePort,
  surelyBehind,
  type Workload,
} from '@meshvet/core';
import { severityForPort } from '../shared/severity/audience.ts';

export const portHeadlessUndeclared = defineRule({
  meta: {
    id: 'port-headless-undeclared',
    summary: 'A headless Service does not declare the ports by which its pods are called.',
    why: 'Kubernetes needs no ports there, but a proxy knows a pod by the declared ports only: other traffic passes as unknown, without mTLS, so STRICT pods refuse it.',
    fix: 'Declare each port of the pods in the Service, those between the replicas too, with a name such as tcp-peer.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    sources: [
      'istio.io: Traffic Routing, Headless services',
      'istio.io: Application Requirements',
      'istio/istio pilot/pkg/networking/core/listener.go',
    ],
    messages: {
      none: '{service} is headless and declares no port; clients in the mesh reach its pods as an unknown destination.',
      undeclared:
        '{service} governs {workload}, whose containers declare {ports}, which no Service of the pods has; the replicas reach each other there as an unknown destination.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a Service for the names of the pods alone',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cache, namespace: shop }
          spec: #~ none
            clusterIP: None
            selector: { app: cache }
        `,
      },
      {
        title: 'the port between the replicas is missing',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec:
            clusterIP: None
            selector: { app: db }
            ports: #~ undeclared
              - { name: tcp-client, port: 9042 }
          ---
          apiVersion: apps/v1
          kind: StatefulSet
          metadata: { name: db, namespace: shop }
          spec:
            serviceName: db
            selector: { matchLabels: { app: db } }
            template:
              metadata: { labels: { app: db } }
              spec: { containers: [{ name: db, image: db, ports: [{ name: client, containerPort: 9042 }, { name: peer, containerPort: 7000 }] }] }
        `,
      },
    ],
    good: [
      {
        title: 'both ports are declared',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec:
            clusterIP: None
            selector: { app: db }
            ports:
              - { name: tcp-client, port: 9042 }
              - { name: tcp-peer, port: 7000 }
          ---
          apiVersion: apps/v1
          kind: StatefulSet
          metadata: { name: db, namespace: shop }
          spec:
            serviceName: db
            selector: { matchLabels: { app: db } }
            template:
              metadata: { labels: { app: db } }
              spec: { containers: [{ name: db, image: db, ports: [{ name: client, containerPort: 9042 }, { name: peer, containerPort: 7000 }] }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    const { resource } = service;
    // Without a selector somebody writes the endpoints by hand, or wants a name in DNS and no more.
    if (!service.headless || service.type === 'ExternalName' || !service.selector) return;
    if (!readsPortsOf(mesh, service) || isPatchedAt(resource, 'spec', 'ports')) return;
    if (mesh.membershipOfService(service).answer === 'no') return;
    const field = resource.body.at('spec').at('ports');
    if (field.hasValue && !field.isList) return;
    const severity = severityForPort(mesh, service, 'warning');
    if (service.ports.length === 0) {
      if (siblings(mesh, service).every((sibling) => sibling.ports.length === 0))
        report(
          field.exists ? field : resource.body.at('spec'),
          'none',
          { service: nameOf(resource) },
          { severity, onKey: true },
        );
      return;
    }
    for (const workload of surelyBehind(mesh, service)) {
      if (workload.resource.type !== 'apps/StatefulSet') continue;
      if (workload.resource.body.at('spec').at('serviceName').text() !== resource.name) continue;
      const missing = undeclared(mesh, service, workload);
      if (missing.length === 0) continue;
      report(
        field,
        'undeclared',
        { service: nameOf(resource), workload: nameOf(workload.resource), ports: missing.map(labelOf).join(', ') },
        { severity, related: missing.slice(0, 3).map((port) => ({ at: port.field, note: 'declared here' })) },
      );
    }
  },
});

// What a monitoring system or the kubelet calls by the address of the pod, and no replica does.
const NOT_FOR_PEERS =
  /metric|monitor|prom|health|probe|live|ready|admin|debug|jmx|jolokia|exporter|stat|pprof|telemetry|http/i;

function undeclared(mesh: Mesh, service: Service, workload: Workload): readonly ContainerPort[] {
  const reached = reachedPorts(mesh, [...siblings(mesh, service), ...mesh.servicesOf(workload)], workload);
  if (!reached) return [];
  const seen = new Set(reached);
  // A port without a name tells nobody what it is for.
  return applicationContainers(workload)
    .filter((container) => !container.init)
    .flatMap((container) => (NOT_FOR_PEERS.test(container.name) ? [] : container.ports))
    .filter(({ number, name, protocol }) => {
      if (number === undefined || !name || protocol !== 'TCP' || NOT_FOR_PEERS.test(name) || seen.has(number))
        return false;
      seen.add(number);
      return true;
    });
}

// No real pod is reached by so many.
const MOST_PORTS = 500;

// undefined when one of the ports leads nobody knows where.
function reachedPorts(mesh: Mesh, services: readonly Service[], workload: Workload): readonly number[] | undefined {
  const ports = services.flatMap((s) => s.ports);
  if (ports.length > MOST_PORTS) return undefined;
  const targets = ports.map((port: ServicePort) => mesh.resolveTarget(port, workload));
  if (targets.some((target) => target.state === 'unknown')) return undefined;
  return targets.flatMap((target) => (target.state === 'found' ? target.number : []));
}

// All manifests of the Service: what one of them declares is declared.
function siblings(mesh: Mesh, service: Service): readonly Service[] {
  const found = mesh.service(service.resource.namespace ?? '', service.resource.name);
  return found.state === 'found' ? found.value : [service];
}

function labelOf({ name, number }: ContainerPort): string {
  return `port ${number} (${name})`;
}
