import type { Mesh, Workload } from '@meshvet/core';

/** The workloads of a namespace, patches left out. */
export function workloadsIn(mesh: Mesh, namespace: string | undefined): readonly Workload[] {
  return mesh.derive(byNamespace).get(namespace ?? '') ?? [];
}

function byNamespace(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  const groups = new Map<string, Workload[]>();
  for (const workload of mesh.workloads) {
    const namespace = workload.resource.namespace ?? '';
    const group = groups.get(namespace);
    if (group) group.push(workload);
    else groups.set(namespace, [workload]);
  }
  return groups;
}
