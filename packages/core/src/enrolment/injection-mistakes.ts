import type { Namespace } from '../cluster/namespaces.ts';
import type { Workload } from '../cluster/workloads.ts';
import { INJECT_KEY, INJECTION_KEY, REVISION_KEY } from '../injection/injection.ts';
import { metadataMaps } from '../manifest/metadata-maps.ts';
import { NAMESPACE_MESH_LABELS } from '../mesh/admissions.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import { meantKey } from './inject-key-typo.ts';

// Of each of these mistakes a rule of its own speaks. Where one of them is why pods get no sidecar, that rule says it better.

/** Whether a Namespace asks for the mesh in a way that no mesh reads: by an annotation, by the label of pods, by a misspelt key. */
export function asksInVain({ resource: { labels, annotations } }: Namespace): boolean {
  return (
    labels.has(INJECT_KEY) ||
    [...NAMESPACE_MESH_LABELS, INJECT_KEY].some((key) => annotations.has(key)) ||
    [...labels.keys(), ...annotations.keys()].some((key) => meantKey(key) !== undefined)
  );
}

// Kept, because each workload of a namespace asks.
function vainNamespaces(mesh: Mesh): ReadonlySet<Namespace> {
  return new Set(mesh.namespaces.filter(asksInVain));
}

/** Whether a workload or its Namespace says where or how nobody reads it whether its pods are in the mesh. */
export function speaksInVain(mesh: Mesh, workload: Workload): boolean {
  const maps = metadataMaps(workload.resource);
  const isPod = workload.resource.type === 'Pod';
  return (
    workload.podAnnotations.has(INJECT_KEY) ||
    maps.some(
      ({ of, map }) =>
        map.has(INJECTION_KEY) ||
        (of !== 'podTemplate' && !isPod && (map.has(INJECT_KEY) || map.has(REVISION_KEY))) ||
        map.keys().some((key) => meantKey(key) !== undefined),
    ) ||
    (namespacesOf(mesh, workload.resource) ?? []).some((n) => mesh.derive(vainNamespaces).has(n))
  );
}
