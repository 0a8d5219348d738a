import { isControlPlane, isManagedGateway, type Mesh, type Service, type Severity, type Workload } from '@meshvet/core';

/**
 * How severe a finding about the endpoints of a Service may be. A client in the mesh reaches pods outside it too, and a port without
 * endpoint is none for anybody; so it always speaks, as a note where the pods are certainly not in the mesh.
 */
export function severityForEndpoints(mesh: Mesh, service: Service, severity: Severity): Severity {
  return mesh.membershipOfService(service).answer === 'no' ? 'info' : severity;
}

/**
 * The code of Kiali for a Service port without a container port. Kiali looks behind Deployments only, not at gateways and waypoints,
 * and not in the namespace of the control plane. Source: kiali `business/checkers/services/port_mapping_checker.go`.
 */
export function kialiTargetCodes(mesh: Mesh, service: Service, workloads: readonly Workload[]): string[] {
  const { namespace, labels } = service.resource;
  if (!workloads.some((w) => w.resource.type === 'apps/Deployment')) return [];
  if (isControlPlane(labels) || isManagedGateway(labels) || workloads.every((w) => w.isGateway)) return [];
  const controlPlane = namespace === 'istio-system' || mesh.service(namespace ?? '', 'istiod').state === 'found';
  return controlPlane ? [] : ['KIA0701'];
}
