import { type Canonical, canonicalName, canonicalRevision } from '../cluster/canonical.ts';
import type { ProtocolSource } from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import { applicationContainers, type Workload } from '../cluster/workloads.ts';
import type { Fact } from '../injection/injection.ts';
import { fileOf, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { ResolvedTarget } from '../mesh/targets.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { locationOf, refOf } from './finding.ts';
import { inboundWords, outboundWords } from './port-words.ts';
import type { Finding, Location, ResourceRef } from './result.ts';
import type { FactReport, IdentityPart, PortReport, ServiceReport, WorkloadReport } from './workload-result.ts';

/** Tells of every workload of a mesh, in the order of the input. `findings` are those of the same run. */
export function workloadReports(mesh: Mesh, findings: readonly Finding[]): WorkloadReport[] {
  const byResource = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (!finding.resource) continue;
    const key = findingKey(finding.resource, finding.location.file);
    addTo(byResource, key, finding);
  }
  const findingsOf = (resource: Resource) => byResource.get(findingKey(refOf(resource), fileOf(resource))) ?? [];
  return mesh.workloads.map((workload) => reportOf(mesh, workload, findingsOf));
}

function findingKey({ kind, namespace = '', name }: ResourceRef, file: string): string {
  return `${kind}\n${namespace}\n${name}\n${file}`;
}

function reportOf(
  mesh: Mesh,
  workload: Workload,
  findingsOf: (resource: Resource) => readonly Finding[],
): WorkloadReport {
  const { resource } = workload;
  const { istio, ambient, linkerd, membership, change, ambientChange } = mesh.admission(workload);
  const sidecar = mesh.sidecar(workload);
  const services = mesh.servicesOf(workload);
  const served = new Set(
    services.flatMap((s) => s.ports.flatMap((port) => targetNumber(mesh.resolveTarget(port, workload)) ?? [])),
  );
  return {
    resource: refOf(resource),
    location: place(resource.name === '' ? resource.body.at('kind') : resource.body.at('metadata').at('name')),
    membership: {
      answer: membership.answer,
      mode: membership.mode ?? null,
      reason: factOf({ text: membership.reason, ...(membership.field ? { field: membership.field } : {}) }),
    },
    istio: {
      outcome: istio.outcome,
      cause: istio.cause,
      revision: istio.revision ?? null,
      templates: istio.templates,
      facts: istio.facts.map(factOf),
      change: change()?.text ?? null,
    },
    ambient: {
      answer: ambient.answer,
      facts: ambient.facts.map(factOf),
      change: ambientChange?.text ?? null,
    },
    linkerd: { outcome: linkerd.outcome, mode: linkerd.mode ?? null, facts: linkerd.facts.map(factOf) },
    sidecar: { present: sidecar.present, form: sidecar.form, written: sidecar.written, reason: sidecar.reason },
    services: services.map((service) => serviceReport(mesh, service, workload)),
    otherPorts: applicationContainers(workload)
      .flatMap((container) => container.ports)
      .flatMap((port) =>
        port.number === undefined || served.has(port.number)
          ? []
          : [
              {
                number: port.number,
                name: port.name ?? null,
                location: place(port.field.at('containerPort')),
                inbound: inboundWords(mesh, workload, undefined, port.number),
              },
            ],
      ),
    identity: {
      name: identityPart(
        canonicalName(mesh, workload),
        resource.name,
        `no label names the application, so it is the name of the ${resource.kind}`,
      ),
      revision: identityPart(canonicalRevision(mesh, workload), 'latest', 'no label tells a version'),
      serviceAccount: workload.podSpec.at('serviceAccountName').text() || 'default',
    },
    findings: [...findingsOf(resource), ...services.flatMap((s) => findingsOf(s.resource))],
  };
}

function serviceReport(mesh: Mesh, service: Service, workload: Workload): ServiceReport {
  return {
    resource: refOf(service.resource),
    location: place(service.resource.body.at('metadata').at('name')),
    type: service.headless ? 'headless' : service.type,
    ports: service.ports.map((port) => portReport(mesh, service, port, workload)),
  };
}

function portReport(mesh: Mesh, service: Service, port: ServicePort, workload: Workload): PortReport {
  const target = mesh.resolveTarget(port, workload);
  const protocol = mesh.protocol(port);
  const number = targetNumber(target);
  return {
    number: port.number ?? null,
    name: port.name ?? null,
    target: number ?? null,
    targetState: target.state,
    protocol: protocol.protocol,
    class: protocol.class,
    source: protocol.source,
    reason: protocolReason(port, protocol.source, protocol.text),
    outbound: outboundWords(mesh, service, port, workload),
    inbound: number === undefined ? unresolvedWords(port, target) : inboundWords(mesh, workload, protocol, number),
    location: place(port.field.at('port')),
  };
}

function unresolvedWords(port: ServicePort, target: ResolvedTarget): string {
  return target.state === 'missing'
    ? `no container has a port named ${port.target}, so these pods are no endpoint of the port`
    : 'the target port is filled in later';
}

function targetNumber(target: ResolvedTarget): number | undefined {
  return target.state === 'found' ? target.number : undefined;
}

function protocolReason(port: ServicePort, source: ProtocolSource, text: string | undefined): string {
  switch (source) {
    case 'protocol':
      return `from protocol: ${port.protocol}`;
    case 'appProtocol':
      return `from appProtocol: ${text === '' ? '""' : text}`;
    case 'name':
      return `from the port name ${text}`;
    case 'wellKnownPort':
      return `port ${port.number} is taken for TCP, since its servers speak first`;
    case 'none':
      return text === undefined ? 'the port has no name and no appProtocol' : `"${text}" names no protocol`;
  }
}

function identityPart(canonical: Canonical, fallback: string, words: string): IdentityPart {
  switch (canonical.state) {
    case 'written':
      return { value: canonical.value, from: factOf({ text: `label ${canonical.key}`, field: canonical.field }) };
    case 'unknown':
      return { value: null, from: { text: 'the labels are filled in later' } };
    default:
      return { value: fallback, from: { text: words } };
  }
}

function factOf({ text, field }: Fact): FactReport {
  return field ? { text, location: place(field) } : { text };
}

function place(field: Field): Location {
  // A mapping or list stands for its key; a label's value is what decided.
  return locationOf(field.document.source, field.span(), field.pointer);
}
