import type { Field } from '@meshvet/core';

/** An edit without its file, which is that of the finding. */
export interface ScalarEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Puts quotes around a number or boolean as it is written; none where the text is shared or says more than the value. */
export function quoteScalar(field: Field): ScalarEdit[] {
  const span = ownSpan(field);
  const written = span && textAt(field, span);
  return span && written !== undefined && /^[\w.+-]+$/.test(written) ? [{ ...span, text: `"${written}"` }] : [];
}

/** Puts another string in the place of one that is written on one line. */
export function replaceString(field: Field, text: string): ScalarEdit[] {
  const span = ownSpan(field);
  const value = field.string();
  if (!span || value === undefined) return [];
  const written = textAt(field, span);
  return [value, `"${value}"`, `'${value}'`].includes(written) ? [{ ...span, text: `"${text}"` }] : [];
}

/** Puts another key in the place of a key; what quotes it has stay. */
export function replaceKey(field: Field, key: string): ScalarEdit[] {
  if (field.fullSpan() === undefined || typeof field.key !== 'string') return [];
  const span = field.keySpan();
  const written = textAt(field, span);
  const quote = [`'`, `"`].find((mark) => written === `${mark}${field.key}${mark}`);
  if (quote === undefined && written !== field.key) return [];
  return [{ ...span, text: quote === undefined ? key : `${quote}${key}${quote}` }];
}

// An anchor or a tag between key and value would be changed for others too, or contradict the new value.
function ownSpan(field: Field): { start: number; end: number } | undefined {
  const span = field.fullSpan();
  if (!span) return undefined;
  const between = field.document.source.text.slice(field.keySpan().end, span.start);
  return /^[ \t]*:[ \t]*$/.test(between) && !/^[&*!|>]/.test(textAt(field, span)) ? span : undefined;
}

function textAt(field: Field, { start, end }: { start: number; end: number }): string {
  return field.document.source.text.slice(start, end);
}
