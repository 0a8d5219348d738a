import type { ServicePort } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import { hasLinkerd } from '../linkerd/linkerd-proxy.ts';
import type { Lookup } from '../manifest/lookup.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { labelSelector, matches, type Selector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type ResolvedTarget, resolveTarget } from '../mesh/targets.ts';
import { workloadsIn } from '../mesh/workloads-by-namespace.ts';
import type { Endpoint } from '../names/host-endpoints.ts';
import { portsAreKnown, withVariants } from '../ports/declared-ports.ts';
import { isMadeLabel, lookupSelected } from '../security/policy-selection.ts';
import type { Field } from '../source/field.ts';
import { groupBy } from '../source/grouping.ts';
import { LINKERD_POLICY_GROUP } from './objects.ts';

/**
 * A Server: a port of pods for which policies say who may call. Until v1beta3 there is no accessPolicy, and what no authorization lets in is
 * refused. Source: linkerd.io, Authorization Policy reference; linkerd2 `policy-controller/k8s/api/src/policy/server.rs`.
 */
export interface Server {
  readonly resource: Resource;
  readonly namespace: string;
  /** undefined where it is for ExternalWorkloads, or the selector is filled in later. */
  readonly pods: Selector | undefined;
  readonly podsField: Field;
  /** A number, or the name of a container port. */
  readonly port: number | string | undefined;
  readonly portField: Field;
  /** `unknown` where nothing is written: then it is detected. */
  readonly protocol: string | undefined;
  /** `deny` where nothing is written. */
  readonly accessPolicy: string | undefined;
}

const TYPE = `${LINKERD_POLICY_GROUP}/Server`;

/** The Server in a resource; undefined for other kinds and patches. */
export function serverOf(resource: Resource): Server | undefined {
  if (resource.type !== TYPE || resource.partial || resource.namespace === undefined) return undefined;
  const spec = resource.body.at('spec');
  const podsField = spec.at('podSelector');
  const portField = spec.at('port');
  const text = (key: string, byDefault: string) => (spec.at(key).hasValue ? spec.at(key).string() : byDefault);
  return {
    ...{ resource, namespace: resource.namespace, podsField, portField },
    pods: podsField.exists && !isPatchedAt(resource, 'spec', 'podSelector') ? labelSelector(podsField) : undefined,
    port: isPatchedAt(resource, 'spec', 'port') ? undefined : (portField.number() ?? portField.string()),
    protocol: text('proxyProtocol', 'unknown'),
    accessPolicy: isPatchedAt(resource, 'spec', 'accessPolicy') ? undefined : text('accessPolicy', 'deny'),
  };
}

/** The Servers of a namespace. */
export function serversIn(mesh: Mesh, namespace: string | undefined): readonly Server[] {
  return mesh.derive(allServers).get(namespace ?? '') ?? [];
}

function allServers(mesh: Mesh): ReadonlyMap<string, readonly Server[]> {
  const servers = mesh.ofType(TYPE).flatMap((resource) => serverOf(resource) ?? []);
  return groupBy(servers, ({ namespace }) => namespace);
}

// A Server of more pods is nobody's; hostile files have thousands.
const MOST = 200;

/** The workloads that a Server surely selects. */
export function workloadsOfServer(mesh: Mesh, { pods, namespace }: Server): readonly Workload[] {
  if (!pods) return [];
  return workloadsIn(mesh, namespace)
    .slice(0, MOST)
    .filter((w) => matches(pods, w.podLabels) === 'yes');
}

/** The pods that a Server selects by labels; `elsewhere` for one that selects all, and for what cannot be told. */
export function lookupPodsOf(mesh: Mesh, { resource, pods, podsField }: Server): Lookup<readonly Endpoint[]> {
  const labels = pods?.requirements?.filter((r) => r.operator === 'In' && r.values.length === 1) ?? [];
  const usable = pods && labels.length === pods.requirements?.length && !labels.some((r) => isMadeLabel(r.key));
  if (!usable || labels.length === 0) return { state: 'elsewhere', why: 'its selector is not one of plain labels' };
  return lookupSelected(mesh, {
    ...{ resource, selector: pods, field: podsField, written: true },
    ...{ attached: false, everywhere: false, settled: true },
  });
}

