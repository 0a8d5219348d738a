import type { Service } from '../cluster/services.ts';
import type { Mesh } from './mesh.ts';

/**
 * The other clusters of the mesh, each as a mesh of its own: what Kubernetes says there (which Service selects which pods, what a namespace is
 * labelled) holds there alone. istiod joins Services and endpoints of all of them; Services of one namespace and name are one.
 * Source: `pilot/pkg/serviceregistry/aggregate/controller.go`, Services; istio.io, ops/deployment/deployment-models (namespace sameness).
 */
export function otherClusters(mesh: Mesh): ReadonlyMap<string, Mesh> {
  return mesh.derive(meshesOfClusters);
}

function meshesOfClusters(mesh: Mesh): ReadonlyMap<string, Mesh> {
  const names = [...mesh.clusters.keys()].sort();
  return new Map(names.map((name) => [name, mesh.ofCluster(mesh.clusters.get(name) ?? [])]));
}

/** A Service in another cluster. */
export interface ServiceElsewhere {
  readonly cluster: string;
  readonly mesh: Mesh;
  readonly service: Service;
}

/** The manifests of a Service in the other clusters. */
export function servicesElsewhere(mesh: Mesh, namespace: string, name: string): readonly ServiceElsewhere[] {
  return [...otherClusters(mesh)].flatMap(([cluster, there]) => {
    const lookup = there.service(namespace, name);
    return lookup.state === 'found' ? lookup.value.map((service) => ({ cluster, mesh: there, service })) : [];
  });
}
