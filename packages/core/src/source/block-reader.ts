import { type BuiltDocument, DocumentBuilder, Refusal, type Scratch } from './document-builder.ts';
import type { ReadLimits } from './read-limits.ts';
import { keyOf, plainScalar, REFUSED, type ScalarValue } from './scalar.ts';
import { blockEnd } from './scalar-place.ts';
import type { DocumentText } from './split-documents.ts';

const TAB = 9;
const LINE_FEED = 10;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const SINGLE_QUOTE = 39;
const PLUS = 43;
const COMMA = 44;
const DASH = 45;
const DOT = 46;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const OPEN_MAPPING = 123;
const LITERAL = 124;
const FOLDED = 62;

/** As in the fast reader: longer keys need the full one. */
const LONGEST_KEY = 1000;

/** As the column that further lines must be indented deeper than: there may be none. */
const ONE_LINE = Number.MAX_SAFE_INTEGER;

// What a character may be, by its code. Only ASCII: a key, or the first character of a text, that is none gives up.
const IN_KEY = 1;
const BEGINS_KEY = 2;
const BEGINS_PLAIN = 4;
const CLASSES = new Uint8Array(128);
for (const code of codesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./')) {
  CLASSES[code] = IN_KEY | BEGINS_KEY | BEGINS_PLAIN;
}
for (const code of codesOf('$()+;=\\^~')) CLASSES[code] = BEGINS_PLAIN;
CLASSES[DASH] = IN_KEY;

function codesOf(characters: string): number[] {
  return Array.from(characters, (character) => character.charCodeAt(0));
}

/** The escapes on which every reader agrees, and what they stand for. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/**
 * Reads the plain block YAML that most manifests are written in, in one pass over the characters, and gives up
 * (undefined) on whatever is not: js-yaml is the definition, and this is three times as fast. It drives the same builder
 * with the same calls as the fast reader, so values, table, keys and notices are the same too.
 *
 * The text must be one that `refusedBefore` has nothing against: characters that YAML forbids are not looked for here.
 */
