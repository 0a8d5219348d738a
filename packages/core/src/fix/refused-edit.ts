import type { YamlDocument } from '../source/document.ts';
import { Field } from '../source/field.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import type { Span } from '../source/position.ts';
import { type ReadResult, readDocuments } from '../source/read-documents.ts';
import { SourceFile } from '../source/source-file.ts';
import { applyEdits, placesAfter, type TextEdit } from './apply-edits.ts';

/**
 * Why the edits of a file must not be made, in one clause; undefined when they may. The edited text is read again, and its
 * values may differ from those before only where an edit stands: a value that an anchor gives to other places too
 * changes there as well, and is refused by that.
 */
export async function refusedEdit(path: string, text: string, edits: readonly TextEdit[]): Promise<string | undefined> {
  let edited: string;
  try {
    edited = applyEdits(text, edits);
  } catch (error) {
    if (error instanceof RangeError) return 'its edits overlap or lie outside the file';
    throw error;
  }
  if (edited === text) return 'it changes nothing';
  const before = await readDocuments(new SourceFile(path, text));
  const after = await readDocuments(new SourceFile(path, edited));
  if (before.documents.length !== after.documents.length || !sameTrouble(before, after)) {
    return 'the file could not be read as before';
  }
  const comparison = new Comparison(edits);
  for (const [i, document] of before.documents.entries()) {
    const other = after.documents[i] as YamlDocument;
    if (isJson(document) && !isJson(other)) return 'the file would be no JSON any more';
    const stray = comparison.documents(document, other);
    if (stray !== undefined) return `it would change ${stray || 'the whole document'} too`;
  }
  return comparison.changes === 0 ? 'it changes no value' : undefined;
}

/** Whether a text reads as it did: the same kinds of problems, as many of each, and nothing passed over that was not before. */
function sameTrouble(before: ReadResult, after: ReadResult): boolean {
  const told = ({ problems, skipped }: ReadResult) => [...problems.map((p) => p.kind), ...skipped].sort().join();
  return told(before) === told(after);
}

