import { type Answer, isControlPlane, isSystemNamespace, type Mesh, type Workload } from '@meshvet/core';

/** Whether the pods of a workload are in ambient mode, so that the ztunnel of the node speaks for them. A sidecar comes first. */
export function ambientOf(mesh: Mesh, workload: Workload): Answer {
  if (workload.isGateway || isControlPlane(workload.resource.labels) || isSystemNamespace(workload.resource.namespace))
    return 'no';
  const { answer, mode } = mesh.membership(workload);
  if (mode !== undefined) return mode === 'ambient' ? answer : 'no';
  const { istio, ambient } = mesh.admission(workload);
  return answer === 'no' || ambient.answer === 'no' || istio.outcome === 'injected' ? 'no' : 'unknown';
}
