import type { Field, TextTarget } from '@meshvet/core';

/** A place, and the characters of the name where they are known. */
export interface TextPlace {
  readonly at: Field | TextTarget;
  readonly edit: { readonly start: number; readonly end: number } | undefined;
}

/**
 * Where the last name of a path stands in a text that is YAML or JSON inside a manifest; the annotation itself where the name stands there more
 * than once, or escaped, so that nobody can tell.
 */
export function placeInText(field: Field, path: readonly string[]): TextPlace {
  const span = field.fullSpan();
  const name = path.at(-1);
  if (!span || name === undefined || !/^[A-Za-z][\w.-]*$/.test(name)) return { at: field, edit: undefined };
  const { source } = field.document;
  const text = source.text.slice(span.start, span.end);
  let found = -1;
  for (let i = text.indexOf(name); i >= 0; i = text.indexOf(name, i + 1)) {
    if (isWordPart(text[i - 1]) || !isKeyEnd(text, i + name.length)) continue;
    if (found >= 0) return { at: field, edit: undefined };
    found = i;
  }
  if (found < 0) return { at: field, edit: undefined };
  const start = span.start + found;
  const own = { start, end: start + name.length };
  return { at: { source, span: own, pointer: field.pointer }, edit: own };
}

// A key: a colon behind it, and perhaps its quote (with a backslash, where the text around it has the same quotes) between.
function isKeyEnd(text: string, end: number): boolean {
  return /^\\?["']? {0,20}:/.test(text.slice(end, end + 30));
}

function isWordPart(character: string | undefined): boolean {
  return character !== undefined && /[\w.-]/.test(character);
}
