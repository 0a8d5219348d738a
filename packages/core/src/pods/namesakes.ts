import { type Canonical, canonicalName, canonicalRevision } from '../cluster/canonical.ts';
import type { Workload } from '../cluster/workloads.ts';
import { fileOf, nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { addTo } from '../source/grouping.ts';
import { isMadeByAnother } from './made-by-another.ts';

/**
 * The other workloads that surely run beside this one and that Istio calls by the same name. Not its own variants, nor manifests of
 * another kind with the same name (a Deployment that replaces a ReplicationController), nor what is kept out of the mesh.
 */
export function namesakes(mesh: Mesh, workload: Workload): readonly Workload[] {
  const name = canonicalName(mesh, workload);
  if (name.state !== 'written' || workload.resource.name === '') return [];
  const named = (mesh.derive(workloadsByName).get(nameKey(workload, name.value)) ?? []).slice(0, MOST);
  const found = new Map<string, Workload[]>();
  for (const other of named) {
    if (!isNamesake(mesh, workload, other) || areAlternatives(mesh, named, workload, other)) continue;
    found.set(nameOf(other.resource), [...(found.get(nameOf(other.resource)) ?? []), other]);
  }
  // Which of several manifests of one object is deployed nobody knows: one stands for all only where they agree.
  return [...found.values()].flatMap((manifests) => {
    const [first, ...rest] = manifests as [Workload, ...Workload[]];
    return rest.every((one) => revisionText(mesh, one) === revisionText(mesh, first)) ? [first] : [];
  });
}

function revisionText(mesh: Mesh, workload: Workload): string {
  const revision = canonicalRevision(mesh, workload);
  return revision.state === 'written' ? `written ${revision.value}` : revision.state;
}

// So many of one name show what is wrong; a hostile file has thousands, and each would be held against each.
const MOST = 100;

// Without it each workload would be held against all others of its namespace.
function workloadsByName(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  const index = new Map<string, Workload[]>();
  for (const workload of mesh.workloads) {
    const name = canonicalName(mesh, workload);
    if (name.state !== 'written') continue;
    const key = nameKey(workload, name.value);
    addTo(index, key, workload);
  }
  for (const group of index.values()) group.sort(byName);
  return index;
}

function nameKey(workload: Workload, name: string): string {
  return `${workload.resource.namespace}\n${name}`;
}

/** What uniqueApp is when the config does not say. */
export function uniqueAppOf(mesh: Mesh): 'strict' | 'name-and-revision' | 'off' {
  return mesh.settings.uniqueApp ?? (mesh.settings.profile === 'istio-1.0' ? 'strict' : 'name-and-revision');
}

/**
 * Whether two workloads of one name are one revision to Istio. In the strict reading of 1.0 only two different versions, both
 * written, tell them apart; else Istio calls what has none `latest`, and that differs from any version that is written.
 */
export function sameRevision(mesh: Mesh, a: Workload, b: Workload): boolean {
  const [one, two] = [canonicalRevision(mesh, a), canonicalRevision(mesh, b)];
  if (one.state === 'written' && two.state === 'written') return one.value === two.value;
  const missing = [one, two].filter((r: Canonical) => r.state === 'missing').length;
  if (missing === 2) return true;
  return missing === 1 && uniqueAppOf(mesh) === 'strict' && (one.state === 'written' || two.state === 'written');
}

const TRACKS: ReadonlySet<string> = new Set([
  'stable',
  'canary',
  'primary',
  'baseline',
  'preview',
  'active',
  'blue',
  'green',
  'experimental',
]);

/** Whether two workloads are the two sides of one rollout: `track: stable` and `track: canary`, blue and green, Flagger's `-primary`. */
export function areRolloutPair(a: Workload, b: Workload): boolean {
  const [one, two] = [a.resource.name, b.resource.name];
  if (one === `${two}-primary` || two === `${one}-primary`) return true;
  return a.podLabels.keys().some((key) => {
    const [left, right] = [a.podLabels.get(key), b.podLabels.get(key)];
    return (
      left !== right &&
      left !== undefined &&
      right !== undefined &&
      TRACKS.has(left.toLowerCase()) &&
      TRACKS.has(right.toLowerCase())
    );
  });
}

// An object that several files write is one step or flavour of a tutorial in each of them; what stands in another file than that
// object belongs to some of the flavours only, and which is not known. The kind and API may change from one flavour to the next.
function areAlternatives(mesh: Mesh, named: readonly Workload[], a: Workload, b: Workload): boolean {
  if (mesh.settings.closedWorld || fileOf(a.resource) === fileOf(b.resource)) return false;
  return [a.resource, b.resource].some((r) =>
    named.some((v) => v.resource.name === r.name && fileOf(v.resource) !== fileOf(r)),
  );
}

function isNamesake(mesh: Mesh, workload: Workload, other: Workload): boolean {
  const [own, theirs] = [workload.resource, other.resource];
  // Bare Pods are the instances of something, or stand for them: two of one application are no two applications.
  if (own.type === 'Pod' || theirs.type === 'Pod') return false;
  if (other === workload || theirs.name === '' || theirs.name === own.name) return false;
  if (!mesh.together(own, theirs) || mesh.sameObject(own, theirs)) return false;
  return !other.isGateway && !isMadeByAnother(other) && mesh.membership(other).answer !== 'no';
}

function byName(a: Workload, b: Workload): number {
  const [one, two] = [`${a.resource.name}\n${a.resource.kind}`, `${b.resource.name}\n${b.resource.kind}`];
  return one < two ? -1 : one > two ? 1 : 0;
}
