import {
  addTo,
  type Endpoint,
  isSystemNamespace,
  type LabelSet,
  type Mesh,
  type PolicySelection,
  policySelection,
  type Resource,
} from '@meshvet/core';

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

/** "app=cart,version=v1", the way messages write the labels of a selector. */
export function selectorWords({ selector }: PolicySelection): string {
  const pairs = selector?.requirements?.map((r) => `${r.key}=${r.values[0] ?? ''}`) ?? [];
  return pairs.sort().join(',');
}

/** Some names for a message, in order and not too many. */
export function namesOf(resources: readonly { readonly name: string }[], most = 3): string {
  const names = [...new Set(resources.map((r) => r.name))].sort();
  return names.slice(0, most).join(', ') + (names.length > most ? ', ...' : '');
}

/** Whether a pod is surely in ambient mode. In a dump of a cluster the CNI plugin has said so on the pod itself. */
export function isAmbientEndpoint(mesh: Mesh, { resource, workload }: Endpoint): boolean {
  if (workload) {
    const { answer, mode } = mesh.membership(workload);
    return (answer === 'yes' && mode === 'ambient') || workload.podAnnotations.get(REDIRECTION) === 'enabled';
  }
  return resource.type === 'Pod' && resource.annotations.get(REDIRECTION) === 'enabled';
}

const REDIRECTION = 'ambient.istio.io/redirection';

/** Whether a namespace with such labels has its pods in ambient mode, unless they say otherwise. */
export function isAmbientNamespace(labels: LabelSet): boolean {
  const settled = ['istio.io/dataplane-mode', 'istio-injection', 'istio.io/rev'].every((key) => !labels.mayChange(key));
  return (
    settled &&
    labels.get('istio.io/dataplane-mode') === 'ambient' &&
    labels.get('istio-injection') !== 'enabled' &&
    !(labels.has('istio.io/rev') && labels.get('istio.io/rev') !== '')
  );
}
