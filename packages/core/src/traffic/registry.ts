import { type Protocol, portProtocol } from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { LabelSet } from '../manifest/label-set.ts';
import { Labels } from '../manifest/labels.ts';
import type { Resource } from '../manifest/resource.ts';
import { isPatchedAt } from '../manifest/resource.ts';
import { flatSelector, matches } from '../manifest/selectors.ts';
import { otherClusters } from '../mesh/clusters.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { exportsOf, hostNameOf } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { lazy } from '../source/lazy.ts';
import { createdBefore } from './age.ts';

/**
 * How the proxies find the endpoints of a host. `balanced`: istiod sends them. `passthrough`: the address that the caller asked for
 * (headless Services, `resolution: NONE`). `dns`: the proxy asks DNS. `alias`: another name of a host (ExternalName).
 * Source: `pilot/pkg/model/service.go`, Resolution.
 */
export type Resolution = 'balanced' | 'passthrough' | 'dns' | 'alias';

/** A port of a registered host. */
export interface RegistryPort {
  readonly number: number;
  readonly name: string | undefined;
  readonly protocol: Protocol;
  readonly field: Field;
  readonly servicePort: ServicePort | undefined;
  /** `targetPort` of a ServiceEntry. */
  readonly target: number | undefined;
}

/** What istiod knows of one host: a Service, or one host of a ServiceEntry. */
export interface RegistryHost {
  readonly host: string;
  readonly namespace: string;
  readonly resource: Resource;
  /** The Service; undefined for a ServiceEntry. */
  readonly service: Service | undefined;
  readonly ports: readonly RegistryPort[];
  /** Whether the ports are all written: no placeholder, no patch. */
  readonly portsKnown: boolean;
  readonly resolution: Resolution;
  /** `location: MESH_EXTERNAL`: its endpoints have no proxy. */
  readonly external: boolean;
  /** Addresses that a ServiceEntry writes; a Service has one of its own that no manifest need write. */
  readonly addresses: readonly string[];
  /** Where an ExternalName points. */
  readonly aliasOf: string | undefined;
  /** The namespaces that see it; `*` is all, undefined is not known. */
  readonly exports: readonly string[] | undefined;
  /** Name of the other cluster whose manifests it stands in. */
  readonly cluster: string | undefined;
}

/** One endpoint of a host. */
export interface RegistryEndpoint {
  /** `namespace/name` of the workload; the address for what is no pod. */
  readonly name: string;
  readonly workload: Workload | undefined;
  /** The mesh that the workload belongs to: another one for another cluster. */
  readonly mesh: Mesh;
  readonly labels: LabelSet;
  readonly port: number;
  /** Whether a proxy of the mesh takes mutual TLS there. undefined: not known. */
  readonly hasProxy: boolean | undefined;
  readonly reason: string;
}

/** The hosts of the mesh, oldest first, as istiod sorts them. Source: `pilot/pkg/model/push_context.go`, initServiceRegistry. */
export class Registry {
  readonly hosts: readonly RegistryHost[];
  /** The mesh of each other cluster. */
  readonly clusters: ReadonlyMap<string, Mesh>;
  readonly #mesh: Mesh;
  readonly #byHost = lazy(() => {
    const index = new Map<string, RegistryHost[]>();
    for (const host of this.hosts) addTo(index, host.host, host);
    return index;
  });
  readonly #byPort = lazy(() => {
    const index = new Map<number, RegistryHost[]>();
    for (const host of this.hosts) for (const n of new Set(host.ports.map((p) => p.number))) addTo(index, n, host);
    return index;
  });
  readonly #endpoints = new Map<string, EndpointAnswer>();

  constructor(mesh: Mesh) {
    this.#mesh = mesh;
    this.clusters = otherClusters(mesh);
    const hosts = [...hostsOf(mesh, undefined)];
    for (const [name, other] of this.clusters) hosts.push(...hostsOf(other, name));
    this.hosts = oneForEach(hosts).sort(
      (a, b) =>
        createdBefore(a.resource, b.resource) ||
        compare(a.resource.name, b.resource.name) ||
        compare(a.namespace, b.namespace),
    );
  }

  /** The hosts of exactly one name. */
  at(host: string): readonly RegistryHost[] {
    return this.#byHost().get(host) ?? [];
  }

  /** The hosts that answer on a port. */
  onPort(port: number): readonly RegistryHost[] {
    return this.#byPort().get(port) ?? [];
  }

  /** The Service of a namespace and name. */
  service(namespace: string, name: string): RegistryHost | undefined {
    return this.at(hostNameOf(this.#mesh, name, namespace).fqdn).find(
      (h) => h.service !== undefined && h.namespace === namespace,
    );
  }

  /** The endpoints of a host behind one of its ports, all subsets together. */
  endpoints(host: RegistryHost, port: RegistryPort): EndpointAnswer {
    const key = `${host.cluster ?? ''}\n${host.resource.type}\n${host.host}\n${host.namespace}\n${port.number}`;
    let known = this.#endpoints.get(key);
    if (!known) this.#endpoints.set(key, (known = findEndpoints(this.#mesh, this.clusters, host, port)));
    return known;
  }
}

