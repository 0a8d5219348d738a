import {
  type Answer,
  applicationHasSidecar,
  applicationInMesh,
  isControlPlane,
  isManagedGateway,
  isSystemNamespace,
  type Mesh,
  type Service,
  type Severity,
  type Workload,
} from '@meshvet/core';

/** How severe a finding may be by what is known of its subject: its own severity, at most a warning where that is not known, nothing where it is not so. */
export function severityBy(answer: Answer, severity: Severity): Severity | undefined {
  switch (answer) {
    case 'yes':
      return severity;
    case 'unknown':
      return severity === 'error' ? 'warning' : severity;
    case 'no':
      return undefined;
  }
}

/** How severe a finding about a workload may be: by whether it is in the mesh. */
export function severityForWorkload(mesh: Mesh, workload: Workload, severity: Severity): Severity | undefined {
  return severityBy(applicationInMesh(mesh, workload), severity);
}

/** How severe a finding about Istio's sidecar may be: by whether the pods have one. */
export function severityForSidecar(mesh: Mesh, workload: Workload, severity: Severity): Severity | undefined {
  return severityBy(applicationHasSidecar(mesh, workload), severity);
}

/**
 * Whether the ports of a Service are for Istio to read. Not those of Kubernetes' own namespaces, of Istio's own Services, and of
 * gateways: their charts name ports such as `status-port` that no client in the mesh reads. istioctl leaves out the same ones.
 */
export function readsPortsOf(mesh: Mesh, service: Service): boolean {
  return mesh.derive(servicesToRead).has(service);
}

function servicesToRead(mesh: Mesh): ReadonlySet<Service> {
  return new Set(
    mesh.services.filter((service) => {
      const { labels, namespace } = service.resource;
      if (isSystemNamespace(namespace) || isControlPlane(labels) || isManagedGateway(labels)) return false;
      const behind = mesh.behind(service);
      return !(behind.state === 'found' && behind.value.workloads.every((w) => w.isGateway));
    }),
  );
}

/** How severe a finding about a Service port may be: the client's proxy reads it whoever serves, so it always speaks, at `info` unless the pods are in the mesh. */
export function severityForPort(mesh: Mesh, service: Service, severity: Severity): Severity {
  return mesh.membershipOfService(service).answer === 'yes' ? severity : 'info';
}
