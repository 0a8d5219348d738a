import { type PortProtocol, portProtocol } from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import { elsewhere, type Lookup } from '../manifest/lookup.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { otherClusters } from '../mesh/clusters.ts';
import { isSlipOfService, makerOfService } from '../mesh/makers.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { homeOf } from '../mesh/nearness.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { HostIndex, type HostName, hostNameOf, isVisibleIn, LONGEST_HOST, readersOf } from './hosts.ts';

/** Something that answers under a host: a Service, or one host of a ServiceEntry. */
export interface HostTarget {
  /** Its own host; a ServiceEntry may have a wildcard. */
  readonly host: string;
  readonly resource: Resource;
  /** The Service; undefined for a ServiceEntry. */
  readonly service: Service | undefined;
  readonly ports: readonly TargetPort[];
  /** Whether the ports are all written: no placeholder, no patch. */
  readonly portsKnown: boolean;
  /** The other cluster of the mesh that has the Service; undefined for what the files themselves have. */
  readonly cluster?: string;
}

/** A port that a host answers on. */
export interface TargetPort {
  readonly number: number | undefined;
  readonly name: string | undefined;
  readonly protocol: PortProtocol;
  readonly field: Field;
}

/** Why a host that is missing is known to be so. */
export type MissingHost =
  /** Everything of its namespace was read beside the asker, or the whole world was. */
  | 'absent'
  /** It exists, and `exportTo` keeps it from the asker. */
  | 'hidden'
  /** It is `cart.shop`, which nobody expands, and such a Service exists. */
  | 'shortened'
  /** It is a name that DNS gives to single pods of a Service, and no ServiceEntry declares it. */
  | 'pod';

/** The answer to what stands behind a host; a missing one says how that is known, and what comes near it. */
export type HostLookup =
  | Exclude<Lookup<readonly HostTarget[]>, { readonly state: 'missing' }>
  | { readonly state: 'missing'; readonly why: MissingHost; readonly instead?: HostTarget };

/**
 * What stands behind a host, as a resource means it: short names in its namespace, and only what the namespaces see that read the resource.
 * Missing only when that is certain: in a closed world, or when Services of the namespace were read beside the asker. `readers`: those
 * namespaces, where they are not the resource's own, as for the routes of a gateway.
 */
export function lookupHost(
  mesh: Mesh,
  written: string,
  asker: Resource,
  readers: readonly string[] = readersOf(mesh, asker),
): HostLookup {
  const known = mesh.derive(knownLookups);
  let there = known.get(asker);
  if (!there) known.set(asker, (there = new Map()));
  const key = `${readers.join(',')}\n${written}`;
  let lookup = there.get(key);
  if (!lookup) there.set(key, (lookup = findHost(mesh, written, asker, readers)));
  return lookup;
}

// Several rules ask for the same hosts of a resource.
function knownLookups(): Map<Resource, Map<string, HostLookup>> {
  return new Map();
}

function findHost(mesh: Mesh, written: string, asker: Resource, readers: readonly string[]): HostLookup {
  const host = hostNameOf(mesh, written, asker.namespace ?? '');
  if (host.fqdn.length > LONGEST_HOST) return elsewhere('no name is so long');
  const targets = mesh.derive(hostTargets).covering(host.fqdn);
  const visible = targets.filter((t) => readers.some((reader) => isVisibleIn(mesh, t.resource, reader) !== 'no'));
  if (visible.length > 0) return { state: 'found', value: visible };
  if (mesh.externals.host(host.fqdn) || mesh.externals.host(written)) return elsewhere('the config declares it');
  // Which clusters read the configuration of which, the files do not tell.
  const [declared] = mesh.derive(entriesOfOtherClusters).covering(host.fqdn);
  if (declared) return elsewhere(`cluster ${declared} declares it`);
  const [hidden] = targets;
  if (hidden) return { state: 'missing', why: 'hidden', instead: hidden };
  return host.service ? ofService(mesh, host, asker) : ofOther(mesh, host, asker);
}

// Names of clusters, by the hosts of their ServiceEntries.
function entriesOfOtherClusters(mesh: Mesh): HostIndex<string> {
  const index = new HostIndex<string>();
  for (const [cluster, there] of otherClusters(mesh)) for (const { host } of entriesOf(there)) index.add(host, cluster);
  return index;
}

