import type { Namespace } from '../cluster/namespaces.ts';
import { isSystemNamespace } from '../cluster/namespaces.ts';
import { isControlPlane, type Workload } from '../cluster/workloads.ts';
import type { LabelSet } from '../manifest/label-set.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import type { Endpoint } from '../names/host-endpoints.ts';

/** Whether the pods of a workload are in ambient mode, so that the ztunnel of the node speaks for them. A sidecar comes first. */
export function ambientOf(mesh: Mesh, workload: Workload): Answer {
  if (workload.isGateway || isControlPlane(workload.resource.labels) || isSystemNamespace(workload.resource.namespace))
    return 'no';
  const { answer, mode } = mesh.membership(workload);
  if (mode !== undefined) return mode === 'ambient' ? answer : 'no';
  const { istio, ambient } = mesh.admission(workload);
  return answer === 'no' || ambient.answer === 'no' || istio.outcome === 'injected' ? 'no' : 'unknown';
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

/** The manifests of a namespace, where it is surely in ambient mode by its own labels: pods without labels of their own are. */
export function ambientNamespaces(mesh: Mesh, resource: Resource): readonly Namespace[] | undefined {
  const namespaces = namespacesOf(mesh, resource) ?? [];
  return namespaces.length > 0 && namespaces.every((n) => isAmbientNamespace(n.resource.labels))
    ? namespaces
    : undefined;
}
