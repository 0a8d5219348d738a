import type { Workload } from '../cluster/workloads.ts';
import { groupBy } from '../source/grouping.ts';
import type { Mesh } from './mesh.ts';

/** The workloads of a namespace, patches left out. */
export function workloadsIn(mesh: Mesh, namespace: string | undefined): readonly Workload[] {
  return mesh.derive(byNamespace).get(namespace ?? '') ?? [];
}

function byNamespace(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  return groupBy(mesh.workloads, (workload) => workload.resource.namespace ?? '');
}
