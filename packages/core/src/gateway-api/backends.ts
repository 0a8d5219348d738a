import { elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type HostLookup, lookupHost } from '../names/host-targets.ts';
import { addSome } from './limits.ts';
import type { BackendReference, ParentReference } from './references.ts';

/** The ServiceEntry that a parent reference names. */
export function lookupServiceEntry(
  mesh: Mesh,
  { namespace, name }: Pick<ParentReference, 'namespace' | 'name'>,
): Lookup<readonly Resource[]> {
  const hit = mesh.derive(serviceEntriesByName).get(`${namespace}/${name}`);
  if (hit) return found(hit);
  return mesh.settings.closedWorld && !mesh.externals.namespace(namespace)
    ? MISSING
    : elsewhere(`no ServiceEntry ${namespace}/${name} was read`);
}

/**
 * What stands behind a Service that a route names, or behind the host of a `Hostname`. A Service is named without its namespace: with a dot
 * it is none. `exportTo` does not matter to whether a route is accepted.
 */
export function lookupBackend(
  mesh: Mesh,
  { kind, namespace, name }: Pick<BackendReference | ParentReference, 'kind' | 'namespace' | 'name'>,
  asker: Resource,
): HostLookup {
  const lookup = lookupHost(mesh, kind === 'Hostname' ? name : `${name}.${namespace}.svc.cluster.local`, asker);
  if (lookup.state === 'missing' && lookup.why === 'hidden') return elsewhere('its exportTo hides it');
  return lookup;
}

function serviceEntriesByName(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const byName = new Map<string, Resource[]>();
  for (const entry of mesh.ofType('networking.istio.io/ServiceEntry'))
    if (!entry.partial) addSome(byName, `${entry.namespace}/${entry.name}`, entry);
  return byName;
}
