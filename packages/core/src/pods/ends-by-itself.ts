import type { Workload } from '../cluster/workloads.ts';

/** Job, CronJob, and bare Pods that are run once: those of a Helm hook, and those that are not started again. */
export function endsByItself(workload: Workload): boolean {
  if (workload.isJob) return true;
  if (workload.resource.type !== 'Pod') return false;
  const restart = workload.podSpec.at('restartPolicy').text();
  return restart === 'Never' || restart === 'OnFailure' || workload.podAnnotations.has('helm.sh/hook');
}
