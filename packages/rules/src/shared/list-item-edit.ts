import type { Field } from '@meshvet/core';
import type { ScalarEdit } from './scalar-edit.ts';

/** Puts another text in the place of a scalar that is an item of a list, in the quotes that it has; none where it is not written plainly. */
export function replaceItem(field: Field, text: string): ScalarEdit[] {
  const span = field.fullSpan();
  if (!span || typeof field.key !== 'number') return [];
  const written = field.document.source.text.slice(span.start, span.end);
  const value = String(field.value);
  const quote = [`'`, `"`].find((mark) => written === `${mark}${value}${mark}`);
  if (quote) return [{ ...span, text: `${quote}${text}${quote}` }];
  return written === value ? [{ ...span, text: JSON.stringify(text) }] : [];
}