/** Every host that something of the input answers under, as it is looked up; Services of all clusters of the mesh. */
export function hostTargets(mesh: Mesh): HostIndex<HostTarget> {
  const index = new HostIndex<HostTarget>();
  for (const target of servicesOf(mesh)) index.add(target.host, target);
  for (const [cluster, there] of otherClusters(mesh))
    for (const target of servicesOf(there)) index.add(target.host, { ...target, cluster });
  for (const target of entriesOf(mesh)) index.add(target.host, target);
  return index;
}

function* servicesOf(mesh: Mesh): Iterable<HostTarget> {
  for (const service of mesh.services) {
    const { namespace = '', name } = service.resource;
    if (name !== '') yield ofServiceManifest(mesh, service, hostNameOf(mesh, name, namespace).fqdn);
  }
}

function* entriesOf(mesh: Mesh): Iterable<HostTarget> {
  for (const resource of mesh.ofType('networking.istio.io/ServiceEntry')) {
    if (resource.partial) continue;
    const spec = resource.body.at('spec');
    const ports = (spec.at('ports').items() as Field[]).map((field) => entryPort(mesh, field));
    const portsKnown = !isPatchedAt(resource, 'spec', 'ports') && ports.every((p) => p.number !== undefined);
    for (const field of spec.at('hosts').items() as Field[]) {
      const written = field.string();
      if (written === undefined) continue;
      const host = hostNameOf(mesh, written, resource.namespace ?? '').fqdn;
      yield { host, resource, service: undefined, ports, portsKnown };
    }
  }
}

function ofServiceManifest(mesh: Mesh, service: Service, host: string): HostTarget {
  const { resource } = service;
  const written = resource.body.at('spec').at('ports');
  return {
    host,
    resource,
    service,
    ports: service.ports.map((port) => servicePort(mesh, port)),
    portsKnown:
      !isPatchedAt(resource, 'spec', 'ports') &&
      (!written.hasValue || written.isList) &&
      service.ports.every((port) => port.number !== undefined),
  };
}

function servicePort(mesh: Mesh, port: ServicePort): TargetPort {
  return { number: port.number, name: port.name, protocol: mesh.protocol(port), field: port.field };
}

// The word in `protocol` is read as the first part of a Service port's name is.
function entryPort(mesh: Mesh, field: Field): TargetPort {
  const number = field.at('number').number();
  const word = field.at('protocol').text();
  const facts = { number, name: word === '' ? undefined : word, protocol: 'TCP', appProtocol: undefined };
  return { number, name: field.at('name').text(), protocol: portProtocol(mesh.settings, facts), field };
}

function ofService(mesh: Mesh, host: HostName, asker: Resource): HostLookup {
  const { namespace, name } = host.service as { namespace: string; name: string };
  if (mesh.externals.service(namespace, name) || mesh.externals.namespace(namespace))
    return elsewhere('the config declares it');
  if (name === 'kubernetes' && namespace === 'default') return elsewhere('every cluster has it');
  if (CONTROL_PLANE.has(name) && namespace === mesh.installation.rootNamespace.value)
    return elsewhere('the charts of Istio make it');
  // A Service of that name whose namespace nobody has seen, or a route whose namespace is a guess: they may meet.
  const namesakes = mesh.derive(servicesByName).get(name) ?? [];
  if (namesakes.slice(0, MOST_NEIGHBOURS).some((s) => mesh.assumesNamespace(s.resource)))
    return elsewhere('its namespace is not known');
  if (mesh.assumesNamespace(asker) && namesakes.length > 0) return elsewhere('its namespace is not known');
  const maker = makerOfService(mesh, namespace, name);
  if (maker) return elsewhere(maker);
  if (mesh.settings.closedWorld) return { state: 'missing', why: 'absent' };
  if (mesh.hasUnreadBeside(asker)) return elsewhere('a template beside it may make it');
  const neighbours = neighboursOf(mesh, namespace, asker);
  if (neighbours.length === 0) return elsewhere(`no Service of namespace ${namespace} was read beside it`);
  // Folders side by side are of one cluster, and seldom all of it: there a name has to be a slip of one that was read.
  if (!neighbours.some((s) => isBeside(mesh, asker, s.resource)) && !isSlipOfService(mesh, namespace, name))
    return elsewhere(`no Service of namespace ${namespace} was read in its folder`);
  if (neighbours.some((s) => s.resource.name === '' || s.resource.rewrites?.name || mesh.hasUnreadBeside(s.resource)))
    return elsewhere('a later step names or makes some Services');
  return { state: 'missing', why: 'absent' };
}

