import {
  endsByItself,
  isMadeByAnother,
  type Mesh,
  type Severity,
  type WeighedSeverity,
  type Workload,
} from '@meshvet/core';
import { lowered, severityForWorkload } from './audience.ts';

/**
 * How severe a finding about the labels of pods may be; undefined where nothing is said, a note where nobody knows of a mesh there. What ends by itself has no versions and
 * no share of the traffic, and what something else makes gets its labels there.
 */
export function severityForPodLabels(
  mesh: Mesh,
  workload: Workload,
  severity: Severity,
  jobs = false,
): WeighedSeverity | undefined {
  if ((!jobs && endsByItself(workload)) || isMadeByAnother(workload)) return undefined;
  // The labels that Istio's telemetry reads say nothing to Linkerd.
  const membership = mesh.membership(workload);
  if (membership.mode === 'linkerd') return undefined;
  const own = severityForWorkload(mesh, workload, severity);
  if (!own || membership.answer !== 'unknown' || mesh.settings.profile === 'istio-1.0') return own;
  return lowered(severity, 'info', 'it is not known whether the pods are in the mesh', membership);
}
