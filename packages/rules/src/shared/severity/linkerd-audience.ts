import { hasLinkerd, type Mesh, type Severity, type Workload } from '@meshvet/core';

/**
 * How severe a finding about Linkerd's proxy may be. Nothing in a manifest that never heard of Linkerd hints at it, so an unknown
 * membership keeps silent.
 */
export function severityForLinkerd(mesh: Mesh, workload: Workload, severity: Severity): Severity | undefined {
  return hasLinkerd(mesh, workload) === 'yes' ? severity : undefined;
}