/** What is wrong with the port of a Server. */
export type ServerPortFault =
  /** No container of its pods has a port of that name: then it is for no port at all. */
  | { readonly kind: 'name'; readonly known: readonly string[] }
  /** The number is that of a Service, which leads to another port of the pods. */
  | { readonly kind: 'service'; readonly service: Resource; readonly target: number };

/**
 * What is wrong with the port of a Server, held against all pods that it surely selects. A number holds for every port, declared or not; a
 * name is looked for among the container ports. Source: linkerd2 `policy-controller/k8s/index/src/inbound/index.rs` (select_ports).
 */
export function serverPortFault(mesh: Mesh, server: Server): ServerPortFault | undefined {
  const { port, resource } = server;
  const selected = workloadsOfServer(mesh, server);
  const workloads = withVariants(mesh, selected);
  if (port === undefined || workloads.length === 0 || !workloads.every(portsAreKnown)) return undefined;
  if (!workloads.every((w) => mesh.near(w.resource, resource) || mesh.together(w.resource, resource))) return undefined;
  const ports = workloads.flatMap((w) => w.declaredPorts);
  if (typeof port === 'string') {
    if (ports.some(({ name }) => name === port) || PROXY_PORTS.has(port)) return undefined;
    return { kind: 'name', known: [...new Set(ports.flatMap(({ name }) => name || []))].sort() };
  }
  if (ports.length === 0 || ports.some(({ number }) => number === port)) return undefined;
  for (const workload of selected.slice(0, 20)) {
    for (const service of mesh.servicesOf(workload).slice(0, 20)) {
      const own: ServicePort | undefined = service.ports.find(({ number }) => number === port);
      const target: ResolvedTarget | undefined = own && resolveTarget(own, workload);
      if (target?.state === 'found' && target.number !== port)
        return { kind: 'service', service: service.resource, target: target.number };
    }
  }
  return undefined;
}

/** The ports of the proxy itself, which the injector brings. Source: linkerd2 `charts/partials/templates/_proxy.tpl`. */
const PROXY_PORTS: ReadonlyMap<string, number> = new Map([
  ['linkerd-proxy', 4143],
  ['linkerd-admin', 4191],
]);

/** The number of the port that a Server is for in a workload; undefined where none, or that is not known. */
export function serverPortIn({ port }: Server, workload: Workload): number | undefined {
  if (typeof port !== 'string') return port;
  return workload.declaredPorts.find(({ name }) => name === port)?.number ?? PROXY_PORTS.get(port);
}

/** Whether some pods that a Server selects surely have Linkerd's proxy: without one nothing holds to it. */
export function isMeshed(mesh: Mesh, server: Server): 'yes' | 'no' | 'unknown' {
  const answers = workloadsOfServer(mesh, server).map((w) => hasLinkerd(mesh, w));
  if (answers.includes('yes')) return 'yes';
  return answers.length > 0 && answers.every((one) => one === 'no') ? 'no' : 'unknown';
}

/** Another Server for the same port of a pod, which comes first. */
export interface ServerClash {
  readonly other: Server;
  readonly workload: Workload;
  readonly port: number;
}

/**
 * The Server that takes a port of the same pods before this one, as far as names decide: the oldest comes first, and of one age the first by
 * name. Until 2.17 the admission webhook refused the second. Source: linkerd2 `policy-controller/k8s/index/src/inbound/index.rs` and
 * `policy-controller/runtime/src/admission.rs`.
 */
export function earlierServer(mesh: Mesh, server: Server): ServerClash | undefined {
  for (const workload of workloadsOfServer(mesh, server).slice(0, 20)) {
    const port = serverPortIn(server, workload);
    if (port === undefined) continue;
    for (const other of serversIn(mesh, server.namespace).slice(0, MOST)) {
      if (other.resource.name >= server.resource.name || !other.pods) continue;
      if (matches(other.pods, workload.podLabels) !== 'yes' || serverPortIn(other, workload) !== port) continue;
      if (mesh.appliedTogether(other.resource, server.resource)) return { other, workload, port };
    }
  }
  return undefined;
}
