import { STRIDE } from './document.ts';
import { type BuiltDocument, Refusal } from './document-builder.ts';
import { skipSpace } from './scalar-place.ts';
import type { DocumentText } from './split-documents.ts';

// What go-yaml's reader refuses wherever it stands, also in comments; U+FFFE and U+FFFF, and halves of surrogate pairs.
const CONTROL =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const UNUSUAL = /[^\t\n\r -~]/;
const LINE_BREAK = /[\u0085\u2028\u2029]/;
const LEADING_TAB = /(?:^|[\r\n])\t/;

/** What makes a closer look at the documents of a file necessary; most files have none of it. */
export interface Suspicion {
  readonly control: boolean;
  readonly lineBreak: boolean;
  readonly tab: boolean;
  readonly percent: boolean;
}

export function suspicionOf(text: string): Suspicion | undefined {
  // Most files are plain ASCII: one look, and none of the others is needed.
  const plain = !UNUSUAL.test(text);
  const control = !plain && CONTROL.test(text);
  const lineBreak = !plain && LINE_BREAK.test(text);
  const tab = text.includes('\t') && LEADING_TAB.test(text);
  const percent = text.includes('%') && (text.startsWith('%') || text.includes('\n%') || text.includes('\r%'));
  return control || lineBreak || tab || percent ? { control, lineBreak, tab, percent } : undefined;
}

/** What Kubernetes refuses in a text before it is read as YAML: control characters (js-yaml looks at scalars only) and directives. */
export function refusedBefore(document: DocumentText, suspicion: Suspicion): Refusal | undefined {
  const { text, base } = document;
  if (suspicion.control) {
    const at = text.search(CONTROL);
    if (at >= 0) {
      const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
      return new Refusal({ reason: `the control character U+${code}` }, base + at, base + at + 1);
    }
  }
  if (suspicion.percent) {
    // kubectl cuts at `---` first, so that a directive is left without the document it belongs to.
    const at = skipSpace(text, 0, text.length);
    const first = at === 0 || text.charCodeAt(at - 1) === 10 || text.charCodeAt(at - 1) === 13;
    if (text.charCodeAt(at) === 37 && first) {
      let end = at;
      while (end < text.length && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end++;
      const reason = 'a directive (a line that begins with %), which Kubernetes refuses';
      return new Refusal({ reason }, base + at, base + end);
    }
  }
  return undefined;
}

/**
 * What Kubernetes refuses though YAML libraries read it, so that only the places of the values tell: tabs at the start
 * of a line, and line breaks of YAML 1.1 (NEL, U+2028, U+2029), after which go-yaml sees a new line without indentation.
 * Inside quotes both are text, and inside brackets a tab is white space.
 */
export function refusedAfter(document: DocumentText, suspicion: Suspicion, built: BuiltDocument): Refusal | undefined {
  const { text, base } = document;
  if (suspicion.tab) {
    const at = firstOutside(text, base, built, LEADING_TAB, true);
    if (at >= 0) {
      const reason = 'a tab at the start of a line, which Kubernetes refuses';
      const tab = text.charCodeAt(at) === 9 ? at : at + 1;
      return new Refusal({ reason }, base + tab, base + tab + 1);
    }
  }
  if (suspicion.lineBreak) {
    const at = firstOutside(text, base, built, LINE_BREAK, false);
    if (at >= 0) {
      const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
      const reason = `the character U+${code}, which ends a line for Kubernetes`;
      return new Refusal({ reason }, base + at, base + at + 1);
    }
  }
  return undefined;
}

// First match outside of quoted texts (and, on request, of brackets): both lists are in order, so one walk is enough.
function firstOutside(text: string, base: number, built: BuiltDocument, pattern: RegExp, brackets: boolean): number {
  const { table } = built;
  const search = new RegExp(pattern.source, 'g');
  const stops: number[] = [];
  for (let at = 0; at < table.length; at += STRIDE) {
    // Keys and values are in document order: KEY_START, KEY_END, START, END.
    for (const from of [0, 2]) {
      const start = table[at + from] as number;
      if (start < 0) continue;
      const code = text.charCodeAt(start - base);
      const quoted = code === 34 || code === 39;
      const scalar = from === 0 || (table[at + 4] as number) === at / STRIDE + 1;
      const flow = brackets && (code === 123 || code === 91);
      if (flow || (quoted && scalar)) stops.push(start - base, (table[at + from + 1] as number) - base);
    }
  }
  let stop = 0;
  let inside = -1;
  for (let match = search.exec(text); match; match = search.exec(text)) {
    const place = match.index + match[0].length - 1;
    while (stop < stops.length && (stops[stop] as number) <= place) {
      inside = Math.max(inside, stops[stop + 1] as number);
      stop += 2;
    }
    if (place >= inside) return match.index;
  }
  return -1;
}
