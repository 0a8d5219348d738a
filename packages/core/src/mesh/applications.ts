import { isSystemNamespace } from '../cluster/namespaces.ts';
import { isControlPlane, type Workload } from '../cluster/workloads.ts';
import { TEMPLATES_KEY } from '../injection/injection.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Mesh } from './mesh.ts';

/**
 * Whether the pods of an application are in the mesh. `no` for gateways, the mesh's own parts and Kubernetes' namespaces, of which nothing
 * is said: their proxy is the application.
 */
export function applicationInMesh(mesh: Mesh, workload: Workload): Answer {
  if (workload.isGateway || isControlPlane(workload.resource.labels) || isSystemNamespace(workload.resource.namespace))
    return 'no';
  return mesh.membership(workload).answer;
}

/** Whether the pods of an application have Istio's sidecar. `no` outside the mesh, in ambient mode, for gateways and with Linkerd's proxy. */
export function applicationHasSidecar(mesh: Mesh, workload: Workload): Answer {
  if (mesh.sidecar(workload).present === 'no' || isOtherwiseInMesh(mesh, workload) || isProxyless(workload))
    return 'no';
  return applicationInMesh(mesh, workload);
}

// gRPC libraries that take the place of a proxy; the agent beside them carries no traffic.
function isProxyless({ podAnnotations, hasProxy }: Workload): boolean {
  const templates = podAnnotations.get(TEMPLATES_KEY)?.split(',') ?? [];
  return (
    !hasProxy && templates.some((t) => t.trim().startsWith('grpc-')) && !templates.some((t) => t.trim() === 'sidecar')
  );
}

// Where another mode is certain, and of Istio's sidecar nothing is known, the one that was written is the one that is meant.
function isOtherwiseInMesh(mesh: Mesh, workload: Workload): boolean {
  const { istio, ambient, linkerd } = mesh.admission(workload);
  if (workload.hasProxy || istio.outcome !== 'unknown') return false;
  return ambient.answer === 'yes' || linkerd.outcome === 'injected';
}
