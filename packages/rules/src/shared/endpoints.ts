import {
  applicationContainers,
  isControlPlane,
  isManagedGateway,
  isPatchedAt,
  isSystemNamespace,
  type Mesh,
  type Service,
  type ServicePort,
  type Severity,
  type Workload,
} from '@meshvet/core';

/** Whether the target ports of a Service may be judged at all. */
export function judgesTargets(service: Service): boolean {
  return (
    service.type !== 'ExternalName' &&
    !isSystemNamespace(service.resource.namespace) &&
    !isPatchedAt(service.resource, 'spec', 'ports')
  );
}

/**
 * How severe a finding about the endpoints of a Service may be. A client in the mesh reaches pods outside it too, and a port without
 * endpoint is none for anybody; so it always speaks, as a note where the pods are certainly not in the mesh.
 */
export function severityForEndpoints(mesh: Mesh, service: Service, severity: Severity): Severity {
  return mesh.membershipOfService(service).answer === 'no' ? 'info' : severity;
}

/** All manifests of the objects of some workloads: what any of them declares is declared. */
export function withVariants(mesh: Mesh, workloads: readonly Workload[]): readonly Workload[] {
  const several = workloads.filter((w) => mesh.variants(w.resource).length > 1);
  if (several.length === 0) return workloads;
  const more = mesh.workloads.filter((w) => several.some((s) => mesh.sameObject(s.resource, w.resource)));
  return [...new Set([...workloads, ...more])];
}

/** Whether the ports of a workload's containers are all written: no placeholder, no patch that may add one, no template of the injector. */
export function portsAreKnown(workload: Workload): boolean {
  const rewrites = workload.resource.rewrites;
  if (rewrites?.patchTexts.some((text) => text.includes('ports') || text.includes('containers'))) return false;
  const patched = rewrites?.patches.some((patch) =>
    [patch.at('spec'), patch.at('spec').at('template').at('spec')].some((pod) =>
      [...pod.at('containers').items(), ...pod.at('initContainers').items()].some(
        (container) => container.at('ports').exists,
      ),
    ),
  );
  if (patched) return false;
  return workload.containers.every((container) => {
    const ports = container.field.at('ports');
    if (container.image === 'auto' && container.name === 'istio-proxy') return false;
    return (
      (!ports.hasValue || ports.isList) &&
      container.ports.every((port) => port.number !== undefined || !port.field.at('containerPort').hasValue)
    );
  });
}

/** Whether the author of a workload lists any port. Kubernetes needs none listed, so many list none at all. */
export function declaresPorts(workload: Workload): boolean {
  return applicationContainers(workload).some((container) => container.ports.length > 0);
}

/** Where a finding about the target of a Service port points: the target, or the port that stands for it. */
export function targetPlace(port: ServicePort) {
  return port.target === undefined ? port.field.at('port') : port.targetField;
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
