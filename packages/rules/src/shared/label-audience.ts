import type { Mesh, Severity, Workload } from '@meshvet/core';
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

/** Job, CronJob, and bare Pods that are run once: those of a Helm hook, and those that are not started again. */
export function endsByItself(workload: Workload): boolean {
  if (workload.isJob) return true;
  if (workload.resource.type !== 'Pod') return false;
  const restart = workload.podSpec.at('restartPolicy').text();
  return restart === 'Never' || restart === 'OnFailure' || workload.podAnnotations.has('helm.sh/hook');
}

/** Whether the manifest was taken from a cluster where a controller owns the object. */
export function isMadeByAnother(workload: Workload): boolean {
  return (
    workload.resource.body.at('metadata').at('ownerReferences').items().length > 0 ||
    workload.podAnnotations.has('kubernetes.io/config.mirror')
  );
}
