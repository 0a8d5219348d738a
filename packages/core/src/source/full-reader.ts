import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type BuiltDocument, DocumentBuilder, Refusal, Scratch } from './document-builder.ts';
import { doubleQuoted } from './double-quoted.ts';
import type { ReadLimits } from './read-limits.ts';
import { keyOf, keyOfValue, plainScalar, REFUSED, type ScalarValue, taggedScalar } from './scalar.ts';
import { afterMark, blockEnd, endsInColon } from './scalar-place.ts';
import { type DocumentText, endOfAnyLine } from './split-documents.ts';

const ANCHOR = /^[0-9A-Za-z_-]+$/;
const MERGE_TAG = 'tag:yaml.org,2002:merge';
const COLON = 58;
const DASH = 45;

type Node = ParsedNode | Scalar | YAMLMap | YAMLSeq | null | undefined;

/**
 * Reads one document with `yaml`: what the fast reader gave up on. It takes more of YAML, and says where a text is
 * broken and why. Values, table and limits come from the same builder as those of the fast reader.
 */
export function readFull(document: DocumentText, limits: ReadLimits): BuiltDocument | Refusal {
  const { base } = document;
  // A carriage return alone ends a line for go-yaml, not for this library; the offsets stay the same.
  const text = document.text.includes('\r') ? document.text.replaceAll(/\r(?!\n)/g, '\n') : document.text;
  try {
    const parsed = parseDocument(text, {
      schema: 'failsafe',
      resolveKnownTags: false,
      uniqueKeys: false,
      merge: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const tooDeep = offsetBelow(parsed.contents, limits.depth);
    if (tooDeep !== undefined) return new Refusal({ limit: 'depth' }, base + tooDeep, base + tooDeep + 1);
    const error = firstError(parsed);
    if (error?.code === 'RESOURCE_EXHAUSTION') return new Refusal({ limit: 'depth' }, base, base + 1);
    if (error) return syntaxRefusal(error, parsed, text, base);
    return new Walk(text, base, limits).run(parsed.contents);
  } catch (error) {
    if (error instanceof Refusal) return error;
    // The library is recursive: a text that nests deeper than the stack ends here.
    if (error instanceof RangeError) return new Refusal({ limit: 'depth' }, base, base + 1);
    throw error;
  }
}

function firstError(document: Document.Parsed): YAMLError | undefined {
  let first: YAMLError | undefined;
  for (const error of document.errors) if (!first || error.pos[0] < first.pos[0]) first = error;
  return first;
}

// Without recursion: this runs before anything is known of the depth.
function offsetBelow(root: unknown, limit: number): number | undefined {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const node of level) {
      if (isPair(node)) next.push(node.key, node.value);
      if (!isMap(node) && !isSeq(node)) continue;
      if (depth >= limit) return node.range?.[0] ?? 0;
      for (const item of node.items) {
        if (isPair(item)) next.push(item.key, item.value);
        else next.push(item);
      }
    }
    level = next;
  }
  return undefined;
}

class Walk {
  readonly #text: string;
  readonly #base: number;
  readonly #builder: DocumentBuilder;
  #lastEnd = 0;

  constructor(text: string, base: number, limits: ReadLimits) {
    this.#text = text;
    this.#base = base;
    this.#builder = new DocumentBuilder(limits, new Scratch());
  }

  run(root: Node): BuiltDocument {
    this.#value(root, undefined);
    return this.#builder.finish();
  }

