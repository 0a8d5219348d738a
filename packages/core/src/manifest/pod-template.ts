import type { Field } from '../source/field.ts';
import { isWorkloadType } from './kinds.ts';

/**
 * The pod template inside an object of a type, for a Pod the Pod itself; undefined for kinds without pods. Admission sees the labels of
 * this template only, never those of the workload. The field may not exist, as in a patch.
 */
export function podTemplateOf(body: Field, type: string): Field | undefined {
  if (!isWorkloadType(type)) return undefined;
  if (type === 'Pod') return body;
  const spec = body.at('spec');
  return (type === 'batch/CronJob' ? spec.at('jobTemplate').at('spec') : spec).at('template');
}