export function readBlock(document: DocumentText, limits: ReadLimits, scratch: Scratch): BuiltDocument | undefined {
  const { base } = document;
  let { text } = document;
  // A carriage return ends a line as well, also in comments and blocks of text, where nothing looks at each character.
  if (text.includes('\r')) return undefined;
  if (!text.endsWith('\n')) {
    // Whether blanks before the end of the text are a line of a block is a matter of its own.
    if (text.endsWith(' ')) return undefined;
    // Every loop below ends at a line break at the latest. No place is behind the last written character.
    text += '\n';
  }
  try {
    return new BlockReader(text, base, new DocumentBuilder(limits, scratch)).read();
  } catch (error) {
    // Too deep: the fast reader finds that as well, and tells it.
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/**
 * Methods take the offset where something begins, and return the offset behind it, or that of the next line; -1 is to
 * give up. Offsets are those of the text, to which the builder's calls add the base.
 */
class BlockReader {
  readonly #text: string;
  readonly #base: number;
  readonly #builder: DocumentBuilder;
  // The open block collections, innermost last: where their keys or dashes stand, and whether they are lists.
  readonly #columns: number[] = [];
  readonly #lists: boolean[] = [];
  #top = -1;
  /** Whether a key or a dash has no value yet: one may come on the next lines. */
  #pending = false;
  /** Where the last written thing ends, as the fast reader counts it: the end of collections that close now. */
  #lastEnd = 0;
  /** The key that was found last. */
  #key = '';
  /** What the last line breaks inside a text come to. */
  #folded = '';
  /** The text between the quotes of the last quoted text. */
  #unquoted = '';

  constructor(text: string, base: number, builder: DocumentBuilder) {
    this.#text = text;
    this.#base = base;
    this.#builder = builder;
  }

  read(): BuiltDocument | undefined {
    const text = this.#text;
    const length = text.length;
    let at = 0;
    while (at < length) {
      const line = at;
      let code = text.charCodeAt(at);
      while (code === SPACE) code = text.charCodeAt(++at);
      if (code === LINE_FEED) at++;
      else if (code === HASH) at = this.#nextLine(at);
      else at = this.#line(at, at - line);
      if (at < 0) return undefined;
    }
    if (this.#top < 0) return undefined;
    if (this.#pending) this.#nothing();
    while (this.#top >= 0) this.#close();
    return this.#builder.finish();
  }

  #line(at: number, column: number): number {
    const dash = this.#isDash(at);
    if (this.#top < 0) {
      // The document begins. What is no mapping in the first column is no usual manifest.
      return column > 0 || dash ? -1 : this.#mapping(at, column);
    }
    const own = this.#columns[this.#top] as number;
    if (this.#pending) {
      // A list may stand in the column of the key it belongs to.
      if (dash && (column > own || (column === own && !this.#lists[this.#top]))) return this.#list(at, column);
      // Any other text that is alone on its line is no key, and gives up.
      if (column > own && !this.#isBracket(at)) return this.#mapping(at, column);
      this.#pending = false;
      if (column > own) return this.#value(at);
      this.#nothing();
    }
    // The root is in the first column, so that something stays open.
    while ((this.#columns[this.#top] as number) > column) this.#close();
    if (!dash && this.#lists[this.#top] && this.#top > 0) this.#close();
    // A line that is in the column of no open collection continues a text, or is broken.
    if (this.#columns[this.#top] !== column || this.#lists[this.#top] !== dash) return -1;
    if (dash) return this.#item(at, column);
    const keyEnd = this.#findKey(at);
    return keyEnd < 0 ? -1 : this.#entry(at, keyEnd);
  }

  // A list whose first dash is here.
  #list(at: number, column: number): number {
    this.#open(true, at, column);
    return this.#item(at, column);
  }

  // A mapping whose first key is here.
  #mapping(at: number, column: number): number {
    const keyEnd = this.#findKey(at);
    if (keyEnd < 0) return -1;
    this.#open(false, at, column);
    return this.#entry(at, keyEnd);
  }

  #item(dash: number, column: number): number {
    const at = this.#afterMark(dash);
    if (this.#pending) return at;
    if (this.#isDash(at)) return this.#list(at, column + at - dash);
    const keyEnd = this.#findKey(at);
    if (keyEnd < 0) return this.#value(at);
    this.#open(false, at, column + at - dash);
    return this.#entry(at, keyEnd);
  }

  #entry(at: number, keyEnd: number): number {
    this.#builder.key(this.#key, this.#base + at, this.#base + keyEnd);
    const value = this.#afterMark(keyEnd);
    return this.#pending ? value : this.#value(value);
  }

  // What comes after a colon or dash: a value, or nothing on this line, which leaves the value pending.
  #afterMark(mark: number): number {
    const at = this.#skipSpaces(mark + 1);
    const code = this.#text.charCodeAt(at);
    this.#pending = code === LINE_FEED || code === HASH;
    if (!this.#pending) return at;
    this.#lastEnd = mark + 1;
    return this.#nextLine(at);
  }

  #nothing(): void {
    this.#builder.scalar(null, -1, -1);
  }

  #open(list: boolean, at: number, column: number): void {
    this.#builder.open(list, this.#base + at);
    this.#top++;
    this.#columns[this.#top] = column;
    this.#lists[this.#top] = list;
    this.#lastEnd = at;
    this.#pending = false;
  }

  #close(): void {
    this.#builder.close(this.#base + this.#lastEnd);
    this.#top--;
  }

  // Offset of the colon behind a key that begins here, which `#key` then is; -1 when there is none.
  #findKey(from: number): number {
    const text = this.#text;
    let at = from;
    const code = text.charCodeAt(at);
    const quoted = code === DOUBLE_QUOTE || code === SINGLE_QUOTE;
    if (quoted) {
      at = this.#quoted(at, ONE_LINE);
      if (at < 0) return -1;
    } else {
      // A point may begin a key (`.dockerconfigjson`), two are too near to the end of a document.
      if (!isOf(code, BEGINS_KEY) || (code === DOT && text.charCodeAt(at + 1) === DOT)) return -1;
      at = this.#skipSafe(at);
    }
    if (text.charCodeAt(at) !== COLON || at - from > LONGEST_KEY) return -1;
    if (!this.#isBlank(at + 1)) return -1;
    const key = quoted ? this.#unquoted : keyOf(text.slice(from, at), true, undefined);
    // Null and some numbers are no keys for Kubernetes.
    if (key === undefined) return -1;
    this.#key = key;
    return at;
  }

  #value(at: number): number {
    const text = this.#text;
    switch (text.charCodeAt(at)) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE: {
        const end = this.#quoted(at, this.#columns[this.#top] as number);
        if (end < 0) return -1;
        this.#scalar(this.#unquoted, at, end);
        return this.#restOfLine(end);
      }
      case OPEN_LIST:
      case OPEN_MAPPING: {
        const end = this.#flow(at);
        return end < 0 ? -1 : this.#restOfLine(end);
      }
      case LITERAL:
      case FOLDED:
        return this.#block(at);
      default:
        return this.#plain(at);
    }
  }

  #scalar(value: ScalarValue, start: number, end: number): void {
    this.#builder.scalar(value, this.#base + start, this.#base + end);
    this.#lastEnd = end;
  }

  // A plain text, which goes on over all lines that are indented deeper than the collection it stands in.
  #plain(from: number): number {
    const text = this.#text;
    const own = this.#columns[this.#top] as number;
    let at = from;
    let code = text.charCodeAt(at);
    // A dash or colon begins text when something follows (`-1`, `--flag`, `:8080`). All other indicators give up.
    if (code === DASH || code === COLON ? this.#isBlank(at + 1) : !isOf(code, BEGINS_PLAIN)) return -1;
    let earlierLines = '';
    let start = from;
    let end = from;
    for (;;) {
      if (code > COLON || (code > SPACE && code !== COLON)) {
        end = ++at;
      } else if (code === SPACE) {
        if (text.charCodeAt(++at) === HASH) break;
      } else if (code === COLON) {
        // A mapping cannot begin here.
        if (this.#isBlank(at + 1)) return -1;
        end = ++at;
      } else if (code === LINE_FEED) {
        const next = this.#nextWritten(at, own);
        if (next < 0 || text.charCodeAt(next) === HASH) break;
        earlierLines += text.slice(start, end) + this.#folded;
        at = start = end = next;
      } else {
        // A tab, which would be a space at some places and text at others.
        return -1;
      }
      code = text.charCodeAt(at);
    }
    const value = plainScalar(earlierLines + text.slice(start, end));
    if (value === REFUSED) return -1;
    this.#scalar(value, from, end);
    return this.#nextLine(at);
  }

  // Offset behind the closing quote of a text, whose value `#unquoted` then is. Its further lines must be indented
  // deeper than `own`.
  #quoted(from: number, own: number): number {
    const text = this.#text;
    const quote = text.charCodeAt(from);
    let special = false;
    let earlierLines = '';
    let start = from + 1;
    let at = start;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        if (quote === DOUBLE_QUOTE || text.charCodeAt(at + 1) !== SINGLE_QUOTE) break;
        special = true;
        at++;
      } else if (code === BACKSLASH && quote === DOUBLE_QUOTE) {
        special = true;
        if (!ESCAPES.has(text.charAt(++at))) return -1;
      } else if (code === LINE_FEED) {
        const next = this.#nextWritten(at, own);
        if (next < 0) return -1;
        let end = at;
        while (end > start && text.charCodeAt(end - 1) === SPACE) end--;
        // Tabs around the line break are dropped too, which nobody needs.
        if (text.charCodeAt(end - 1) === TAB || text.charCodeAt(next) === TAB) return -1;
        earlierLines += text.slice(start, end) + this.#folded;
        start = next;
        at = next - 1;
      }
    }
    let written = earlierLines + text.slice(start, at);
    if (special) {
      written =
        quote === SINGLE_QUOTE
          ? written.replaceAll("''", "'")
          : written.replaceAll(/\\(.)/g, (_, escaped: string) => ESCAPES.get(escaped) as string);
    }
    this.#unquoted = written;
    return at + 1;
  }

  // The first character that is no space on the lines behind this line break; -1 when it is not indented deeper than
  // `own`. `#folded` then is what the line breaks come to inside a text.
  #nextWritten(lineBreak: number, own: number): number {
    const text = this.#text;
    let at = lineBreak;
    let line = at;
    let breaks = 0;
    for (; text.charCodeAt(at) === LINE_FEED; breaks++) {
      line = at + 1;
      at = this.#skipSpaces(line);
    }
    if (at - line <= own || at === text.length) return -1;
    this.#folded = breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
    return at;
  }

  // A collection in brackets, every plain text of safe characters. The builder bounds its depth.
  #flow(from: number): number {
    const text = this.#text;
    const list = text.charCodeAt(from) === OPEN_LIST;
    // Each closing bracket is two behind the one that opens.
    const closing = text.charCodeAt(from) + 2;
    this.#builder.open(list, this.#base + from);
    let at = this.#flowSpace(from + 1);
    while (text.charCodeAt(at) !== closing) {
      if (!list) at = this.#flowKey(at);
      at = this.#flowValue(at);
      at = this.#flowSpace(at);
      if (at < 0) return -1;
      if (text.charCodeAt(at) === COMMA) at = this.#flowSpace(at + 1);
      else if (text.charCodeAt(at) !== closing) return -1;
    }
    this.#lastEnd = at + 1;
    this.#builder.close(this.#base + this.#lastEnd);
    return this.#lastEnd;
  }

  // All lines in brackets must be indented deeper than the collection around; comments give up.
  #flowSpace(from: number): number {
    if (from < 0) return -1;
    const at = this.#skipSpaces(from);
    const lines = this.#text.charCodeAt(at) === LINE_FEED;
    return lines ? this.#nextWritten(at, this.#columns[this.#top] as number) : at;
  }

  // Returns where the value is. Behind a plain key must be white space: `{a:1}` is one text. JSON does without.
  #flowKey(from: number): number {
    if (from < 0) return -1;
    let at = from;
    if (this.#text.charCodeAt(from) !== DOUBLE_QUOTE) {
      at = this.#findKey(from);
      if (at < 0 || this.#text.charCodeAt(at + 1) !== SPACE) return -1;
    } else {
      at = this.#quoted(from, ONE_LINE);
      if (at < 0 || this.#text.charCodeAt(at) !== COLON || at - from > LONGEST_KEY) return -1;
      this.#key = this.#unquoted;
    }
    this.#builder.key(this.#key, this.#base + from, this.#base + at);
    return this.#skipSpaces(at + 1);
  }

  #flowValue(from: number): number {
    if (from < 0) return -1;
    const text = this.#text;
    const code = text.charCodeAt(from);
    if (this.#isBracket(from)) return this.#flow(from);
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      const end = this.#quoted(from, ONE_LINE);
      if (end >= 0) this.#scalar(this.#unquoted, from, end);
      return end;
    }
    // Neither `-` alone nor anything that is empty.
    if (!isOf(code === DASH ? text.charCodeAt(from + 1) : code, IN_KEY)) return -1;
    const end = this.#skipSafe(from);
    const value = plainScalar(text.slice(from, end));
    if (value === REFUSED) return -1;
    this.#scalar(value, from, end);
    return end;
  }

  // A block of text behind `|` or `>`.
  #block(from: number): number {
    const text = this.#text;
    const folded = text.charCodeAt(from) === FOLDED;
    const chomping = text.charCodeAt(from + 1);
    const keeps = chomping === PLUS;
    const header = keeps || chomping === DASH ? from + 2 : from + 1;
    // Also gives up on a written indentation.
    let line = this.#restOfLine(header);
    if (line < 0) return -1;

    const own = this.#columns[this.#top] as number;
    let indent = -1;
    let widest = 0;
    let value = '';
    // Line breaks since the last line with text.
    let breaks = 0;
    while (line < text.length) {
      let at = line;
      while (text.charCodeAt(at) === SPACE) at++;
      const column = at - line;
      const code = text.charCodeAt(at);
      const blank = code === LINE_FEED && (indent < 0 || column <= indent);
      if (blank) {
        if (column > widest) widest = column;
        breaks++;
        line = at + 1;
        continue;
      }
      if (indent < 0) {
        // Nothing in it; a tab in the indentation; or empty lines wider than the first with text.
        if (column <= own || code === TAB || widest > column) return -1;
        indent = column;
      }
      if (column < indent) break;
      const end = text.indexOf('\n', at);
      if (!folded) {
        value += '\n'.repeat(breaks);
      } else {
        // Lines that are indented more are not folded.
        if (column > indent || code === TAB) return -1;
        value += value === '' ? '\n'.repeat(breaks) : breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
      }
      value += text.slice(line + indent, end);
      breaks = 1;
      line = end + 1;
    }
    if (indent < 0) return -1;
    if (keeps) value += '\n'.repeat(breaks);
    else if (chomping !== DASH) value += '\n';
    this.#scalar(value, from, blockEnd(text, from, line));
    return line;
  }

  // Nothing may come here but a comment, which needs a space before it.
  #restOfLine(from: number): number {
    const at = this.#skipSpaces(from);
    const code = this.#text.charCodeAt(at);
    if (code === LINE_FEED) return at + 1;
    return code === HASH && at > from ? this.#nextLine(at) : -1;
  }

  #nextLine(at: number): number {
    return this.#text.indexOf('\n', at) + 1;
  }

  #skipSpaces(from: number): number {
    let at = from;
    while (this.#text.charCodeAt(at) === SPACE) at++;
    return at;
  }

  #skipSafe(from: number): number {
    let at = from;
    while (isOf(this.#text.charCodeAt(at), IN_KEY)) at++;
    return at;
  }

  #isDash(at: number): boolean {
    return this.#text.charCodeAt(at) === DASH && this.#isBlank(at + 1);
  }

  #isBracket(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code === OPEN_LIST || code === OPEN_MAPPING;
  }

  #isBlank(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code === SPACE || code === LINE_FEED;
  }
}

function isOf(code: number, kind: number): boolean {
  return code < 128 && ((CLASSES[code] as number) & kind) !== 0;
}
