import type { Mesh } from './mesh.ts';

/** The namespaces that there are: where something of one was read there is such a namespace, with or without its manifest. */
export function knownNamespaces(mesh: Mesh): ReadonlySet<string> {
  const names = new Set(mesh.namespaces.map((n) => n.name));
  for (const service of mesh.services) names.add(service.resource.namespace ?? '');
  for (const workload of mesh.workloads) names.add(workload.resource.namespace ?? '');
  for (const name of [
    mesh.installation.rootNamespace.value,
    'default',
    'kube-system',
    'kube-public',
    'kube-node-lease',
  ])
    names.add(name);
  return names;
}
