import { fileOf, type Mesh, type Service, type Workload } from '@meshvet/core';
import { type Canonical, canonicalName, canonicalRevision, nameKeys } from './canonical-labels.ts';
import { isMadeByAnother } from './label-audience.ts';

/**
 * The other workloads that surely run beside this one and that Istio calls by the same name. Not its own variants, nor manifests of
 * another kind with the same name (a Deployment that replaces a ReplicationController), nor what is kept out of the mesh.
 */
export function namesakes(mesh: Mesh, workload: Workload): readonly Workload[] {
  const name = canonicalName(mesh, workload);
  if (name.state !== 'written' || workload.resource.name === '') return [];
  const candidates = new Set(nameKeys(mesh).flatMap((key) => besideWith(mesh, workload, key, name.value)));
  return [...candidates].filter((other) => isNamesake(mesh, workload, other, name.value)).sort(byName);
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

/** The first of some workloads and how many there are beside it, for a message: "Deployment shop/cart-b and 2 more". */
export function firstAndMore(names: readonly string[]): string {
  return names.length > 1 ? `${names[0]} and ${names.length - 1} more` : (names[0] ?? '');
}

// An object that several files write is one step or flavour of a tutorial in each of them; what stands in another file than that
// object belongs to some of the flavours only, and which is not known.
function areAlternatives(mesh: Mesh, a: Workload, b: Workload): boolean {
  if (mesh.settings.closedWorld || fileOf(a.resource) === fileOf(b.resource)) return false;
  return [a, b].some((w) => mesh.variants(w.resource).some((v) => fileOf(v) !== fileOf(w.resource)));
}

function isNamesake(mesh: Mesh, workload: Workload, other: Workload, name: string): boolean {
  if (other === workload || other.resource.name === '' || other.resource.name === workload.resource.name) return false;
  if (mesh.sameObject(other.resource, workload.resource) || areAlternatives(mesh, workload, other)) return false;
  const theirs = canonicalName(mesh, other);
  if (theirs.state !== 'written' || theirs.value !== name) return false;
  return !other.isGateway && !isMadeByAnother(other) && mesh.membership(other).answer !== 'no';
}

// The mesh has an index from a label to its workloads; a Service with that selector in the workload's place asks it.
function besideWith(mesh: Mesh, workload: Workload, key: string, value: string): readonly Workload[] {
  const { resource, podLabels } = workload;
  const requirement = { key, operator: 'In', values: [value], field: podLabels.at(key) } as const;
  const question: Service = {
    resource,
    type: 'ClusterIP',
    headless: false,
    ports: [],
    selector: { field: podLabels.field, requirements: [requirement] },
  };
  const behind = mesh.behind(question);
  return behind.state === 'found' && behind.value.certain ? behind.value.workloads : [];
}

function byName(a: Workload, b: Workload): number {
  const [one, two] = [`${a.resource.name}\n${a.resource.kind}`, `${b.resource.name}\n${b.resource.kind}`];
  return one < two ? -1 : one > two ? 1 : 0;
}
