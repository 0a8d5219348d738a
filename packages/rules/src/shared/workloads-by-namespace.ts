import type { Mesh, Workload } from '@meshvet/core';
import { groupBy } from '@meshvet/core';

/** The workloads of a namespace, patches left out. */
export function workloadsIn(mesh: Mesh, namespace: string | undefined): readonly Workload[] {
  return mesh.derive(byNamespace).get(namespace ?? '') ?? [];
}

function byNamespace(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  return groupBy(mesh.workloads, (workload) => workload.resource.namespace ?? '');
}
