import { INJECT_KEY, type InjectAnnotation, isSettled, isWish, type Resource } from '@meshvet/core';
import { moveEntry } from './mapping-edit.ts';
import type { ScalarEdit } from './scalar-edit.ts';

/** The edits that make the annotation the label of the same name. */
export function asLabel(resource: Resource, { field, pod }: InjectAnnotation): ScalarEdit[] {
  return isSettled(resource) && isWish(field) && selectsItsPods(resource) && pod.labels.lacks(INJECT_KEY)
    ? moveEntry(field, pod.labels.field)
    : [];
}

// Before apps/v1 a workload without a selector took all labels of its template for one.
function selectsItsPods({ type, body }: Resource): boolean {
  if (type === 'Pod' || type === 'batch/Job' || type === 'batch/CronJob') return true;
  const selector = body.at('spec').at('selector');
  return selector.entries().length > 0;
}
