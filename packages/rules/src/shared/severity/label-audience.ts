import { endsByItself, isMadeByAnother, type Mesh, type Severity, type Workload } from '@meshvet/core';
import { severityForWorkload } from './audience.ts';

/**
 * How severe a finding about the labels of pods may be; undefined where nothing is said. What ends by itself has no versions and
 * no share of the traffic, and what something else makes gets its labels there.
 */
export function severityForPodLabels(
  mesh: Mesh,
  workload: Workload,
  severity: Severity,
  jobs = false,
): Severity | undefined {
  if ((!jobs && endsByItself(workload)) || isMadeByAnother(workload)) return undefined;
  return severityForWorkload(mesh, workload, severity);
}
