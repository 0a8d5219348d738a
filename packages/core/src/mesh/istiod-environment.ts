import type { Field } from '../source/field.ts';
import type { Mesh } from './mesh.ts';

/** What the environment of istiod says of a feature; undefined when no istiod of the input says it, or two differ. */
export function istiodEnvironment(mesh: Mesh, name: string): string | undefined {
  const values = mesh.derive(environments).get(name);
  return values?.size === 1 ? [...values][0] : undefined;
}

function environments(mesh: Mesh): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const { resource, containers } of mesh.workloads) {
    if (resource.name !== 'istiod' && !resource.name.startsWith('istiod-')) continue;
    for (const entry of containers.flatMap(({ field }) => field.at('env').items() as Field[])) {
      const name = entry.at('name').string();
      const value = entry.at('value').text();
      if (name === undefined || value === undefined) continue;
      const values = all.get(name) ?? new Set<string>();
      all.set(name, values.add(value));
    }
  }
  return all;
}