  // `mark` is what stands before a value that may be left out: a colon or a dash.
  #value(node: Node, mark: number | undefined): void {
    if (isAlias(node)) this.#alias(node);
    else if (isMap(node)) this.#mapping(node);
    else if (isSeq(node)) this.#list(node);
    else this.#scalar(node as Scalar | null | undefined, mark);
  }

  #alias(node: { source: string; range?: [number, number, number] | null }): void {
    const [start, end] = this.#range(node);
    this.#checkAnchor(node.source, start, end);
    this.#builder.alias(node.source, this.#base + start, this.#base + end);
    this.#lastEnd = end;
  }

  #scalar(node: Scalar | null | undefined, mark: number | undefined): void {
    const { text, start, end, plain } = this.#written(node);
    const value = scalarValue(text, plain, node?.tag);
    if (value === REFUSED) {
      const at = start < 0 ? this.#lastEnd : start;
      const reason =
        node?.tag === undefined
          ? `${text} cannot be written as JSON, which Kubernetes turns YAML into`
          : 'the value does not fit its tag';
      throw new Refusal({ reason }, this.#base + at, this.#base + Math.max(end, at + 1));
    }
    if (node?.anchor) {
      this.#checkAnchor(node.anchor, start, end);
      this.#builder.anchor(node.anchor);
    }
    if (start >= 0) {
      this.#builder.scalar(value, this.#base + start, this.#base + end);
      this.#lastEnd = end;
      return;
    }
    this.#builder.scalar(value, -1, -1);
    const after = mark === undefined ? -1 : afterMark(this.#text, this.#lastEnd, this.#text.length, mark);
    if (after > 0) this.#lastEnd = after;
  }

  #mapping(node: YAMLMap): void {
    const [start, end] = this.#range(node);
    this.#open(node, false, start, end);
    const outerMark = node.flow ? undefined : COLON;
    for (const pair of node.items) {
      this.#key(pair.key as Node, node.flow === true);
      this.#value(pair.value as Node, outerMark);
    }
    if (node.flow && this.#text.charCodeAt(start) === 123) this.#lastEnd = end;
    this.#builder.close(this.#base + this.#lastEnd);
  }

  #list(node: YAMLSeq): void {
    const [start, end] = this.#range(node);
    this.#open(node, true, start, end);
    for (const item of node.items) this.#value(item as Node, node.flow ? undefined : DASH);
    if (node.flow) this.#lastEnd = end;
    this.#builder.close(this.#base + this.#lastEnd);
  }

  #open(node: YAMLMap | YAMLSeq, list: boolean, start: number, end: number): void {
    if (node.anchor) {
      this.#checkAnchor(node.anchor, start, end);
      this.#builder.anchor(node.anchor);
    }
    this.#builder.open(list, this.#base + start);
    this.#lastEnd = node.flow ? start + 1 : start;
  }

  #key(node: Node, flow: boolean): void {
    if (isMap(node) || isSeq(node)) {
      const [start, end] = this.#range(node);
      this.#refuse('a mapping or a list as a key', start, end);
    }
    if (isAlias(node)) {
      const [start, end] = this.#range(node);
      this.#checkAnchor(node.source, start, end);
      const value = this.#builder.aliasValue(node.source, this.#base + start, this.#base + end);
      const key = keyOfValue(value);
      if (key === undefined) this.#refuse('a key that is no text, number or boolean', start, end);
      this.#builder.key(key, this.#base + start, this.#base + end);
      this.#lastEnd = end;
      return;
    }
    const scalar = node as Scalar | null | undefined;
    const { text, start, end, plain } = this.#written(scalar);
    const tag = scalar?.tag;
    const place = start < 0 ? this.#lastEnd : start;
    if (text === '<<' && (tag === MERGE_TAG || (plain && tag === undefined))) {
      this.#builder.mergeKey(this.#base + start, this.#base + end);
      this.#lastEnd = end;
      return;
    }
    if (flow && plain && start >= 0 && endsInColon(this.#text, end)) {
      this.#refuse('a colon without a space behind it, which Kubernetes takes for text', end, end + 1);
    }
    const key = keyOf(text, plain, tag);
    if (key === undefined) this.#refuseKey(text, place, end);
    this.#builder.key(key, this.#base + place, this.#base + Math.max(end, place));
    if (scalar?.anchor) {
      this.#checkAnchor(scalar.anchor, place, end);
      const value = scalarValue(text, plain, tag);
      this.#builder.anchorKey(scalar.anchor, value === REFUSED ? null : value);
    }
    this.#lastEnd = Math.max(end, place);
  }

  #refuseKey(text: string, start: number, end: number): never {
    const value = plainScalar(text);
    const reason =
      value === null
        ? 'a key that is null; quote it to make it text'
        : `${text} cannot be a key; quote it to make it text`;
    this.#refuse(reason, start, end);
  }

  #refuse(reason: string, start: number, end: number): never {
    throw new Refusal({ reason }, this.#base + start, this.#base + Math.max(end, start + 1));
  }

  #checkAnchor(name: string, start: number, end: number): void {
    if (!ANCHOR.test(name)) {
      const at = Math.max(start, 0);
      this.#refuse('the name of an anchor may have letters, digits, "-" and "_" only', at, end);
    }
  }

  #range(node: { range?: [number, number, number] | null | undefined }): [number, number] {
    const range = node.range;
    return range ? [range[0], range[1]] : [this.#lastEnd, this.#lastEnd];
  }

  #written(node: Scalar | null | undefined): { text: string; start: number; end: number; plain: boolean } {
    const range = node?.range;
    if (!node || !range) return { text: '', start: -1, end: -1, plain: true };
    const plain = node.type === 'PLAIN' || node.type === undefined;
    const double = node.type === 'QUOTE_DOUBLE';
    const text = double
      ? doubleQuoted(this.#text.slice(range[0] + 1, range[1] - 1))
      : typeof node.source === 'string'
        ? node.source
        : String(node.value ?? '');
    if (plain && range[0] === range[1]) return { text: '', start: -1, end: -1, plain };
    const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    const end = block ? blockEnd(this.#text, range[0], range[1]) : range[1];
    return { text, start: range[0], end, plain };
  }
}

function scalarValue(text: string, plain: boolean, tag: string | undefined): ScalarValue | typeof REFUSED {
  if (tag !== undefined) return taggedScalar(text, tag);
  return plain ? plainScalar(text) : text;
}