// Services of Istio itself, which few keep among their manifests.
const CONTROL_PLANE: ReadonlySet<string> = new Set(['istiod', 'istio-ingressgateway', 'istio-egressgateway']);

// Enough to know that the namespace was read; a hostile file holds thousands.
const MOST_NEIGHBOURS = 100;

/** Whether two resources are deployed from one place; of an assumed namespace that has to be one file or build. */
function isBeside(mesh: Mesh, asker: Resource, other: Resource): boolean {
  if (mesh.appliedTogether(asker, other)) return true;
  return !mesh.assumesNamespace(asker) && homeOf(asker) === homeOf(other);
}

/** The Services of a namespace that stand near a resource. */
function neighboursOf(mesh: Mesh, namespace: string, asker: Resource): readonly Service[] {
  const all = mesh.derive(servicesByNamespace).get(namespace) ?? [];
  return all.slice(0, MOST_NEIGHBOURS).filter((s) => mesh.near(asker, s.resource));
}

function ofOther(mesh: Mesh, host: HostName, asker: Resource): HostLookup {
  if (host.shortened) {
    const { fqdn } = hostNameOf(mesh, host.shortened.name, host.shortened.namespace);
    const all = mesh.derive(hostTargets).at(fqdn);
    const [instead] = all;
    if (instead && all.some((t) => t.service)) return { state: 'missing', why: 'shortened', instead };
  }
  const ofPod = serviceOfPodName(mesh, host, asker);
  if (ofPod) return { state: 'missing', why: 'pod', instead: ofPod };
  if (host.fqdn.endsWith('.svc.clusterset.local')) return elsewhere('it is a name of all clusters together');
  if (mesh.settings.closedWorld) return { state: 'missing', why: 'absent' };
  return elsewhere('it is not in the domain of the cluster');
}

// `db-0.db.shop.svc.cluster.local`, and its short forms `db-0.db.shop.svc` and `db-0.db` of its own namespace: DNS of the cluster answers for
// the pods of a StatefulSet, and Istio has hosts of Services and ServiceEntries alone. A ServiceEntry is written beside the route, if at all.
function serviceOfPodName(mesh: Mesh, { fqdn, wildcard }: HostName, asker: Resource): HostTarget | undefined {
  if (wildcard || mesh.hasUnreadBeside(asker)) return undefined;
  const labels = fqdn.replace(/\.svc(?:\.cluster\.local)?$/, '').split('.');
  const [pod = '', name = '', namespace = asker.namespace ?? ''] = labels;
  const isWhole = labels.length === 3 && fqdn.endsWith('.svc.cluster.local');
  if (labels.length !== 2 && labels.length !== 3) return undefined;
  if (!isWhole && (!/-\d+$/.test(pod) || mesh.assumesNamespace(asker))) return undefined;
  const target = mesh
    .derive(hostTargets)
    .at(hostNameOf(mesh, name, namespace).fqdn)
    .find((t) => t.service !== undefined && (mesh.settings.closedWorld || mesh.near(t.resource, asker)));
  return target && !mesh.externals.service(namespace, name) ? target : undefined;
}

function servicesByName(mesh: Mesh): ReadonlyMap<string, readonly Service[]> {
  return groupServices(mesh, (s) => s.resource.name);
}

function servicesByNamespace(mesh: Mesh): ReadonlyMap<string, readonly Service[]> {
  return groupServices(mesh, (s) => s.resource.namespace ?? '');
}

function groupServices(mesh: Mesh, keyOf: (service: Service) => string): ReadonlyMap<string, readonly Service[]> {
  const groups = new Map<string, Service[]>();
  for (const service of mesh.services) {
    const key = keyOf(service);
    addTo(groups, key, service);
  }
  return groups;
}
