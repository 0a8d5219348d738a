// Small walks over the text between two values. They see white space, comments and indicators only, never the inside of
// a value, and none goes back, so that a file is walked once.

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const HASH = 35;

function isSpace(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB;
}

/** Offset of the next character that is neither white space nor in a comment, or `end`. */
export function skipSpace(text: string, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      at++;
    } else if (code === HASH) {
      while (at < end && text.charCodeAt(at) !== LINE_FEED && text.charCodeAt(at) !== CARRIAGE_RETURN) at++;
    } else {
      break;
    }
  }
  return at;
}

/** Offset after the first `mark` behind `from` when nothing but space, comments and indicators lie between, else -1. */
export function afterMark(text: string, from: number, end: number, mark: number): number {
  let at = from;
  for (;;) {
    at = skipSpace(text, at, end);
    if (at >= end) return -1;
    const code = text.charCodeAt(at);
    if (code === mark) return at + 1;
    // Comma, dash, colon, question mark: what stands between the values of a collection.
    if (code !== 44 && code !== 45 && code !== 58 && code !== 63) return -1;
    at++;
  }
}

/** Offset of the `|` or `>` of a block scalar that begins after `from`; -1 when it is not the next thing there. */
export function blockIndicator(text: string, from: number, end: number): number {
  let at = from;
  for (;;) {
    at = skipSpace(text, at, end);
    if (at >= end) return -1;
    const code = text.charCodeAt(at);
    if (code === 124 || code === 62) return at;
    if (code !== 45 && code !== 58 && code !== 63) return -1;
    at++;
  }
}

/** End of a block scalar: after its last character that is no white space, or after its header when it has none. */
export function blockEnd(text: string, indicator: number, contentEnd: number): number {
  let header = indicator + 1;
  // Bounded by the text: past its end a code is NaN, which is neither below nor above anything.
  while (header < text.length) {
    const code = text.charCodeAt(header);
    if (code !== 43 && code !== 45 && (code < 48 || code > 57)) break;
    header++;
  }
  let content = header;
  while (
    content < contentEnd &&
    text.charCodeAt(content) !== LINE_FEED &&
    text.charCodeAt(content) !== CARRIAGE_RETURN
  ) {
    content++;
  }
  let at = contentEnd;
  while (at > content && isSpace(text.charCodeAt(at - 1))) at--;
  return at > content ? at : header;
}

/** Whether a plain scalar in brackets, which ends here for YAML 1.2, goes on with its colon for go-yaml. */
export function endsInColon(text: string, end: number): boolean {
  if (text.charCodeAt(end) !== 58) return false;
  const next = text.charCodeAt(end + 1);
  return next === 44 || next === 91 || next === 93 || next === 123 || next === 125;
}
