import { type Field, lacks } from '@meshvet/core';

/** How a ServiceEntry finds its endpoints: NONE where nothing is written; undefined where it is filled in later, or misspelt. */
export function resolutionOf(spec: Field): string | undefined {
  const field = spec.at('resolution');
  return field.hasValue ? field.string() : lacks(spec, 'resolution') ? 'NONE' : undefined;
}
