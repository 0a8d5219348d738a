import type { Namespace } from '../cluster/namespaces.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from './mesh.ts';

/** The manifests of the namespace that a resource surely lands in; undefined when that is not known. */
export function namespacesOf(mesh: Mesh, resource: Resource): readonly Namespace[] | undefined {
  const { namespace, rewrites } = resource;
  if (namespace === undefined || rewrites?.namespace || mesh.assumesNamespace(resource)) return undefined;
  const found = mesh.namespace(namespace);
  return found.state === 'found' ? found.value : undefined;
}
