import {
  atLeast,
  defineRule,
  hasLinkerd,
  isPatchedAt,
  isSettled,
  isSystemNamespace,
  linkerdProtocol,
  type Mesh,
  nameOf,
  OPAQUE_PORTS_KEY,
  type OpaquePorts,
  opaquePortsOf,
  type Service,
  type ServicePort,
  surelyBehind,
  type Workload,
} from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';
import type { ScalarEdit } from '../shared/edits/scalar-edit.ts';

export const linkerdOpaquePortsMismatch = defineRule({
  meta: {
    id: 'linkerd-opaque-ports-mismatch',
    summary: 'A Service and its pods do not agree on which ports are opaque to Linkerd.',
    why: 'The proxies of callers go by the annotation of the Service and the proxy of the pod by that of the pod, so one waits for HTTP where the other sends bytes: connections hang for ten seconds or are read wrongly.',
    fix: 'Write config.linkerd.io/opaque-ports on both, or on their namespace; a list takes the place of the default one.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'service',
    sources: [
      'linkerd2 pkg/healthcheck/healthcheck.go (misconfiguredOpaqueAnnotation)',
      'linkerd2 charts/linkerd-control-plane/values.yaml (proxy.opaquePorts)',
      'linkerd.io: Protocol Detection, Marking ports as opaque',
    ],
    messages: {
      service:
        '{service}: {ports} to what is opaque in {workload} ({podList}), but the Service says {serviceList}, so the proxies of callers look for HTTP there.',
      pods: '{service}: {ports} and the Service says that it is opaque ({serviceList}), but {workload} says {podList}, so the proxy of the pods looks for HTTP there.',
    },
  },
  examples: {
    bad: [
      {
        title: 'only the pods know',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: bus, namespace: shop }
          spec:
            selector: { app: bus }
            ports:
              - name: nats
                port: 4222 #~ service \`4222\`
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: bus, namespace: shop }
          spec:
            selector: { matchLabels: { app: bus } }
            template:
              metadata:
                labels: { app: bus }
                annotations: { config.linkerd.io/opaque-ports: "4222" }
              spec: { containers: [{ name: bus, image: bus, ports: [{ containerPort: 4222 }] }] }
        `,
      },
      {
        title: 'a list of the Service that leaves out a default port',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata:
            name: db
            namespace: shop
            annotations:
              config.linkerd.io/opaque-ports: "9999"
          spec:
            selector: { app: db }
            ports:
              - { name: mysql, port: 3306 } #~ service
              - { name: admin, port: 9999 } #~ pods
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: db, namespace: shop }
          spec:
            selector: { matchLabels: { app: db } }
            template:
              metadata: { labels: { app: db } }
              spec: { containers: [{ name: db, image: db }] }
        `,
      },
    ],
    good: [
      {
        title: 'both, by their namespace',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, annotations: { linkerd.io/inject: enabled, config.linkerd.io/opaque-ports: "4222" } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: bus, namespace: shop }
          spec: { selector: { app: bus }, ports: [{ name: nats, port: 4222 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: bus, namespace: shop }
          spec:
            selector: { matchLabels: { app: bus } }
            template:
              metadata: { labels: { app: bus } }
              spec: { containers: [{ name: bus, image: bus }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    // Callers of a headless Service find the pods themselves.
    if (service.headless || service.type === 'ExternalName' || isSystemNamespace(service.resource.namespace)) return;
    if (!atLeast(mesh.settings.linkerdVersion, '2.10') || isPatchedAt(service.resource, 'spec', 'ports')) return;
    const behind = surelyBehind(mesh, service);
    if (behind.length === 0 || behind.length > 20) return;
    const own = opaquePortsOf(mesh, service.resource.annotations, service.resource);
    if (!own) return;
    const told = new Set<ServicePort>();
    for (const workload of behind) {
      if (hasLinkerd(mesh, workload) !== 'yes') continue;
      const theirs = opaquePortsOf(mesh, workload.podAnnotations, workload.resource, workload);
      // Where neither says anything itself, both say the same.
      if (!theirs || (own.from !== 'own' && theirs.from !== 'own')) continue;
      for (const { port, target } of targets(mesh, service, workload)) {
        const ours = own.has(port.number as number);
        if (ours === theirs.has(target) || told.has(port)) continue;
        told.add(port);
        const at = port.field.at('port');
        const ports = `port ${port.number} leads to port ${target}`;
        const data = { service: nameOf(service.resource), workload: nameOf(workload.resource), ports };
        const lists = { serviceList: wordsOf(own), podList: wordsOf(theirs) };
        const podAnnotation = workload.podAnnotations.at(OPAQUE_PORTS_KEY);
        const related = [
          ...(own.from === 'own'
            ? [{ at: service.resource.annotations.at(OPAQUE_PORTS_KEY), note: 'the list of the Service' }]
            : []),
          ...(theirs.from === 'own' ? [{ at: podAnnotation, note: 'the list of the pods' }] : []),
        ];
        if (ours) report(at, 'pods', { ...data, ...lists }, { related });
        else
          report(
            at,
            'service',
            { ...data, ...lists },
            { related, edits: behind.length === 1 ? copied(mesh, service, workload, own, theirs) : [] },
          );
      }
    }
  },
});

interface Reached {
  readonly port: ServicePort;
  readonly target: number;
}

/** The TCP ports of a Service, with where they lead in the pods; those with an appProtocol that is read go by that. */
function targets(mesh: Mesh, service: Service, workload: Workload): Reached[] {
  return service.ports.slice(0, 50).flatMap((port) => {
    if (port.protocol !== 'TCP' || port.number === undefined || port.unreadable) return [];
    if (linkerdProtocol(mesh, port.appProtocol) !== 'detected') return [];
    const target = mesh.resolveTarget(port, workload);
    return target.state === 'found' ? [{ port, target: target.number }] : [];
  });
}

function wordsOf({ from, value }: OpaquePorts): string {
  if (from === 'default') return 'nothing beside the default list';
  return from === 'own' ? `"${value}"` : `"${value}" by its namespace`;
}

// Only where the same list says the same for the numbers of the Service, and for all of them.
function copied(mesh: Mesh, service: Service, workload: Workload, own: OpaquePorts, theirs: OpaquePorts): ScalarEdit[] {
  const value = theirs.value;
  if (own.from !== 'default' || theirs.from !== 'own' || value === undefined || !/^[\d,\- ]+$/.test(value)) return [];
  if (
    !isSettled(service.resource) ||
    !targets(mesh, service, workload).every(({ port, target }) => port.number === target)
  )
    return [];
  return insertString(service.resource.annotations.field, OPAQUE_PORTS_KEY, value);
}
