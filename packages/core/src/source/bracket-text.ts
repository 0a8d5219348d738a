import type { BuiltDocument } from './document-builder.ts';
import { END, START, STRIDE } from './document.ts';
import type { DocumentText } from './split-documents.ts';

/** Stands for a colon that is text; a private character that YAML takes in plain scalars. */
const MASK = '\ue000';
// Inside brackets YAML 1.2 ends a plain scalar at a colon before a bracket or comma; go-yaml wants white space behind it,
// so that `[::1, fe80::]` is two addresses. A colon behind a quote does end a key (`"a":[1]`).
const TEXT_COLON = /(?<=[^\s"'[\]{},]):(?=[,[\]{}])/;

/** A text made acceptable to the YAML libraries, with the same offsets. */
export interface BracketText extends DocumentText {
  /** What to turn back into a colon. */
  readonly mask: string | undefined;
  /** Brackets whose content was put on one line: where they begin and end, in `text`. */
  readonly flattened: readonly number[];
}

/**
 * go-yaml takes two things inside brackets that the libraries do not take, or read otherwise: a closing bracket (and
 * content) indented less than its parent, and a plain text that ends in a colon. Both are written in real files. This
 * rewrites them into what everybody reads alike; undefined when there is nothing to rewrite.
 */
export function rewriteBrackets(document: DocumentText): BracketText | undefined {
  let { text } = document;
  let mask: string | undefined;
  if (text.search(TEXT_COLON) >= 0 && !text.includes(MASK)) {
    mask = MASK;
    text = text.replaceAll(new RegExp(TEXT_COLON.source, 'g'), MASK);
  }
  const flattened: number[] = [];
  text = flatten(text, flattened);
  return mask === undefined && flattened.length === 0 ? undefined : { ...document, text, mask, flattened };
}

/** Whether all that was put on one line are brackets indeed, and not text of a block that only looks so. */
export function areBrackets(rewritten: BracketText, built: BuiltDocument): boolean {
  const { flattened, base } = rewritten;
  const { table } = built;
  let region = 0;
  for (let at = 0; at < table.length && region < flattened.length; at += STRIDE) {
    if (table[at + START] !== (flattened[region] as number) + base) continue;
    if (table[at + END] !== (flattened[region + 1] as number) + base) return false;
    region += 2;
  }
  return region === flattened.length;
}

// A bracket that ends its line opens what is put on one line.
const OPENS = /[[{][ \t]*(?:[ \t]#[^\r\n]*)?\r?\n/;

function flatten(text: string, flattened: number[]): string {
  const opens = new RegExp(OPENS.source, 'g');
  let result = '';
  let copied = 0;
  for (let match = opens.exec(text); match; match = opens.exec(text)) {
    const start = match.index;
    const end = closingBracket(text, start);
    if (end < 0) return text;
    result += text.slice(copied, start) + onOneLine(text, start, end);
    flattened.push(start, end);
    copied = end;
    opens.lastIndex = end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

// Quotes and comments are stepped over; a quote begins only where a value can, for "don't" is plain text.
function closingBracket(text: string, from: number): number {
  let depth = 0;
  let valueMayBegin = true;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9 || code === 10 || code === 13) continue;
    if (code === 35 && text.charCodeAt(at - 1) <= 32) {
      at = endOfLine(text, at) - 1;
    } else if ((code === 34 || code === 39) && valueMayBegin) {
      at = closingQuote(text, at);
      valueMayBegin = false;
    } else if (code === 91 || code === 123) {
      depth++;
      valueMayBegin = true;
    } else if (code === 93 || code === 125) {
      if (--depth === 0) return at + 1;
      valueMayBegin = false;
    } else {
      valueMayBegin = code === 44 || code === 58;
    }
  }
  return -1;
}

function onOneLine(text: string, start: number, end: number): string {
  let result = '';
  let copied = start;
  let valueMayBegin = true;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9) continue;
    if (code === 10 || code === 13) {
      result += `${text.slice(copied, at)} `;
      copied = at + 1;
    } else if (code === 35 && text.charCodeAt(at - 1) <= 32) {
      const stop = endOfLine(text, at);
      result += text.slice(copied, at) + ' '.repeat(stop - at);
      copied = stop;
      at = stop - 1;
    } else if ((code === 34 || code === 39) && valueMayBegin) {
      at = closingQuote(text, at);
      valueMayBegin = false;
    } else {
      valueMayBegin = code === 44 || code === 58 || code === 91 || code === 123;
    }
  }
  return result + text.slice(copied, end);
}

function closingQuote(text: string, from: number): number {
  const quote = text.charCodeAt(from);
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92 && quote === 34) at++;
    else if (code === quote) return at;
  }
  return text.length;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at++;
  return at;
}
