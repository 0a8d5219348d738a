import {
  type Answer,
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
