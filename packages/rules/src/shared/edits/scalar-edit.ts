import type { Field } from '@meshvet/core';

/** An edit without its file, which is that of the finding. */
export interface ScalarEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Puts quotes around a number or boolean as it is written; none where the text is shared or says more than the value. */
export function quoteScalar(field: Field): ScalarEdit[] {
  const written = bareText(field);
  return written === undefined ? [] : replaceScalar(field, written);
}

/** Puts a string in quotes in the place of a number or boolean. */
export function replaceScalar(field: Field, text: string): ScalarEdit[] {
  const span = ownSpan(field);
  return span && bareText(field) !== undefined ? [{ ...span, text: JSON.stringify(text) }] : [];
}

/** Puts another string in the place of one that is written on one line; the quotes it has stay. */
export function replaceString(field: Field, text: string): ScalarEdit[] {
  const span = ownSpan(field);
  const value = field.string();
  if (!span || value === undefined) return [];
  const written = textAt(field, span);
  if (written === `'${value}'`) return text.includes(`'`) ? [] : [{ ...span, text: `'${text}'` }];
  if (written === value && isPlainText(text)) return [{ ...span, text }];
  return written === value || written === `"${value}"` ? [{ ...span, text: JSON.stringify(text) }] : [];
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

/**
 * Whether a text is a string without quotes, wherever it stands: letters, digits and some marks between them, and nothing that a
 * reader of YAML 1.1 or 1.2 takes for a number, a boolean, a date or nothing.
 */
export function isPlainText(text: string): boolean {
  if (!/^[A-Za-z](?:[\w./-]*\w)?$/.test(text)) return false;
  return !/^(?:y|yes|n|no|true|false|on|off|null|nan|inf)$/i.test(text);
}

/** A string as YAML writes it: without quotes where that is safe. */
export function writtenString(text: string): string {
  return isPlainText(text) ? text : JSON.stringify(text);
}

/** Where a scalar stands that follows its key on the same line; an anchor or a tag between would be changed for others too, or contradict the new value. */
export function ownSpan(field: Field): { start: number; end: number } | undefined {
  const span = field.fullSpan();
  if (!span || typeof field.key !== 'string') return undefined;
  const between = field.document.source.text.slice(field.keySpan().end, span.start);
  return /^[ \t]*:[ \t]*$/.test(between) && !/^[&*!|>]/.test(textAt(field, span)) ? span : undefined;
}

function bareText(field: Field): string | undefined {
  const span = ownSpan(field);
  const written = span && textAt(field, span);
  return written !== undefined && /^[\w.+-]+$/.test(written) ? written : undefined;
}

function textAt(field: Field, { start, end }: { start: number; end: number }): string {
  return field.document.source.text.slice(start, end);
}
