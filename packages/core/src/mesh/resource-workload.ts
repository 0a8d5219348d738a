import type { Namespace } from '../cluster/namespaces.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import { addTo } from '../source/grouping.ts';
import type { Mesh } from './mesh.ts';

/** The workload that a resource is; undefined for other kinds and for patches. */
export function workloadOf(mesh: Mesh, resource: Resource): Workload | undefined {
  return mesh.derive(byResource).get(resource);
}

/** The workloads that surely land in a namespace: their manifests name it, in the order of the input. */
export function workloadsSurelyIn(mesh: Mesh, namespace: string): readonly Workload[] {
  return mesh.derive(byNamespace).get(namespace) ?? [];
}

function byResource(mesh: Mesh): ReadonlyMap<Resource, Workload> {
  return new Map(mesh.workloads.map((workload) => [workload.resource, workload]));
}

function byNamespace(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  const map = new Map<string, Workload[]>();
  for (const workload of mesh.workloads) {
    const { namespace = '', rewrites } = workload.resource;
    if (rewrites?.namespace || mesh.assumesNamespace(workload.resource)) continue;
    addTo(map, namespace, workload);
  }
  return map;
}

/** The Namespace that a resource is; undefined for other kinds and for patches. */
export function namespaceOf(mesh: Mesh, resource: Resource): Namespace | undefined {
  return resource.type === 'Namespace' ? mesh.derive(namespacesByResource).get(resource) : undefined;
}

function namespacesByResource(mesh: Mesh): ReadonlyMap<Resource, Namespace> {
  return new Map(mesh.namespaces.map((namespace) => [namespace.resource, namespace]));
}
