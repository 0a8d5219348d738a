import { otherClusters } from './clusters.ts';
import type { Mesh } from './mesh.ts';

/**
 * The namespaces that there are: where something of one was read there is such a namespace, with or without its manifest, in whatever cluster
 * of the mesh.
 */
export function knownNamespaces(mesh: Mesh): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { namespaces, services, workloads } of [mesh, ...otherClusters(mesh).values()]) {
    for (const { name } of namespaces) names.add(name);
    for (const { resource } of [...services, ...workloads]) names.add(resource.namespace ?? '');
  }
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
