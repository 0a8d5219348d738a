import type { Argument } from '@meshvet/core';
import type { ScalarEdit } from './scalar-edit.ts';

/**
 * Puts another value in the place of an argument that has an item of a list to itself, in the quotes that it has; none where it shares
 * the item with its option (`-z=15001`), or is not written plainly.
 */
export function replaceItem({ field, value }: Argument, text: string): ScalarEdit[] {
  const span = field.fullSpan();
  if (!span || typeof field.key !== 'number' || value === undefined || String(field.value) !== value) return [];
  const written = field.document.source.text.slice(span.start, span.end);
  const quote = [`'`, `"`].find((mark) => written === `${mark}${value}${mark}`);
  if (quote) return [{ ...span, text: `${quote}${text}${quote}` }];
  return written === value ? [{ ...span, text: JSON.stringify(text) }] : [];
}
