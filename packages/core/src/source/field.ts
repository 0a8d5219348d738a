import { END, KEY_END, KEY_START, NEXT, START, STRIDE, type YamlDocument } from './document.ts';
import { isPlaceholderFor } from './placeholder.ts';
import { isPlainMapping } from './plain-mapping.ts';
import type { Span } from './position.ts';

type Defined<T> = Exclude<T, undefined | null>;
type ItemOf<T> = Defined<T> extends readonly (infer I)[] ? I : never;
type KeyOf<T> = Defined<T> extends readonly unknown[] ? never : keyof Defined<T> & string;
type ValueAt<T, K> = Defined<T> extends infer D ? (K extends keyof D ? Defined<D[K]> : never) : never;

/**
 * A cursor into a document: a value, and how it was reached. It knows where the value is written, so reporting a field
 * is enough and nobody computes a line. `T` says which keys exist; what is really written is told by `string()`,
 * `number()`, `boolean()`, which answer `undefined` for anything else.
 *
 * A field that is not written is a Field too: `exists` is false, and its place is the nearest thing that is written.
 */
export class Field<T = unknown> {
  // Rules make millions of these: all are declared only, and the constructor sets each of them once.
  declare readonly document: YamlDocument;
  /** The plain value, unchecked. Prefer the readers below. */
  declare readonly value: unknown;
  declare readonly parent: Field | undefined;
  /** Key in the parent's mapping, or index in its list; undefined for the root. */
  declare readonly key: string | number | undefined;
  declare readonly _type: T;
  declare private children: Map<string | number, number> | undefined;

  constructor(document: YamlDocument, value: unknown, parent?: Field, key?: string | number) {
    this.document = document;
    this.value = value;
    this.parent = parent;
    this.key = key;
    this.children = undefined;
  }

  /** Whether the key is written, also with an empty value. */
  get exists(): boolean {
    return this.value !== undefined;
  }

