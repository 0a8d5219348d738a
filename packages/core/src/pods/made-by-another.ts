import type { Workload } from '../cluster/workloads.ts';

/** Whether the manifest was taken from a cluster where a controller owns the object. */
export function isMadeByAnother(workload: Workload): boolean {
  return (
    workload.resource.body.at('metadata').at('ownerReferences').items().length > 0 ||
    workload.podAnnotations.has('kubernetes.io/config.mirror')
  );
}
