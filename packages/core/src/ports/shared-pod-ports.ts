import type { PortProtocol } from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import { isPatchedAt, nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { surelyBehind } from '../mesh/surely-behind.ts';
import { groupBy } from '../source/grouping.ts';
import { readsPortsOf } from './service-ports.ts';

/** A Service port as it reaches a pod. */
export interface PodPort {
  readonly service: Service;
  readonly port: ServicePort;
  /** Number of the Service port. */
  readonly number: number;
  readonly protocol: PortProtocol;
  /** The target as it is written, the port itself where none is: what istioctl compares. */
  readonly targetText: string;
  /** Where it arrives in the pod, with the transport: equal keys are one listener. */
  readonly targetKey: string;
  readonly portKey: string;
}

/** What two or more Service ports make of one port of a pod. */
export interface PodPortGroup {
  /** Sorted by Service and number, so that the order of the input does not show; within one Service in the order of the manifest. */
  readonly ports: readonly PodPort[];
  /** Two of them that disagree: requests against bytes. */
  readonly clash: readonly [PodPort, PodPort] | undefined;
  /** Two of them that differ in their number and agree otherwise. */
  readonly shared: readonly [PodPort, PodPort] | undefined;
}

// A pod behind more ports than this on one target shows the same with the first of them; a hostile file has a hundred thousand.
const MOST = 24;
const TRANSPORTS: ReadonlySet<string> = new Set(['TCP', 'UDP', 'SCTP']);

/** The groups of ports of one Service that end on one target port. */
export function groupsWithin(mesh: Mesh, service: Service): readonly PodPortGroup[] {
  return mesh.derive(allGroupsWithin).get(service) ?? [];
}

function allGroupsWithin(mesh: Mesh): ReadonlyMap<Service, readonly PodPortGroup[]> {
  return new Map(mesh.services.filter((s) => s.ports.length > 1).map((s) => [s, findGroupsWithin(mesh, s)]));
}

function findGroupsWithin(mesh: Mesh, service: Service): readonly PodPortGroup[] {
  const workloads = surelyBehind(mesh, service);
  // Which names stand for which numbers is the workload's affair; without one, equal texts are still one port.
  const views =
    workloads.length > 0 ? workloads.map((w) => podPorts(mesh, service, w)) : [podPorts(mesh, service, undefined)];
  const seen = new Set<ServicePort>();
  const groups: PodPortGroup[] = [];
  for (const view of views) {
    for (const ports of shared(view, (p) => p.targetKey)) {
      const group = judge(ports, (a, b) => a !== b);
      const last = (group.clash ?? group.shared)?.[1].port;
      if (!last || seen.has(last)) continue;
      seen.add(last);
      groups.push(group);
    }
  }
  return groups;
}

/** The groups of ports of several Services that end on one target port of a workload. */
export function groupsAcross(mesh: Mesh, workload: Workload): readonly PodPortGroup[] {
  return shared(portsAcross(mesh, workload), (p) => p.targetKey).map((ports) =>
    judge(ports, (a, b) => standApart(mesh, a, b)),
  );
}

/** Ports of several Services with one number, which end on different ports of a workload and disagree in their protocol. */
export function numberClashes(mesh: Mesh, workload: Workload): readonly PodPortGroup[] {
  return shared(portsAcross(mesh, workload), (p) => p.portKey)
    .map((ports) => judge(ports, (a, b) => a.targetKey !== b.targetKey && standApart(mesh, a, b)))
    .filter((group) => group.clash);
}

/** Whether a workload is the affair of this Service, so that what concerns several Services is told once. */
export function speaksFor(mesh: Mesh, service: Service, workload: Workload): boolean {
  return mesh.servicesOf(workload)[0] === service;
}

function portsAcross(mesh: Mesh, workload: Workload): PodPort[] {
  const services = mesh.servicesOf(workload);
  if (services.length < 2) return [];
  return services.flatMap((service) => podPorts(mesh, service, workload)).sort(byServiceAndNumber);
}

function podPorts(mesh: Mesh, service: Service, workload: Workload | undefined): PodPort[] {
  if (service.type === 'ExternalName' || !readsPortsOf(mesh, service) || isPatchedAt(service.resource, 'spec', 'ports'))
    return [];
  return service.ports.flatMap((port) => {
    if (port.unreadable || port.number === undefined || (port.targetField.hasValue && isUnread(port))) return [];
    const transport = TRANSPORTS.has(port.protocol) ? port.protocol : 'TCP';
    const target = workload && mesh.resolveTarget(port, workload);
    const targetText = String(port.target ?? port.number);
    const arrives = target?.state === 'found' ? String(target.number) : targetText;
    return [
      {
        service,
        port,
        number: port.number,
        protocol: mesh.protocol(port),
        targetText,
        targetKey: `${arrives}/${transport}`,
        portKey: `${port.number}/${transport}`,
      },
    ];
  });
}

function isUnread(port: ServicePort): boolean {
  return port.targetField.number() === undefined && port.targetField.string() === undefined;
}

function judge(all: readonly PodPort[], comparable: (a: PodPort, b: PodPort) => boolean): PodPortGroup {
  const ports = all.slice(0, MOST);
  return {
    ports,
    clash: firstPair(ports, (a, b) => comparable(a, b) && disagree(a, b)),
    shared: firstPair(ports, (a, b) => comparable(a, b) && a.number !== b.number),
  };
}

// `auto` finds out by itself what comes, so it disagrees with nothing.
function disagree(a: PodPort, b: PodPort): boolean {
  const classes = [a.protocol.class, b.protocol.class];
  return classes.includes('http') && classes.includes('tcp');
}

function standApart(mesh: Mesh, a: PodPort, b: PodPort): boolean {
  return (
    !mesh.sameObject(a.service.resource, b.service.resource) && mesh.together(a.service.resource, b.service.resource)
  );
}

function firstPair(
  ports: readonly PodPort[],
  fits: (a: PodPort, b: PodPort) => boolean,
): readonly [PodPort, PodPort] | undefined {
  for (const [i, second] of ports.entries()) {
    for (const first of ports.slice(0, i)) if (fits(first, second)) return [first, second];
  }
  return undefined;
}

function shared(ports: readonly PodPort[], keyOf: (port: PodPort) => string): PodPort[][] {
  return [...groupBy(ports, keyOf).values()].filter((group) => group.length > 1);
}

function byServiceAndNumber(a: PodPort, b: PodPort): number {
  const [one, two] = [nameOf(a.service.resource), nameOf(b.service.resource)];
  return one < two ? -1 : one > two ? 1 : a.number - b.number;
}
