import {
  type Answer,
  applicationHasSidecar,
  applicationInMesh,
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

/** How severe a finding about a Service port may be: the client's proxy reads it whoever serves, so it always speaks, at `info` unless the pods are in the mesh. */
export function severityForPort(mesh: Mesh, service: Service, severity: Severity): Severity {
  return mesh.membershipOfService(service).answer === 'yes' ? severity : 'info';
}

/**
 * How severe a finding about the endpoints of a Service may be. A client in the mesh reaches pods outside it too, and a port without
 * endpoint is none for anybody; so it always speaks, as a note where the pods are certainly not in the mesh.
 */
export function severityForEndpoints(mesh: Mesh, service: Service, severity: Severity): Severity {
  return mesh.membershipOfService(service).answer === 'no' ? 'info' : severity;
}

/** The milder of two severities. */
export function milderOf(a: Severity, b: Severity): Severity {
  return RANK[a] <= RANK[b] ? a : b;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };
