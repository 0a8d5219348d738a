import {
  type Answer,
  applicationHasSidecar,
  applicationInMesh,
  type Membership,
  type Mesh,
  type Service,
  type Severity,
  type WeighedSeverity,
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
export function severityForWorkload(mesh: Mesh, workload: Workload, severity: Severity): WeighedSeverity | undefined {
  const answer = applicationInMesh(mesh, workload);
  const own = severityBy(answer, severity);
  if (own === undefined || answer === 'yes') return own && { severity: own };
  return lowered(severity, own, 'it is not known whether the pods are in the mesh', mesh.membership(workload));
}

/**
 * How severe a finding about Istio's sidecar may be: by whether the pods have one. Where that is not known it is a note, and says that it
 * holds only if they do: most pods of the world have none.
 */
export function severityForSidecar(mesh: Mesh, workload: Workload, severity: Severity): WeighedSeverity | undefined {
  const answer = applicationHasSidecar(mesh, workload);
  if (answer === 'no') return undefined;
  if (answer === 'yes') return { severity };
  // Who writes what only the proxy or its injector reads means the pods to have one.
  if (isToldToProxy(workload)) {
    const own = severity === 'error' ? 'warning' : severity;
    return lowered(severity, own, 'it is not known whether the pods get a sidecar', mesh.membership(workload));
  }
  return {
    severity: 'info',
    ...reasonOf('it holds if the pods get a sidecar, which is not known', mesh.membership(workload)),
  };
}

/** How severe a finding about a Service port may be: the client's proxy reads it whoever serves, so it always speaks, at `info` unless the pods are in the mesh. */
export function severityForPort(mesh: Mesh, service: Service, severity: Severity): WeighedSeverity {
  const membership = mesh.membershipOfService(service);
  return membership.answer === 'yes' ? { severity } : lowered(severity, 'info', SERVED[membership.answer], membership);
}

/**
 * How severe a finding about the endpoints of a Service may be. A client in the mesh reaches pods outside it too; so it always speaks, as a
 * note where the pods are certainly not in the mesh. Not for what breaks without any mesh as well.
 */
export function severityForEndpoints(mesh: Mesh, service: Service, severity: Severity): WeighedSeverity {
  const membership = mesh.membershipOfService(service);
  return membership.answer === 'no' ? lowered(severity, 'info', SERVED.no, membership) : { severity };
}

function isToldToProxy({ podAnnotations, podLabels }: Workload): boolean {
  return [...podAnnotations.keys(), ...podLabels.keys()].some((key) => /(?:^|\.)istio\.io\//.test(key));
}

const SERVED = {
  no: 'the pods behind the Service are outside the mesh',
  unknown: 'it is not known whether the pods behind the Service are in the mesh',
} as const;

/** A severity with the reason for what it lost; what lost nothing needs none. */
export function lowered(from: Severity, to: Severity, because: string, membership: Membership): WeighedSeverity {
  return from === to ? { severity: to } : { severity: to, ...reasonOf(because, membership) };
}

function reasonOf(because: string, { reason, field }: Membership): Omit<WeighedSeverity, 'severity'> {
  return { because: `${because}: ${reason}`, ...(field ? { at: field } : {}) };
}

/** The milder of two severities. */
export function milderOf(a: WeighedSeverity, b: Severity): WeighedSeverity {
  return RANK[a.severity] <= RANK[b] ? a : { severity: b };
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };
