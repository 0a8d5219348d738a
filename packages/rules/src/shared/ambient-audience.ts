import {
  type Answer,
  DATAPLANE_KEY,
  INJECT_KEY,
  INJECTION_KEY,
  isControlPlane,
  type Labels,
  type Mesh,
  type Namespace,
  REVISION_KEY,
  type Workload,
} from '@meshvet/core';
import { isSystemNamespace } from './audience.ts';
import { namespacesOf } from './inject-value.ts';

/**
 * Whether the pods of a workload are in ambient mode, so that the node's ztunnel speaks for them. A sidecar comes first: the pod that gets
 * one is left out. Source: `cni/pkg/util/podutil.go`, `pkg/kube/inject/inject.go`.
 */
export function ambientOf(mesh: Mesh, workload: Workload): Answer {
  const answers = mesh.derive(noAnswers);
  let answer = answers.get(workload);
  if (!answer) answers.set(workload, (answer = decide(mesh, workload)));
  return answer;
}

// Asked for each policy again.
function noAnswers(): Map<Workload, Answer> {
  return new Map();
}

function decide(mesh: Mesh, workload: Workload): Answer {
  if (workload.isGateway || isControlPlane(workload.resource.labels) || isSystemNamespace(workload.resource.namespace))
    return 'no';
  const membership = mesh.membership(workload);
  if (membership.mode !== undefined) return membership.mode === 'ambient' ? membership.answer : 'no';
  if (workload.hostNetwork || workload.hasProxy || workload.podAnnotations.has('sidecar.istio.io/status')) return 'no';
  const namespaces = namespacesOf(mesh, workload.resource);
  const wish = wishesAmbient(mesh, workload.podLabels, namespaces);
  if (wish === 'no') return 'no';
  const sidecar = wishesSidecar(mesh, workload.podLabels, namespaces);
  if (sidecar === 'yes') return 'no';
  return wish === 'yes' && sidecar === 'no' ? 'yes' : 'unknown';
}

/** Whether labels ask for ambient mode. Of namespaces since 1.18, of pods since 1.22; `none` on a pod refuses it. */
function wishesAmbient(mesh: Mesh, labels: Labels, namespaces: readonly Namespace[] | undefined): Answer {
  if (labels.mayChange(DATAPLANE_KEY) || (labels.has(DATAPLANE_KEY) && labels.get(DATAPLANE_KEY) === undefined))
    return 'unknown';
  if (mesh.istioAtLeast('1.22')) {
    const own = labels.get(DATAPLANE_KEY);
    if (own === 'none') return 'no';
    if (own === 'ambient') return 'yes';
  }
  if (!mesh.istioAtLeast('1.18')) return 'no';
  return ofAll(namespaces, (n) => {
    const { labels: own } = n.resource;
    if (own.mayChange(DATAPLANE_KEY) || (own.has(DATAPLANE_KEY) && own.get(DATAPLANE_KEY) === undefined))
      return 'unknown';
    return own.get(DATAPLANE_KEY) === 'ambient' ? 'yes' : 'no';
  });
}

/** Whether the injector gives a pod with such labels, in such a namespace, a sidecar: stock selectors since 1.10. */
export function wishesSidecar(mesh: Mesh, pod: Labels, namespaces: readonly Namespace[] | undefined): Answer {
  if ([INJECT_KEY, REVISION_KEY].some((key) => pod.mayChange(key))) return 'unknown';
  const own = pod.get(INJECT_KEY);
  if (own === 'false') return 'no';
  if (pod.has(INJECT_KEY) && own === undefined) return 'unknown';
  return ofAll(namespaces, ({ resource: { labels } }) => {
    if ([INJECTION_KEY, REVISION_KEY].some((key) => labels.mayChange(key))) return 'unknown';
    if (labels.has(INJECTION_KEY)) {
      const value = labels.get(INJECTION_KEY);
      return value === undefined ? 'unknown' : value === 'enabled' ? 'yes' : 'no';
    }
    if (labels.has(REVISION_KEY)) return labels.get(REVISION_KEY) === '' ? 'no' : 'yes';
    if (pod.has(REVISION_KEY)) return pod.get(REVISION_KEY) === '' ? 'no' : 'yes';
    if (own === 'true' || mesh.installation.enableNamespacesByDefault.value) return 'yes';
    return mesh.installation.enableNamespacesByDefault.certain ? 'no' : 'unknown';
  });
}

// The manifests of one namespace: where they differ, nobody knows which is applied.
function ofAll(namespaces: readonly Namespace[] | undefined, ask: (namespace: Namespace) => Answer): Answer {
  if (!namespaces || namespaces.length === 0) return 'unknown';
  const [first, ...rest] = namespaces.map(ask);
  return first !== undefined && rest.every((answer) => answer === first) ? first : 'unknown';
}
