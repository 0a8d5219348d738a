import {
  isControlPlane,
  isManagedGateway,
  type Mesh,
  type Service,
  type Severity,
  SYSTEM_NAMESPACES,
  TEMPLATES_KEY,
  type Workload,
} from '@meshvet/core';

/**
 * How severe a finding about a workload may be: its own severity when the workload is in the mesh, at most a warning when that is not
 * known, nothing when it certainly is not. Gateways and the mesh's own parts are not spoken of: their proxy is the application.
 */
export function severityForWorkload(mesh: Mesh, workload: Workload, severity: Severity): Severity | undefined {
  if (workload.isGateway || isControlPlane(workload.resource.labels) || isSystemNamespace(workload.resource.namespace))
    return undefined;
  switch (mesh.membership(workload).answer) {
    case 'yes':
      return severity;
    case 'unknown':
      return severity === 'error' ? 'warning' : severity;
    case 'no':
      return undefined;
  }
}

/**
 * How severe a finding about Istio's sidecar may be: its own severity where the pods have one, at most a warning where that is not known,
 * nothing where they certainly have none (outside the mesh, ambient, gateways, Linkerd's proxy).
 */
export function severityForSidecar(mesh: Mesh, workload: Workload, severity: Severity): Severity | undefined {
  if (mesh.sidecar(workload).present === 'no' || isOtherwiseInMesh(mesh, workload) || isProxyless(workload))
    return undefined;
  return severityForWorkload(mesh, workload, severity);
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

/** Kubernetes' own namespaces, of which nothing is said. */
export function isSystemNamespace(namespace: string | undefined): boolean {
  return namespace !== undefined && SYSTEM_NAMESPACES.has(namespace);
}