  /** Whether a value is written: a key with nothing, `~` or `null` behind it has none. */
  get hasValue(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** The value behind a key; a field that does not exist when this is no mapping or lacks the key. */
  get<K extends KeyOf<T>>(key: K): Field<ValueAt<T, K>> {
    return this.at(key) as Field<ValueAt<T, K>>;
  }

  /** As `get`, for keys that the type does not list (labels, unknown kinds). */
  at(key: string): Field {
    return new Field(this.document, valueAt(this.value, key), this, key);
  }

  /** The items of a list; nothing for anything else. */
  items(): Field<Defined<ItemOf<T>>>[] {
    return Array.isArray(this.value)
      ? this.value.map((item, i) => new Field<Defined<ItemOf<T>>>(this.document, item, this, i))
      : [];
  }

  /** Keys and values of a mapping, in the order of the object; nothing for anything else. */
  entries(): [string, Field][] {
    const value = this.value;
    return isPlainMapping(value)
      ? Object.keys(value).map((key) => [key, new Field(this.document, value[key], this, key)])
      : [];
  }

  get isMapping(): boolean {
    return isPlainMapping(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  /** The text of a string; undefined for other types, and for text that a later step fills in (`${PORT}`). */
  string(): string | undefined {
    return typeof this.value === 'string' && !isPlaceholderFor(this.#name(), this.value) ? this.value : undefined;
  }

  // Its key; of an item of a list that of the list.
  #name(): string | undefined {
    const key = typeof this.key === 'number' ? this.parent?.key : this.key;
    return typeof key === 'string' ? key : undefined;
  }

  number(): number | undefined {
    return typeof this.value === 'number' ? this.value : undefined;
  }

  boolean(): boolean | undefined {
    return typeof this.value === 'boolean' ? this.value : undefined;
  }

  /**
   * The text of a scalar as its author wrote it: `version: 1.10` is "1.10" here and not 1.1. For label and annotation
   * values, which must be strings: that a value is none is told once by a rule of its own, and nobody else minds.
   * Nothing written is the empty string (the API server reads it so). undefined for lists, mappings and placeholders.
   */
  text(): string | undefined {
    if (typeof this.value === 'string') return this.string();
    if (this.value === null) return '';
    if (typeof this.value !== 'number' && typeof this.value !== 'boolean') return undefined;
    const slot = this.isWritten() ? this.slot() : undefined;
    if (slot === undefined) return String(this.value);
    const { table, source } = this.document;
    const start = table[slot * STRIDE + START] as number;
    return start < 0 ? '' : source.text.slice(start, table[slot * STRIDE + END]);
  }

  /** Whether the value stands in the file as it is. Not what a Kustomization puts in its place, which stands where the field is written. */
  isWritten(): boolean {
    const { written } = this.document;
    return written === undefined || this.value === this.#valueIn(written);
  }

  /** What the file has in the place of the value; undefined where the file has nothing there. */
  writtenValue(): unknown {
    const { written } = this.document;
    return written === undefined ? this.value : this.#valueIn(written);
  }

  #valueIn(root: unknown): unknown {
    if (!this.parent) return root;
    const above = this.parent.#valueIn(root);
    if (typeof this.key === 'number') return Array.isArray(above) ? above[this.key] : undefined;
    return valueAt(above, this.key as string);
  }

  /** The slot in the document's table where this value is written itself; undefined when it is not. */
  slot(): number | undefined {
    if (!this.parent) return 0;
    if (!this.exists) return undefined;
    return this.parent.#childSlot(this.key as string | number);
  }

  // Made at the first question and kept with the parent: a rule may ask for the place of each of 20,000 labels.
  #childSlot(key: string | number): number | undefined {
    if (!this.children) {
      const slot = this.slot();
      this.children = slot === undefined ? new Map() : childSlots(this.document, slot);
    }
    return this.children.get(key);
  }

  /**
   * Where to point: a scalar's own characters; for a mapping or list its key, because its own range runs on to the next
   * sibling; for what is not written the nearest thing that is.
   */
  span(): Span {
    const slot = this.slot();
    if (slot === undefined) return this.#nearest();
    const { table } = this.document;
    const start = table[slot * STRIDE + START] as number;
    const scalar = this.value === null || typeof this.value !== 'object';
    if (scalar && start >= 0) return { start, end: table[slot * STRIDE + END] as number };
    return this.#keySpan(slot);
  }

  /** The place of the key; of the value where there is no key (an item of a list). */
  keySpan(): Span {
    const slot = this.slot();
    return slot === undefined ? this.#nearest() : this.#keySpan(slot);
  }

  /** All that is written for this value, to its last character: what an edit replaces. undefined when nothing is. */
  fullSpan(): Span | undefined {
    const slot = this.slot();
    if (slot === undefined) return undefined;
    const { table } = this.document;
    const start = table[slot * STRIDE + START] as number;
    return start < 0 ? undefined : { start, end: table[slot * STRIDE + END] as number };
  }

  /** JSON pointer (RFC 6901) from the root of the document; the empty text for the root. */
  get pointer(): string {
    if (!this.parent) return '';
    return `${this.parent.pointer}/${String(this.key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }

  #nearest(): Span {
    const parent = this.parent as Field;
    const slot = parent.slot();
    if (slot !== undefined && this.exists) {
      // Brought in by a merge: the `<<` is what the reader can see.
      const merge = parent.#childSlot('<<');
      if (merge !== undefined) return keySpanOf(this.document, merge);
    }
    return parent.span();
  }

  #keySpan(slot: number): Span {
    const { table, start, end, source } = this.document;
    if ((table[slot * STRIDE + KEY_START] as number) >= 0) return keySpanOf(this.document, slot);
    const first = table[slot * STRIDE + START] as number;
    if (!this.parent) return firstLineSpan(source.text, first < 0 ? start : first, end);
    if (first < 0) return this.parent.span();
    const last = table[slot * STRIDE + END] as number;
    // An item of a list that is a mapping: its first key stands for it.
    const child = slot + 1;
    if (child < (table[slot * STRIDE + NEXT] as number) && (table[child * STRIDE + KEY_START] as number) >= 0) {
      return keySpanOf(this.document, child);
    }
    return firstLineSpan(source.text, first, last);
  }
}

/** The value behind a key of a mapping, its own ones only. */
export function valueAt(mapping: unknown, key: string): unknown {
  if (!isPlainMapping(mapping)) return undefined;
  const value = mapping[key];
  // Most keys that are asked for are not there, and what is not there at all is nobody's own.
  return value !== undefined && Object.hasOwn(mapping, key) ? value : undefined;
}

function keySpanOf(document: YamlDocument, slot: number): Span {
  const { table } = document;
  return { start: table[slot * STRIDE + KEY_START] as number, end: table[slot * STRIDE + KEY_END] as number };
}

/** The slots inside a mapping or list by key or index; the last of duplicate keys, as for kubectl. */
function childSlots(document: YamlDocument, parent: number): Map<string | number, number> {
  const { table, keys } = document;
  const slots = new Map<string | number, number>();
  const after = table[parent * STRIDE + NEXT] as number;
  let index = 0;
  for (let slot = parent + 1; slot < after; slot = table[slot * STRIDE + NEXT] as number, index++) {
    slots.set(index, slot);
    const key = keys[slot];
    if (key !== undefined) slots.set(key, slot);
  }
  return slots;
}

function firstLineSpan(text: string, start: number, end: number): Span {
  let stop = start;
  while (stop < end && text.charCodeAt(stop) !== 10 && text.charCodeAt(stop) !== 13) stop++;
  return { start, end: Math.max(stop, Math.min(start + 1, text.length)) };
}
