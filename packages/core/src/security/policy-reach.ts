import { fileOf, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';

/**
 * Whether a policy surely meets pods, as far as the places of both tell: its selector is another question. `everywhere`: it stands in the
 * root namespace and holds for the whole mesh.
 */
export function surelyReaches(mesh: Mesh, policy: Resource, workload: Resource, everywhere: boolean): boolean {
  return everywhere
    ? reachesMesh(mesh, policy, workload)
    : mesh.together(policy, workload) && sameGround(mesh, policy, workload);
}

/** Whether all policies that may hold for pods of a namespace were read: its own, and those of the root namespace. */
export function knowsPoliciesOf(mesh: Mesh, namespace: string): boolean {
  const { rootNamespace } = mesh.installation;
  return (
    mesh.settings.closedWorld &&
    rootNamespace.certain &&
    !mesh.externals.namespace(rootNamespace.value) &&
    !mesh.externals.namespace(namespace)
  );
}

// Neither names its namespace and both go where they are applied; or both stand where they say.
function sameGround(mesh: Mesh, a: Resource, b: Resource): boolean {
  return a.namespaceWritten === b.namespaceWritten || (!mesh.assumesNamespace(a) && !mesh.assumesNamespace(b));
}

// A step of a tutorial makes the mesh strict for that step only: what stands somewhere else in several variants is none of its business.
function reachesMesh(mesh: Mesh, policy: Resource, workload: Resource): boolean {
  if (mesh.settings.closedWorld || mesh.near(policy, workload)) return true;
  if (mesh.assumesNamespace(policy) || mesh.assumesNamespace(workload) || !mesh.installation.rootNamespace.certain)
    return false;
  return [policy, workload].every((r) => mesh.variants(r).every((v) => fileOf(v) === fileOf(r)));
}