// Readers of .json files take no bare words and no comments, whatever YAML takes.
function isJson({ source, start, end }: YamlDocument): boolean {
  const text = source.text.slice(start, end).trim();
  if (!text.startsWith('{') && !text.startsWith('[')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Pair = readonly [before: Field, after: Field];

/** Holds two texts against each other, value by value. */
class Comparison {
  readonly #edits: readonly TextEdit[];
  readonly #places: readonly Span[];
  /** Pairs of collections that were compared: an alias leads to the same one again. */
  readonly #equal = new Map<unknown, Set<unknown>>();
  changes = 0;

  constructor(edits: readonly TextEdit[]) {
    this.#edits = edits;
    this.#places = placesAfter(edits);
  }

  /** The pointer of a value that changed where no edit stands; undefined when there is none. */
  documents(before: YamlDocument, after: YamlDocument): string | undefined {
    return this.#values([new Field(before, before.value), new Field(after, after.value)]);
  }

  #values([before, after]: Pair): string | undefined {
    const a = before.value;
    const b = after.value;
    if (isPlainMapping(a) && isPlainMapping(b)) return this.#same(a, b, () => this.#mappings(before, after));
    if (Array.isArray(a) && Array.isArray(b)) return this.#same(a, b, () => this.#lists(before, after));
    if (Object.is(a, b)) return undefined;
    return this.#changed(before, after);
  }

  #same(a: object, b: object, compare: () => string | undefined): string | undefined {
    if (this.#equal.get(a)?.has(b)) return undefined;
    const changes = this.changes;
    const stray = compare();
    // Only what is equal all through may be met again: a change has to stand where an edit is, each time.
    if (stray === undefined && this.changes === changes) {
      const known = this.#equal.get(a) ?? new Set();
      this.#equal.set(a, known.add(b));
    }
    return stray;
  }

  #mappings(before: Field, after: Field): string | undefined {
    const come = after.entries().filter(([key]) => !before.at(key).exists);
    for (const [key, old] of before.entries()) {
      const now = after.at(key);
      if (now.exists) {
        const stray = this.#values([old, now]);
        if (stray !== undefined) return stray;
        continue;
      }
      const renamed = come.findIndex(([, field]) => this.#isRenamed(old, field));
      if (renamed >= 0) {
        come.splice(renamed, 1);
        this.changes++;
        continue;
      }
      const stray = this.#gone(old);
      if (stray !== undefined) return stray;
    }
    for (const [, now] of come) {
      const stray = this.#new(now);
      if (stray !== undefined) return stray;
    }
    return undefined;
  }

  /** Whether an edit put another key before the same value. */
  #isRenamed(before: Field, after: Field): boolean {
    if (before.slot() === undefined || after.slot() === undefined) return false;
    const edited = isCovered(before.keySpan(), this.#edits) && isCovered(after.keySpan(), this.#places);
    return edited && this.#areEqual(before.value, after.value);
  }

  // Of a list that grew or shrank what is equal at both ends stays out; between, items came in or went.
  #lists(before: Field, after: Field): string | undefined {
    const old = before.items() as Field[];
    const now = after.items() as Field[];
    const most = Math.min(old.length, now.length);
    const grew = old.length !== now.length;
    let head = 0;
    while (grew && head < most && this.#areEqual(old[head]?.value, now[head]?.value)) head++;
    let tail = 0;
    while (grew && tail < most - head && this.#areEqual(old.at(-1 - tail)?.value, now.at(-1 - tail)?.value)) tail++;
    const gone = old.slice(head, old.length - tail);
    const come = now.slice(head, now.length - tail);
    if (grew && gone.length > 0 && come.length > 0) return before.pointer;
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      const [a, b] = [gone[i], come[i]];
      const stray = a && b ? this.#values([a, b]) : a ? this.#gone(a) : b ? this.#new(b) : undefined;
      if (stray !== undefined) return stray;
    }
    return undefined;
  }

  #areEqual(a: unknown, b: unknown): boolean {
    if (Object.is(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (this.#equal.get(a)?.has(b)) return true;
    const keys = Object.keys(a);
    if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
    const at = (value: object, key: string) => (value as Readonly<Record<string, unknown>>)[key];
    if (!keys.every((key) => Object.hasOwn(b, key) && this.#areEqual(at(a, key), at(b, key)))) return false;
    this.#equal.set(a, (this.#equal.get(a) ?? new Set()).add(b));
    return true;
  }

  // Of a scalar a part may be written anew, such as its quotes; a mapping or list as a whole.
  #changed(before: Field, after: Field): string | undefined {
    this.changes++;
    const old = before.fullSpan();
    const now = after.fullSpan();
    if (!old || !now) return before.pointer;
    const edited = isCollection(before) ? isCovered(old, this.#edits) : isTouched(old, this.#edits);
    const written = isCollection(after) ? isCovered(now, this.#places) : isTouched(now, this.#places);
    return edited && written ? undefined : before.pointer;
  }

  #gone(field: Field): string | undefined {
    this.changes++;
    const extent = extentOf(field);
    return extent && isCovered(extent, this.#edits) ? undefined : field.pointer;
  }

  #new(field: Field): string | undefined {
    this.changes++;
    const extent = extentOf(field);
    return extent && isCovered(extent, this.#places) ? undefined : field.pointer;
  }
}

function isCollection({ value }: Field): boolean {
  return typeof value === 'object' && value !== null;
}

function isCovered(extent: Span, by: readonly Span[]): boolean {
  return by.some(({ start, end }) => start <= extent.start && end >= extent.end);
}

function isTouched(extent: Span, by: readonly Span[]): boolean {
  return by.some(({ start, end }) => start < extent.end && end > extent.start);
}

/** From the first character of the key to the last of the value; undefined for what is not written here. */
function extentOf(field: Field): Span | undefined {
  if (field.slot() === undefined) return undefined;
  const key = field.keySpan();
  const value = field.fullSpan();
  if (!value) return key;
  return typeof field.key === 'string'
    ? { start: Math.min(key.start, value.start), end: Math.max(key.end, value.end) }
    : value;
}
