import type { Field } from '../source/field.ts';

/** The references by which a policy is attached: the older `targetRef` and the list, whichever is written. */
export function targetReferences(spec: Field): readonly Field[] {
  return [spec.at('targetRef'), ...(spec.at('targetRefs').items() as Field[])].filter((r) => r.isMapping);
}
