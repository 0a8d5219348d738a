import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import { flatSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { compareCreation } from '../security/creation-order.ts';
import { surelyReaches } from '../security/policy-reach.ts';
import { addTo } from '../source/grouping.ts';
import { lazyBy } from '../source/lazy.ts';

/** The Sidecar that holds for pods; undefined for none. `certain` is false where another may hold in its place. */
export interface SidecarResource {
  readonly resource: Resource | undefined;
  readonly certain: boolean;
}

/**
 * The Sidecar that holds for pods: the oldest of their namespace that selects them, else the oldest there without a selector, else that of
 * the root namespace. Gateways have none. Source: `pilot/pkg/model/push_context.go`, initSidecarScopes and getSidecarScope.
 */
export function sidecarResourceOf(mesh: Mesh, workload: Workload): SidecarResource {
  return mesh.derive(knownSidecars)(workload);
}

function knownSidecars(mesh: Mesh) {
  return lazyBy((workload: Workload) => findSidecar(mesh, workload));
}

function findSidecar(mesh: Mesh, workload: Workload): SidecarResource {
  const { resource, podLabels } = workload;
  const byNamespace = mesh.derive(sidecarsByNamespace);
  const root = mesh.installation.rootNamespace.value;
  const here = byNamespace.get(resource.namespace ?? '') ?? [];
  const selects = (r: Resource) => {
    const selector = r.body.at('spec').at('workloadSelector').at('labels');
    return selector.entries().length > 0 || selector.hasValue;
  };
  const scopes: readonly (readonly [readonly Resource[], boolean])[] = [
    [
      here.filter(
        (r) =>
          selects(r) &&
          matches(flatSelector(r.body.at('spec').at('workloadSelector').at('labels')), podLabels) !== 'no',
      ),
      false,
    ],
    [here.filter((r) => !selects(r)), resource.namespace === root],
    [resource.namespace === root ? [] : (byNamespace.get(root) ?? []).filter((r) => !selects(r)), true],
  ];
  let certain = true;
  for (const [candidates, everywhere] of scopes) {
    const sure = candidates.filter(
      (r) =>
        surelyReaches(mesh, r, resource, everywhere) &&
        (!selects(r) ||
          matches(flatSelector(r.body.at('spec').at('workloadSelector').at('labels')), podLabels) === 'yes'),
    );
    if (sure.length < candidates.length) certain = false;
    const [first, ...others] = sure;
    if (!first) continue;
    const oldest = others.reduce((a, b) => ((compareCreation(mesh, b, a) ?? 0) < 0 ? b : a), first);
    const rivals = sure.filter((r) => !mesh.sameObject(r, oldest));
    const decided = rivals.every((r) => compareCreation(mesh, oldest, r) !== undefined);
    return { resource: oldest, certain: certain && decided && sure.length - rivals.length === 1 };
  }
  return { resource: undefined, certain };
}

function sidecarsByNamespace(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const resource of mesh.ofType('networking.istio.io/Sidecar'))
    if (!resource.partial) addTo(index, resource.namespace ?? '', resource);
  return index;
}
