import type { Span } from './position.ts';

/** One document of a stream, cut out. */
export interface DocumentText {
  /** The text of the document alone. */
  readonly text: string;
  /** Offset of `text` in the file. */
  readonly base: number;
  /** What stands behind `---` on its line and is no comment: kubectl refuses the file for it. */
  readonly separatorText: Span | undefined;
  /** Where text begins that stands after a line `...`, and that kubectl drops. */
  readonly afterEnd: Span | undefined;
}

const BYTE_ORDER_MARK = 0xfeff;
const SEPARATOR = '---';
/** Where the first document ends for go-yaml, which reads only one of what kubectl cuts out. */
const DOCUMENT_END = /(?:^|[\r\n])(?:\.\.\.|---)(?=[ \t\r\n]|$)/;

/**
 * Cuts a stream as kubectl does, before any YAML is read: at lines that begin with `---`. Documents that hold nothing
 * but comments and white space are left out, as Kubernetes does.
 */
export function splitDocuments(text: string): DocumentText[] {
  const documents: DocumentText[] = [];
  let start = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
  let separatorText: Span | undefined;
  for (;;) {
    if (text.startsWith(SEPARATOR, start)) {
      const lineEnd = endOfLine(text, start);
      separatorText = textAfterSeparator(text, start + SEPARATOR.length, lineEnd);
      start = Math.min(lineEnd + 1, text.length);
      if (text.charCodeAt(start) === BYTE_ORDER_MARK) start++;
      if (text.startsWith(SEPARATOR, start) && separatorText === undefined) continue;
    }
    const next = text.indexOf(`\n${SEPARATOR}`, start > 0 ? start - 1 : 0);
    const end = next < 0 ? text.length : Math.max(next + 1, start);
    const document = documentOf(text, start, end, separatorText);
    if (document) documents.push(document);
    if (next < 0) return documents;
    separatorText = undefined;
    start = end;
  }
}

function documentOf(
  text: string,
  from: number,
  end: number,
  separatorText: Span | undefined,
): DocumentText | undefined {
  const content = skipBlank(text, from, end);
  if (separatorText === undefined && content >= end) return undefined;
  // go-yaml steps over a byte order mark at the start of any line; files that were joined have them.
  const start = afterByteOrderMark(text, from, content);
  const whole = start === 0 && end === text.length ? text : text.slice(start, end);
  const marker = documentEnd(whole);
  if (marker < 0) return { text: whole, base: start, separatorText, afterEnd: undefined };
  const dropped = droppedText(whole, marker + 3, start);
  const own = whole.slice(0, marker);
  if (separatorText === undefined && dropped === undefined && isBlank(own, 0, own.length)) return undefined;
  return { text: own, base: start, separatorText, afterEnd: dropped };
}

function afterByteOrderMark(text: string, from: number, content: number): number {
  for (let at = content - 1; at >= from; at--) {
    if (text.charCodeAt(at) !== BYTE_ORDER_MARK) continue;
    const before = text.charCodeAt(at - 1);
    if (at === from || before === 10 || before === 13) return at + 1;
  }
  return from;
}

// kubectl takes only a comment there.
function textAfterSeparator(text: string, from: number, lineEnd: number): Span | undefined {
  let start = from;
  let end = lineEnd;
  while (start < end && text.charCodeAt(start) <= 32) start++;
  while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  return start === end || text.charCodeAt(start) === 35 ? undefined : { start, end };
}

function documentEnd(text: string): number {
  // Most documents have neither: plain searches are much faster than the expression.
  const dots = text.startsWith('...') || text.includes('\n...');
  if (!dots && !text.includes('\r...') && !text.includes('\r---')) return -1;
  const match = DOCUMENT_END.exec(text);
  return match ? match.index + match[0].length - 3 : -1;
}

function droppedText(text: string, from: number, base: number): Span | undefined {
  let start = endOfAnyLine(text, from);
  for (;;) {
    start = skipBlank(text, start, text.length);
    if (start >= text.length) return undefined;
    const marker = text.startsWith('...', start) || text.startsWith(SEPARATOR, start);
    if (!marker || text.charCodeAt(start + 3) > 32) break;
    start += 3;
  }
  return { start: base + start, end: base + endOfAnyLine(text, start) };
}

/** Whether a part of a text holds nothing but comments and white space. */
export function isBlank(text: string, start: number, end: number): boolean {
  return skipBlank(text, start, end) >= end;
}

function skipBlank(text: string, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === 35) {
      at = endOfAnyLine(text, at);
    } else if (code === 32 || code === 10 || code === 13 || code === 9 || code === BYTE_ORDER_MARK) {
      at++;
    } else {
      break;
    }
  }
  return Math.min(at, end);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Where the line ends that `from` is in; a carriage return alone ends a line in YAML too. */
export function endOfAnyLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at++;
  return at;
}

/**
 * Cuts JSON values that stand one after the other, which kubectl reads as so many documents; undefined when the text is
 * anything else. Only brackets and strings are looked at.
 */
export function splitJson(document: DocumentText): DocumentText[] | undefined {
  const { text, base } = document;
  const parts: DocumentText[] = [];
  let at = skipJsonSpace(text, 0);
  while (at < text.length) {
    if (text.charCodeAt(at) !== 123) return undefined;
    const end = endOfJsonValue(text, at);
    if (end < 0) return undefined;
    parts.push({ text: text.slice(at, end), base: base + at, separatorText: undefined, afterEnd: undefined });
    at = skipJsonSpace(text, end);
  }
  return parts.length > 1 ? parts : undefined;
}

function skipJsonSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

function endOfJsonValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      for (at++; at < text.length && text.charCodeAt(at) !== 34; at++) if (text.charCodeAt(at) === 92) at++;
    } else if (code === 123 || code === 91) {
      depth++;
    } else if ((code === 125 || code === 93) && --depth === 0) {
      return at + 1;
    }
  }
  return -1;
}
