import { isSystemNamespace } from '../cluster/namespaces.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { addTo } from '../source/grouping.ts';
import { type PolicySelection, policySelection } from './policy-selection.ts';

/** What a policy selects, where it may be judged: not in one of Kubernetes' own namespaces, and not changed by a patch. */
export function selectionToJudge(mesh: Mesh, resource: Resource): PolicySelection | undefined {
  if (isSystemNamespace(resource.namespace)) return undefined;
  const selection = policySelection(mesh, resource);
  return selection?.settled ? selection : undefined;
}

/** The selections of some kinds by kind and namespace. */
export function selectionsByScope(mesh: Mesh): ReadonlyMap<string, readonly PolicySelection[]> {
  const groups = new Map<string, PolicySelection[]>();
  for (const type of ['networking.istio.io/Sidecar', 'telemetry.istio.io/Telemetry', PEER_AUTHENTICATION]) {
    for (const resource of mesh.ofType(type)) {
      const selection = selectionToJudge(mesh, resource);
      if (!selection || selection.attached || resource.name === '') continue;
      const key = scopeOf(resource);
      addTo(groups, key, selection);
    }
  }
  return groups;
}

const PEER_AUTHENTICATION = 'security.istio.io/PeerAuthentication';

/** Kind and namespace of a policy. */
export function scopeOf({ type, namespace }: Resource): string {
  return `${type} ${namespace ?? ''}`;
}

/** The kinds of which Istio reads one for each set of pods; AuthorizationPolicies and RequestAuthentications add up. */
export function isReadOnce({ type }: Resource): boolean {
  return (
    type === 'networking.istio.io/Sidecar' || type === 'telemetry.istio.io/Telemetry' || type === PEER_AUTHENTICATION
  );
}

/** Whether two policies are surely applied beside each other. Steps of a tutorial and overlays are no rivals. */
export function areRivals(mesh: Mesh, a: Resource, b: Resource): boolean {
  if (a === b || mesh.sameObject(a, b) || a.rewrites?.name || b.rewrites?.name) return false;
  if (a.namespaceWritten !== b.namespaceWritten && (mesh.assumesNamespace(a) || mesh.assumesNamespace(b))) return false;
  return mesh.appliedTogether(a, b);
}
