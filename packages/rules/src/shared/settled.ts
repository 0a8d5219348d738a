import type { Resource, Workload } from '@meshvet/core';

/** Whether a manifest is what is applied: whole, named, and no Kustomization of the input lays anything over it. */
export function isSettled(resource: Resource): boolean {
  return !resource.partial && resource.rewrites === undefined && resource.name !== '';
}

/**
 * Whether a label can be added to the pods of a workload without a change of what owns them: without a selector of its own, Kubernetes
 * before apps/v1 took all labels of the template for one.
 */
export function ownsByWrittenSelector(workload: Workload): boolean {
  const { type } = workload.resource;
  if (type === 'Pod' || type === 'batch/Job' || type === 'batch/CronJob') return true;
  return workload.selector?.requirements !== undefined && workload.selector.requirements.length > 0;
}