/** The endpoints that were read, and what may hide others. */
export interface EndpointAnswer {
  readonly endpoints: readonly RegistryEndpoint[];
  /** Why there may be others; undefined when these are all. */
  readonly open: string | undefined;
}

/** The registry of a mesh, made once. */
export function registryOf(mesh: Mesh): Registry {
  return mesh.derive(makeRegistry);
}

function makeRegistry(mesh: Mesh): Registry {
  return new Registry(mesh);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// Services of one name in several clusters are one; so are the variants of one manifest, of which the first stands for all.
function oneForEach(hosts: readonly RegistryHost[]): RegistryHost[] {
  const seen = new Set<string>();
  return hosts.filter((h) => {
    const key = `${h.resource.type}\n${h.namespace}\n${h.resource.name}\n${h.host}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function* hostsOf(mesh: Mesh, cluster: string | undefined): Iterable<RegistryHost> {
  for (const service of mesh.services) {
    const { resource } = service;
    if (resource.name === '') continue;
    const namespace = resource.namespace ?? '';
    const written = resource.body.at('spec').at('ports');
    const externalName = resource.body.at('spec').at('externalName').string();
    const isAlias = service.type === 'ExternalName';
    yield {
      host: hostNameOf(mesh, resource.name, namespace).fqdn,
      namespace,
      resource,
      service,
      ports: service.ports.flatMap((port) =>
        port.number === undefined
          ? []
          : [
              {
                number: port.number,
                name: port.name,
                protocol: mesh.protocol(port).protocol,
                field: port.field,
                servicePort: port,
                target: undefined,
              },
            ],
      ),
      portsKnown:
        !isPatchedAt(resource, 'spec', 'ports') &&
        (!written.hasValue || written.isList) &&
        service.ports.every((port) => port.number !== undefined),
      resolution: isAlias ? 'alias' : service.headless ? 'passthrough' : 'balanced',
      external: false,
      addresses: [],
      aliasOf: isAlias ? externalName : undefined,
      exports: exportsOf(mesh, resource),
      cluster,
    };
  }
  for (const resource of mesh.ofType('networking.istio.io/ServiceEntry')) {
    if (resource.partial) continue;
    const spec = resource.body.at('spec');
    const namespace = resource.namespace ?? '';
    const ports = (spec.at('ports').items() as Field[]).flatMap((field): RegistryPort[] => {
      const number = field.at('number').number();
      if (number === undefined) return [];
      const word = field.at('protocol').text();
      const facts = { number, name: word === '' ? undefined : word, protocol: 'TCP', appProtocol: undefined };
      const { protocol } = portProtocol(mesh.settings, facts);
      const target = field.at('targetPort').number() || undefined;
      return [{ number, name: field.at('name').text(), protocol, field, servicePort: undefined, target }];
    });
    const addresses = (spec.at('addresses').items() as Field[]).flatMap((f) => f.string() ?? []);
    const seen = new Set<string>();
    for (const field of spec.at('hosts').items() as Field[]) {
      const written = field.string();
      if (written === undefined || written === '') continue;
      const host = hostNameOf(mesh, written, namespace).fqdn;
      if (seen.has(host)) continue;
      seen.add(host);
      yield {
        host,
        namespace,
        resource,
        service: undefined,
        ports,
        portsKnown: !isPatchedAt(resource, 'spec', 'ports') && ports.length === spec.at('ports').items().length,
        resolution: resolutionOf(spec.at('resolution')),
        external: spec.at('location').string() !== 'MESH_INTERNAL',
        addresses,
        aliasOf: undefined,
        exports: exportsOf(mesh, resource),
        cluster,
      };
    }
  }
}

// NONE is the first word of the enum: what nobody writes.
function resolutionOf(field: Field): Resolution {
  const word = field.string();
  if (word === 'STATIC') return 'balanced';
  return word === 'DNS' || word === 'DNS_ROUND_ROBIN' || word === 'DYNAMIC_DNS' ? 'dns' : 'passthrough';
}

function findEndpoints(
  mesh: Mesh,
  clusters: ReadonlyMap<string, Mesh>,
  host: RegistryHost,
  port: RegistryPort,
): EndpointAnswer {
  if (host.service) return endpointsOfService(mesh, clusters, host, port);
  return endpointsOfEntry(mesh, host, port);
}

// So many pods no Service has; a hostile file holds thousands behind each of thousands.
const MOST_ENDPOINTS = 400;

function endpointsOfService(
  mesh: Mesh,
  clusters: ReadonlyMap<string, Mesh>,
  host: RegistryHost,
  port: RegistryPort,
): EndpointAnswer {
  const endpoints: RegistryEndpoint[] = [];
  let open: string | undefined;
  const all: [string | undefined, Mesh][] = [[undefined, mesh], ...clusters];
  for (const [cluster, there] of all) {
    const lookup = there.service(host.namespace, host.resource.name);
    if (lookup.state !== 'found') continue;
    const service = nearest(there, host.resource, lookup.value);
    const own = service.ports.find((p) => p.number === port.number) ?? port.servicePort;
    if (!own) continue;
    const behind = there.behind(service);
    if (behind.state === 'elsewhere') open = behind.why;
    if (behind.state !== 'found') continue;
    if (!behind.value.certain) open = 'the pods that fit stand in an unrelated folder';
    if (behind.value.workloads.length > MOST_ENDPOINTS) open = 'more manifests fit than are looked at';
    for (const workload of oneOfEach(behind.value.workloads).slice(0, MOST_ENDPOINTS)) {
      const target = there.resolveTarget(own, workload);
      if (target.state === 'unknown') open = 'a target port is filled in later';
      if (target.state !== 'found') continue;
      endpoints.push(ofWorkload(there, workload, target.number, cluster));
    }
  }
  endpoints.push(...entriesSelected(mesh, host, port).slice(0, MOST_ENDPOINTS));
  return { endpoints, open };
}

/**
 * The WorkloadEntries of its namespace that a Service with an address of its own selects: on by default since 1.8. The ports of an entry come
 * before a target port that is a number; a target port that is a name has to be among them. Source:
 * `pilot/pkg/serviceregistry/kube/controller/controller.go`, serviceInstanceFromWorkloadInstance.
 */
function entriesSelected(mesh: Mesh, { service, resolution, namespace }: RegistryHost, port: RegistryPort) {
  const { selector } = service ?? {};
  const { servicePort } = port;
  if (!selector || !servicePort || resolution !== 'balanced') return [];
  return (mesh.derive(workloadEntriesIn).get(namespace) ?? []).flatMap((resource): RegistryEndpoint[] => {
    const spec = resource.body.at('spec');
    const address = spec.at('address').string();
    if (address === undefined || matches(selector, new Labels(spec.at('labels'))) !== 'yes') return [];
    const { target = port.number } = servicePort;
    const named = typeof target === 'string' ? target : port.name;
    const own = named === undefined ? undefined : spec.at('ports').at(named).number();
    const number = own ?? (typeof target === 'number' ? target : undefined);
    return number === undefined ? [] : [ofAddress(mesh, address, number, spec, false)];
  });
}

function workloadEntriesIn(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const resource of mesh.ofType('networking.istio.io/WorkloadEntry'))
    if (!resource.partial) addTo(index, resource.namespace ?? '', resource);
  return index;
}

function ofWorkload(mesh: Mesh, workload: Workload, port: number, cluster: string | undefined): RegistryEndpoint {
  const { namespace = '', name } = workload.resource;
  const { hasProxy, reason } = proxyOf(mesh, workload);
  return {
    name: cluster === undefined ? `${namespace}/${name}` : `${cluster}/${namespace}/${name}`,
    workload,
    mesh,
    labels: workload.podLabels,
    port,
    hasProxy,
    reason,
  };
}

/**
 * Whether pods take mutual TLS of the mesh: those with a sidecar, and gateways. Ambient pods take it as HBONE, which the proxies of callers
 * speak to them on their own terms; they are left out here.
 */
export function proxyOf(
  mesh: Mesh,
  workload: Workload,
): { readonly hasProxy: boolean | undefined; readonly reason: string } {
  const { answer, mode, reason } = mesh.membership(workload);
  if (workload.podLabels.get('security.istio.io/tlsMode') === 'disabled')
    return { hasProxy: false, reason: 'the pods have label security.istio.io/tlsMode=disabled' };
  if (answer === 'unknown') return { hasProxy: undefined, reason };
  const hasProxy = answer === 'yes' && (mode === 'sidecar' || mode === 'gateway' || mode === 'proxyless');
  return { hasProxy, reason };
}

// Variants of one workload are one set of pods.
function oneOfEach(workloads: readonly Workload[]): readonly Workload[] {
  const seen = new Set<string>();
  return workloads.filter(({ resource }) => {
    const key = `${resource.type}\n${resource.namespace}\n${resource.name}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function nearest(mesh: Mesh, asker: Resource, variants: readonly Service[]): Service {
  return (variants.find((v) => v.resource === asker) ??
    variants.find((v) => mesh.together(v.resource, asker)) ??
    variants[0]) as Service;
}

function endpointsOfEntry(mesh: Mesh, host: RegistryHost, port: RegistryPort): EndpointAnswer {
  const spec = host.resource.body.at('spec');
  const written = spec.at('endpoints').items() as Field[];
  const normal = port.target ?? port.number;
  if (written.length > 0) {
    let open: string | undefined;
    const endpoints = written.slice(0, MOST_ENDPOINTS).flatMap((field): RegistryEndpoint[] => {
      const address = field.at('address').string() ?? (host.resolution === 'dns' ? host.host : undefined);
      if (address === undefined) open = 'an address is filled in later';
      if (address === undefined) return [];
      return [ofAddress(mesh, address, endpointPort(field, port) ?? normal, field, host.external)];
    });
    return { endpoints, open };
  }
  const selector = spec.at('workloadSelector').at('labels');
  if (selector.entries().length > 0) return selectedEndpoints(mesh, host, port, normal);
  if (host.resolution === 'dns' && !host.host.startsWith('*'))
    return { endpoints: [ofAddress(mesh, host.host, normal, spec, host.external)], open: undefined };
  return { endpoints: [], open: undefined };
}

function endpointPort(field: Field, port: RegistryPort): number | undefined {
  return port.name === undefined ? undefined : field.at('ports').at(port.name).number();
}

// A service account says that a proxy is there. Source: `pilot/pkg/serviceregistry/serviceentry/conversion.go`, getTLSModeFromWorkloadEntry.
function ofAddress(mesh: Mesh, address: string, port: number, field: Field, external: boolean): RegistryEndpoint {
  const labels = new Labels(field.at('labels'));
  const mode = labels.get('security.istio.io/tlsMode');
  const account = field.at('serviceAccount').string();
  const hasProxy = !external && (mode === undefined ? (account ?? '') !== '' : mode === 'istio');
  const reason = hasProxy
    ? 'it has a service account'
    : external
      ? 'it is outside the mesh'
      : 'it has neither service account nor label security.istio.io/tlsMode';
  return { name: address, workload: undefined, mesh, labels, port, hasProxy, reason };
}

function selectedEndpoints(mesh: Mesh, host: RegistryHost, port: RegistryPort, normal: number): EndpointAnswer {
  const selector = flatSelector(host.resource.body.at('spec').at('workloadSelector').at('labels'));
  const endpoints: RegistryEndpoint[] = [];
  let open: string | undefined;
  for (const workload of mesh.derive(workloadsIn).get(host.namespace) ?? []) {
    const answer = matches(selector, workload.podLabels);
    if (answer === 'unknown') open = 'labels are filled in later';
    if (answer === 'yes' && endpoints.length < MOST_ENDPOINTS)
      endpoints.push(ofWorkload(mesh, workload, normal, undefined));
  }
  for (const resource of mesh.derive(workloadEntriesIn).get(host.namespace) ?? []) {
    const spec = resource.body.at('spec');
    const address = spec.at('address').string();
    if (address === undefined || matches(selector, new Labels(spec.at('labels'))) !== 'yes') continue;
    if (endpoints.length < MOST_ENDPOINTS)
      endpoints.push(ofAddress(mesh, address, endpointPort(spec, port) ?? normal, spec, host.external));
  }
  if (endpoints.length === 0) open ??= 'no pod or WorkloadEntry that it selects was read';
  return { endpoints, open };
}

function workloadsIn(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  const index = new Map<string, Workload[]>();
  for (const workload of oneOfEach(mesh.workloads)) addTo(index, workload.resource.namespace ?? '', workload);
  return index;
}