function syntaxRefusal(error: YAMLError, document: Document.Parsed, text: string, base: number): Refusal {
  let [start, end] = error.pos;
  const reason = reasonOf(error, text);
  if (error.code === 'MISSING_CHAR' && error.message.includes('closing')) {
    // The library points at the end of the text; the quote that was opened is what has to be looked at.
    const quote = openQuote(document.contents, start);
    if (quote !== undefined) {
      start = quote;
      end = quote + 1;
    }
  }
  if (error.code === 'BAD_DQ_ESCAPE') end = start + 2;
  if (error.code === 'BLOCK_IN_FLOW') {
    // `{a: "x" b: 1}`: the library sees a mapping behind `a`; the comma is missing behind the quoted text.
    const next = afterQuoted(text, start, end);
    if (next > start) [start, end] = [next, next + 1];
  }
  if (error.code === 'BAD_INDENT' && text.charCodeAt(start) === 32) {
    while (text.charCodeAt(start) === 32) start++;
    end = endOfAnyLine(text, start);
  }
  if (start >= text.length && text.length > 0) {
    // Something is missing at the end: the last thing written is where to look.
    start = text.trimEnd().length;
    if (start > 0) start--;
    end = start + 1;
  }
  const lineEnd = endOfAnyLine(text, start);
  const last = Math.max(Math.min(end, lineEnd), start + 1);
  return new Refusal({ reason }, base + start, base + Math.min(last, text.length));
}

function openQuote(root: unknown, before: number): number | undefined {
  let found: number | undefined;
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined || open.length > 0; node = open.pop()) {
    if (isPair(node)) {
      open.push(node.key, node.value);
    } else if (isMap(node) || isSeq(node)) {
      for (const item of node.items) open.push(item);
    } else if (isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') && node.range) {
      const start = node.range[0];
      if (start <= before && (found === undefined || start > found)) found = start;
    }
  }
  return found;
}

function afterQuoted(text: string, start: number, end: number): number {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return start;
  let at = start + 1;
  while (at < end && text[at] !== quote) at += quote === '"' && text[at] === '\\' ? 2 : 1;
  at++;
  while (at < end && text.charCodeAt(at) === 32) at++;
  return at < end ? at : start;
}

// The library's own messages speak of tokens and nodes; these say what is wrong with the text.
function reasonOf(error: YAMLError, text: string): string {
  const { message } = error;
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'a tab is used for indentation; only spaces may be';
    case 'BAD_INDENT':
      return message.includes('Flow') || message.includes('flow')
        ? 'a bracket is not closed, or its content is not indented'
        : 'the indentation does not fit the lines above';
    case 'MISSING_CHAR':
      return missing(message);
    case 'UNEXPECTED_TOKEN':
      return unexpected(message, text, error.pos[0]);
    case 'BLOCK_AS_IMPLICIT_KEY':
      return message.includes('sequence')
        ? 'a list begins on the line of its key'
        : 'a second ": " on one line; quote the value if it is text';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a key without a colon, or one that goes over several lines';
    case 'BAD_SCALAR_START':
      return `text that begins with ${quoted(text, error.pos[0])} must be quoted`;
    case 'BAD_DQ_ESCAPE':
      return 'an escape that YAML does not know in a double-quoted text';
    case 'BLOCK_IN_FLOW':
      return text.slice(...error.pos).includes('\n') ? 'an indented block inside brackets' : 'a comma is missing';
    case 'KEY_OVER_1024_CHARS':
      return 'a key of more than 1024 characters; its colon may be missing';
    case 'MULTIPLE_ANCHORS':
      return 'two anchors at one value';
    case 'MULTIPLE_TAGS':
      return 'two tags at one value';
    case 'ALIAS_PROPS':
      return 'an alias with an anchor or a tag of its own';
    case 'BAD_ALIAS':
      return 'an anchor or alias without a name';
    case 'BAD_PROP_ORDER':
      return 'an anchor or tag before the indicator it belongs behind';
    case 'TAG_RESOLVE_FAILED':
      return 'a tag that cannot be resolved';
    case 'BAD_DIRECTIVE':
      return 'a directive (a line that begins with %), which Kubernetes refuses';
    default:
      return 'the text is no YAML';
  }
}

function missing(message: string): string {
  if (message.includes('closing')) return 'a quote is not closed';
  if (message.includes('space after :')) return 'a space is missing after the colon';
  if (message.includes('Comments must')) return 'a space is missing before #';
  if (message.includes('Missing , or :')) return 'a comma or a colon is missing';
  if (message.includes('Missing ,')) return 'a comma is missing';
  if (message.includes('followed by map values')) return 'a key without a colon';
  if (message.includes('Sequence item')) return 'a list item without its dash';
  if (message.includes('end with a')) return 'a bracket is not closed';
  if (message.includes('directives')) return 'a directive (a line that begins with %), which Kubernetes refuses';
  if (message.includes('Block scalars'))
    return 'an empty line at the start of a block is indented deeper than its text';
  return 'a character is missing';
}

function unexpected(message: string, text: string, at: number): string {
  if (message.includes('node end')) return 'text after the end of a value';
  if (message.includes('Block scalar header')) return 'text after the | or > that begins a block';
  if (message.includes('empty item') || message.includes('Unexpected ,')) return 'a comma with nothing before it';
  if (message.includes('Source is empty') || at >= text.length) return 'the text ends too early';
  return `${quoted(text, at)} is not expected here`;
}

function quoted(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 32);
  return character.trim() === '' ? 'white space' : `"${character}"`;
}
