import { END, START, STRIDE } from './document.ts';
import type { BuiltDocument } from './document-builder.ts';
import { type DocumentText, endOfAnyLine } from './split-documents.ts';

// Private characters that YAML takes in any scalar.
const COLON_MASK = '\ue000';
const BREAK_MASK = '\ue001';
// Inside brackets YAML 1.2 ends a plain scalar at a colon before a bracket or comma; go-yaml wants white space behind it,
// so that `[::1, fe80::]` is two addresses. A colon behind a quote does end a key (`"a":[1]`).
const TEXT_COLON = /(?<=[^\s"'[\]{},]):(?=[,[\]{}])/;

/** A text made acceptable to js-yaml, character by character, so that every offset stays. */
export interface LenientText extends DocumentText {
  /** What js-yaml is given; values are taken from `text`. */
  readonly masked: string;
  /** Where what was put on one line begins and ends, in `text`; by twos, in order. */
  readonly regions: readonly number[];
}

/**
 * go-yaml takes three things that the libraries do not take, or read otherwise, and all are in real files: a closing
 * bracket (or what is in brackets) indented less than its parent, the same for the further lines of a quoted text, and
 * a plain text in brackets that ends in a colon. This hides them; undefined when there is nothing to hide.
 */
export function lenientText(document: DocumentText): LenientText | undefined {
  const { text } = document;
  if (text.includes(COLON_MASK) || text.includes(BREAK_MASK)) return undefined;
  const regions: number[] = [];
  let masked = maskRegions(text, regions);
  if (masked.search(TEXT_COLON) >= 0) {
    masked = masked.replaceAll(new RegExp(TEXT_COLON.source, 'g'), COLON_MASK);
  } else if (regions.length === 0) {
    return undefined;
  }
  return { ...document, masked, regions };
}

/** Whether all that was put on one line are values indeed, and not part of a block of text that only looks so. */
export function areValues(lenient: LenientText, built: BuiltDocument): boolean {
  const { regions, base } = lenient;
  const { table } = built;
  let region = 0;
  for (let at = 0; at < table.length && region < regions.length; at += STRIDE) {
    if (table[at + START] !== (regions[region] as number) + base) continue;
    if (table[at + END] !== (regions[region + 1] as number) + base) return false;
    region += 2;
  }
  return region === regions.length;
}

// Goes from line to line, and over what it masks.
function maskRegions(text: string, regions: number[]): string {
  let result = '';
  let copied = 0;
  let line = 0;
  while (line < text.length) {
    const lineEnd = endOfAnyLine(text, line);
    const start = opening(text, line, lineEnd);
    if (start >= 0 && isBlockHeader(text.charCodeAt(start))) {
      line = endOfBlock(text, line, lineEnd);
      continue;
    }
    if (start >= 0) {
      const bracket = isBracket(text.charCodeAt(start));
      const end = bracket ? closingBracket(text, start) : closingQuote(text, start) + 1;
      if (end < 0 || end > text.length) {
        // Never closed: this is broken, and looking on from every line would take for ever.
        regions.length = 0;
        return text;
      }
      if (end > lineEnd && (bracket || isLessIndented(text, line, lineEnd, end))) {
        result += text.slice(copied, start) + (bracket ? bracketsOnOneLine : quoteOnOneLine)(text, start, end);
        regions.push(start, end);
        copied = end;
        line = endOfAnyLine(text, end) + 1;
        continue;
      }
    }
    line = lineEnd + 1;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function isBracket(code: number): boolean {
  return code === 91 || code === 123;
}

function isBlockHeader(code: number): boolean {
  return code === 124 || code === 62;
}

// The line behind a block of text: what is in it only looks like values. Its lines are indented deeper than the key it belongs to, or
// than the dash where it has no key.
function endOfBlock(text: string, line: number, lineEnd: number): number {
  let column = line;
  let dash = -1;
  while (text.charCodeAt(column) === 32 || (text.charCodeAt(column) === 45 && text.charCodeAt(column + 1) === 32)) {
    if (text.charCodeAt(column) === 45) dash = column;
    column++;
  }
  const parent = (dash >= 0 && isBlockHeader(text.charCodeAt(column)) ? dash : column) - line;
  let next = lineEnd + 1;
  while (next < text.length) {
    const indent = indentation(text, next);
    const code = text.charCodeAt(next + indent);
    if (code !== 10 && code !== 13 && next + indent < text.length && indent <= parent) return next;
    next = endOfAnyLine(text, next) + 1;
  }
  return next;
}

// A quote, a bracket or the header of a block where a value can begin: after a colon, a dash or the line's indentation.
function opening(text: string, line: number, lineEnd: number): number {
  let valueMayBegin = true;
  for (let at = line; at < lineEnd; at++) {
    const code = text.charCodeAt(at);
    if (code === 32) continue;
    if (code === 35 && (at === line || text.charCodeAt(at - 1) === 32)) return -1;
    if (valueMayBegin && (code === 34 || code === 39)) {
      const end = closingQuote(text, at);
      if (end >= lineEnd) return at;
      at = end;
      valueMayBegin = false;
    } else if (valueMayBegin && (isBracket(code) || isBlockHeader(code))) {
      return at;
    } else if (valueMayBegin && (code === 38 || code === 33)) {
      // An anchor or a tag: the value comes behind it.
      while (at + 1 < lineEnd && text.charCodeAt(at + 1) !== 32) at++;
    } else {
      valueMayBegin = (code === 58 || (code === 45 && valueMayBegin)) && text.charCodeAt(at + 1) === 32;
    }
  }
  return -1;
}

// Whether a further line of a quoted text is indented no deeper than the line it begins on.
function isLessIndented(text: string, line: number, lineEnd: number, end: number): boolean {
  const least = indentation(text, line);
  for (let next = lineEnd + 1; next < end; next = endOfAnyLine(text, next) + 1) {
    const indent = indentation(text, next);
    const code = text.charCodeAt(next + indent);
    if (code !== 10 && code !== 13 && indent <= least) return true;
  }
  return false;
}

function indentation(text: string, line: number): number {
  let at = line;
  while (text.charCodeAt(at) === 32) at++;
  return at - line;
}

// Quotes and comments are stepped over; a quote begins only where a value can, for "don't" is plain text.
function closingBracket(text: string, from: number): number {
  let depth = 0;
  let valueMayBegin = true;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9 || code === 10 || code === 13) continue;
    if (code === 35 && text.charCodeAt(at - 1) <= 32) {
      at = endOfAnyLine(text, at) - 1;
    } else if ((code === 34 || code === 39) && valueMayBegin) {
      at = closingQuote(text, at);
      valueMayBegin = false;
    } else if (isBracket(code)) {
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

function bracketsOnOneLine(text: string, start: number, end: number): string {
  let result = '';
  let copied = start;
  let valueMayBegin = true;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 32) continue;
    if (code === 10 || code === 13 || code === 9) {
      result += `${text.slice(copied, at)} `;
      copied = at + 1;
    } else if (code === 35 && text.charCodeAt(at - 1) <= 32) {
      const stop = endOfAnyLine(text, at);
      result += text.slice(copied, at) + ' '.repeat(stop - at);
      copied = stop;
      at = stop - 1;
    } else if ((code === 34 || code === 39) && valueMayBegin) {
      const quoteEnd = closingQuote(text, at);
      result += text.slice(copied, at) + quoteOnOneLine(text, at, quoteEnd);
      copied = quoteEnd;
      at = quoteEnd;
      valueMayBegin = false;
    } else {
      valueMayBegin = code === 44 || code === 58 || isBracket(code);
    }
  }
  return result + text.slice(copied, end);
}

// The character behind a backslash must stay one that may be escaped: such a line break becomes a space.
function quoteOnOneLine(text: string, start: number, end: number): string {
  return text
    .slice(start, end)
    .replaceAll(/\\(?:\r\n|[\r\n])/g, (found) => '\\ '.padEnd(found.length, ' '))
    .replaceAll(/[\r\n]/g, BREAK_MASK);
}

/** Offset of the quote that closes the one at `from`, or the length of the text. */
function closingQuote(text: string, from: number): number {
  const quote = text.charCodeAt(from);
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92 && quote === 34) {
      at++;
    } else if (code === quote) {
      if (quote === 39 && text.charCodeAt(at + 1) === 39) at++;
      else return at;
    }
  }
  return text.length;
}
