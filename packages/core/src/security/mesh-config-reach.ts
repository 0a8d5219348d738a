import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';

/**
 * Whether the MeshConfig that was read is surely the one that counts for a resource: the config gives it, the input is the whole world, or it
 * stands near. One in a far folder may be a part that an operator adds to, or belong to another installation.
 */
export function isMeshConfigOf(mesh: Mesh, resource: Resource): boolean {
  const { certain, from, field } = mesh.installation.meshConfig;
  if (!certain) return false;
  if (mesh.settings.closedWorld || from === 'config') return true;
  if (from === 'default' || !field) return false;
  const source = mesh.derive(resourcesByDocument).get(field.document);
  return source !== undefined && mesh.near(source, resource);
}

function resourcesByDocument(mesh: Mesh): ReadonlyMap<unknown, Resource> {
  return new Map(mesh.resources.map((r) => [r.document, r]));
}
