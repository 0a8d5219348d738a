import type { Service } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import { Labels } from '../manifest/labels.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import { flatSelector, matches, type Selector } from '../manifest/selectors.ts';
import { servicesElsewhere } from '../mesh/clusters.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import type { HostTarget } from './host-targets.ts';

/** Something that answers requests: pods of a workload, a WorkloadEntry, or an endpoint written in a ServiceEntry. */
export interface Endpoint {
  readonly resource: Resource;
  readonly labels: Labels;
  /** undefined for what is no pod. */
  readonly workload: Workload | undefined;
}

/** The endpoints of a host that were read. */
export interface HostEndpoints {
  readonly endpoints: readonly Endpoint[];
  /** Whether others cannot be told: labels that are filled in later, a selector that cannot be read, or too many to look at. */
  readonly open: boolean;
}

const MOST_WORKLOADS = 400;

/** All endpoints of a host that may be meant, of whatever folder: asked before something is said to have none. */
export function endpointsOf(mesh: Mesh, target: HostTarget): HostEndpoints {
  const { resource, service } = target;
  if (service) return endpointsOfService(mesh, target.cluster === undefined ? service : undefined, resource);
  const spec = resource.body.at('spec');
  const written = (spec.at('endpoints').items() as Field[]).map(
    (field): Endpoint => ({ resource, labels: new Labels(field.at('labels')), workload: undefined }),
  );
  if (written.length > 0) return { endpoints: written, open: false };
  const selector = spec.at('workloadSelector').at('labels');
  if (selector.entries().length > 0) return selected(mesh, resource, flatSelector(selector), true);
  return { endpoints: [], open: true };
}

/**
 * The endpoints of a Service: pods that it selects in each cluster of the mesh that has it, and WorkloadEntries of its namespace (on by
 * default since 1.8). `service` is undefined for one that only other clusters have; `resource` is its manifest.
 */
export function endpointsOfService(mesh: Mesh, service: Service | undefined, resource: Resource): HostEndpoints {
  const { namespace = '', name } = resource;
  const others = servicesElsewhere(mesh, namespace, name).map((e) => ofService(e.mesh, e.service));
  const all = service ? [ofService(mesh, service), ...others] : others;
  return { endpoints: all.flatMap((e) => e.endpoints), open: all.some((e) => e.open) };
}

function ofService(mesh: Mesh, { resource, selector }: Service): HostEndpoints {
  return selector ? selected(mesh, resource, selector, true) : { endpoints: [], open: true };
}

/** Whether an endpoint carries labels. */
export function carries({ labels }: Endpoint, wanted: readonly (readonly [key: string, value: string])[]): Answer {
  let answer: Answer = 'yes';
  for (const [key, value] of wanted) {
    const own = labels.get(key);
    if (own === value && !labels.mayChange(key)) continue;
    if (!labels.mayChange(key) && !(labels.has(key) && own === undefined)) return 'no';
    answer = 'unknown';
  }
  return answer;
}

function selected(mesh: Mesh, owner: Resource, selector: Selector, entries: boolean): HostEndpoints {
  const first = selector.requirements?.[0];
  if (!first) return { endpoints: [], open: true };
  const { byPair, changing } = mesh.derive(endpointsByLabel);
  const all = byPair.get(`${first.key}\n${first.values[0]}`) ?? [];
  const meets = (endpoint: Endpoint) =>
    (entries || endpoint.workload !== undefined) &&
    (endpoint.resource.namespace === owner.namespace ||
      mesh.assumesNamespace(owner) ||
      mesh.assumesNamespace(endpoint.resource));
  const open =
    all.length > MOST_WORKLOADS || changing.some((e) => meets(e) && matches(selector, e.labels) === 'unknown');
  const endpoints = all.slice(0, MOST_WORKLOADS).filter((e) => meets(e) && matches(selector, e.labels) === 'yes');
  return { endpoints, open };
}

interface EndpointIndex {
  readonly byPair: ReadonlyMap<string, readonly Endpoint[]>;
  /** Those with labels that are filled in later. */
  readonly changing: readonly Endpoint[];
}

/** Pods and WorkloadEntries of the input by each pair of their labels. */
export function endpointsByLabel(mesh: Mesh): EndpointIndex {
  const byPair = new Map<string, Endpoint[]>();
  const changing: Endpoint[] = [];
  const endpoints: Endpoint[] = mesh.workloads.map((workload) => ({
    resource: workload.resource,
    labels: workload.podLabels,
    workload,
  }));
  // A Pod that is known by its metadata alone, as some dumps have it, is a pod with labels all the same.
  for (const resource of mesh.ofType('Pod'))
    if (resource.partial && !resource.body.at('spec').hasValue && resource.name !== '')
      endpoints.push({ resource, labels: resource.labels, workload: undefined });
  for (const resource of mesh.ofType('networking.istio.io/WorkloadEntry'))
    if (!resource.partial)
      endpoints.push({ resource, labels: new Labels(resource.body.at('spec').at('labels')), workload: undefined });
  for (const resource of mesh.ofType('networking.istio.io/WorkloadGroup')) {
    const labels = resource.body.at('spec').at('metadata').at('labels');
    if (!resource.partial) endpoints.push({ resource, labels: new Labels(labels), workload: undefined });
  }
  for (const endpoint of endpoints) {
    const { labels } = endpoint;
    let readable = !labels.field.hasValue || labels.field.isMapping;
    for (const key of labels.keys()) {
      const value = labels.get(key);
      if (value === undefined) readable = false;
      const pair = `${key}\n${value ?? ''}`;
      addTo(byPair, pair, endpoint);
    }
    if ((!readable || endpoint.resource.rewrites) && changing.length < MOST_WORKLOADS) changing.push(endpoint);
  }
  return { byPair, changing };
}
