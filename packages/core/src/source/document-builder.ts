import { END, KEY_END, KEY_START, NEXT, START, STRIDE } from './document.ts';
import type { Span } from './position.ts';
import type { ReadLimits } from './read-limits.ts';

/** Something noticed in a document that can be read: offsets are those of the file. */
export type Notice =
  | { readonly kind: 'duplicate-key'; readonly span: Span; readonly key: string; readonly first: Span }
  | { readonly kind: 'merge-order'; readonly span: Span; readonly key: string; readonly written: Span };

/** What a reader makes of one document. */
export interface BuiltDocument {
  readonly value: unknown;
  readonly table: Int32Array;
  readonly keys: (string | undefined)[];
  readonly notices: readonly Notice[];
}

/** Why the builder takes no more: what Kubernetes refuses, or a document that takes too much. */
export class Refusal extends Error {
  readonly reason: string | undefined;
  readonly limit: 'aliases' | 'depth' | undefined;
  readonly start: number;
  readonly end: number;

  constructor(cause: { reason?: string; limit?: 'aliases' | 'depth' }, start: number, end: number) {
    super('refused');
    this.reason = cause.reason;
    this.limit = cause.limit;
    this.start = start;
    this.end = end;
  }
}

interface Anchor {
  value: unknown;
  /** Values that an alias of it stands for, itself included. */
  size: number;
  open: boolean;
}

type Mapping = Record<string, unknown>;

const LIST = 0;
const MAPPING = 1;
/** Value of a `<<`. */
const MERGED_MAPPING = 2;
const MERGED_LIST = 3;

/** Steps that a comparison of two merged values may take before it is left undecided. */
const COMPARISON = 1000;

/** Room for the table and keys of a document while it is made: used again for the next one, so that a batch of files makes less garbage. */
export class Scratch {
  table = new Int32Array(1024 * STRIDE);
  readonly keys: (string | undefined)[] = [];
}

/**
 * Makes the plain value and the flat table of one document from what a reader meets, in document order. Both readers
 * drive this one, so keys, anchors, merges and limits are the same whoever reads.
 *
 * Merges are those of go-yaml v2: `<<` is applied where it stands, so its values win over keys written before it.
 */
export class DocumentBuilder {
  #table: Int32Array;
  #slots = 0;
  readonly #scratch: Scratch;
  readonly #keys: (string | undefined)[];
  #notices: Notice[] = [];
  readonly #limits: ReadLimits;

  // The open collections, innermost last.
  readonly #containers: (unknown[] | Mapping)[] = [];
  readonly #kinds: number[] = [];
  readonly #containerSlots: number[] = [];
  readonly #anchorsOpen: (Anchor | undefined)[] = [];
  readonly #sizesBefore: number[] = [];
  // Only in mappings with a duplicate key or a merge: slots of each written key, and keys that a merge has replaced.
  readonly #written: (Map<string, number[]> | undefined)[] = [];
  readonly #replaced: (Set<string> | undefined)[] = [];

  #top = -1;
  #container: unknown[] | Mapping | undefined;
  #root: unknown = null;

  #key: string | undefined;
  #keyStart = -1;
  #keyEnd = -1;
  #merging = false;

  #anchors: Map<string, Anchor> | undefined;
  #anchorName: string | undefined;
  #expanded = 0;

  constructor(limits: ReadLimits, scratch: Scratch) {
    this.#limits = limits;
    this.#scratch = scratch;
    this.#table = scratch.table;
    this.#keys = scratch.keys;
  }

  /** The value that comes next carries this anchor. */
  anchor(name: string): void {
    this.#anchorName = name;
  }

  /** A key that carries an anchor: only its value counts. */
  anchorKey(name: string, value: unknown): void {
    this.#anchors ??= new Map();
    this.#anchors.set(name, { value, size: 1, open: false });
  }

  key(key: string, start: number, end: number): void {
    this.#key = key;
    this.#keyStart = start;
    this.#keyEnd = end;
  }

  mergeKey(start: number, end: number): void {
    this.#key = '<<';
    this.#keyStart = start;
    this.#keyEnd = end;
    this.#merging = true;
  }

  /** A scalar; `start` is -1 when nothing is written. */
  scalar(value: unknown, start: number, end: number): void {
    if (this.#merging) this.#refuseMerge(start, end);
    this.#slot(start, end);
    this.#expanded++;
    if (this.#anchorName !== undefined) {
      this.#anchors ??= new Map();
      this.#anchors.set(this.#anchorName, { value, size: 1, open: false });
      this.#anchorName = undefined;
    }
    this.#add(value);
  }

  alias(name: string, start: number, end: number): void {
    const anchor = this.#resolve(name, start, end);
    this.#expanded += anchor.size;
    if (this.#expanded > this.#limits.expanded) throw new Refusal({ limit: 'aliases' }, start, end);
    const slot = this.#slot(start, end);
    if (!this.#merging) {
      this.#add(anchor.value);
      return;
    }
    this.#merging = false;
    if (!isMapping(anchor.value)) this.#refuseMerge(start, end);
    this.#merge(anchor.value as Mapping, slot);
  }

  /** The value of an alias that stands as a key. */
  aliasValue(name: string, start: number, end: number): unknown {
    return this.#resolve(name, start, end).value;
  }

  open(list: boolean, start: number): void {
    if (this.#top + 1 >= this.#limits.depth) throw new Refusal({ limit: 'depth' }, start, start + 1);
    const slot = this.#slot(start, start);
    const before = this.#expanded++;
    const container: unknown[] | Mapping = list ? [] : {};
    let anchor: Anchor | undefined;
    if (this.#anchorName !== undefined) {
      anchor = { value: container, size: 0, open: true };
      this.#anchors ??= new Map();
      this.#anchors.set(this.#anchorName, anchor);
      this.#anchorName = undefined;
    }
    let kind = list ? LIST : MAPPING;
    if (this.#merging) {
      this.#merging = false;
      this.#key = undefined;
      kind = list ? MERGED_LIST : MERGED_MAPPING;
    } else {
      this.#add(container);
    }
    const top = ++this.#top;
    this.#containers[top] = container;
    this.#kinds[top] = kind;
    this.#containerSlots[top] = slot;
    this.#anchorsOpen[top] = anchor;
    this.#sizesBefore[top] = before;
    this.#written[top] = undefined;
    this.#replaced[top] = undefined;
    this.#container = container;
  }

  close(end: number): void {
    const top = this.#top--;
    const slot = this.#containerSlots[top] as number;
    const at = slot * STRIDE;
    this.#table[at + END] = end;
    this.#table[at + NEXT] = this.#slots;
    const anchor = this.#anchorsOpen[top];
    if (anchor) {
      anchor.size = this.#expanded - (this.#sizesBefore[top] as number);
      anchor.open = false;
    }
    const container = this.#containers[top];
    const kind = this.#kinds[top];
    this.#container = top > 0 ? this.#containers[top - 1] : undefined;
    if (kind === MERGED_MAPPING) {
      this.#merge(container as Mapping, slot);
    } else if (kind === MERGED_LIST) {
      const sources = container as unknown[];
      for (const source of sources) {
        if (!isMapping(source)) this.#refuseMerge(this.#table[at + START] as number, end);
      }
      // The first of the list wins, so it is applied last.
      for (let i = sources.length - 1; i >= 0; i--) this.#merge(sources[i] as Mapping, slot);
    }
  }

  /** Where the first value of the open collection would be; its own start. */
  get openStart(): number {
    return this.#table[(this.#containerSlots[this.#top] as number) * STRIDE + START] as number;
  }

  get slots(): number {
    return this.#slots;
  }

  finish(): BuiltDocument {
    return {
      value: this.#root,
      table: this.#table.slice(0, this.#slots * STRIDE),
      keys: this.#keys.slice(0, this.#slots),
      notices: this.#notices,
    };
  }

  #slot(start: number, end: number): number {
    const slot = this.#slots++;
    let at = slot * STRIDE;
    if (at + STRIDE > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2 + STRIDE);
      larger.set(this.#table);
      this.#table = larger;
      this.#scratch.table = larger;
    }
    const table = this.#table;
    table[at++] = this.#keyStart;
    table[at++] = this.#keyEnd;
    table[at++] = start;
    table[at++] = end;
    table[at] = slot + 1;
    this.#keys[slot] = this.#key;
    this.#keyStart = -1;
    this.#keyEnd = -1;
    return slot;
  }

  #add(value: unknown): void {
    const container = this.#container;
    if (container === undefined) {
      this.#root = value;
      return;
    }
    const key = this.#key;
    if (key === undefined) {
      (container as unknown[]).push(value);
      return;
    }
    this.#key = undefined;
    // The slot of the value was made just before.
    if (this.#written[this.#top] !== undefined || Object.hasOwn(container, key)) this.#again(key, this.#slots - 1);
    set(container as Mapping, key, value);
  }

  // A key in a mapping that has had a merge or a duplicate key, or has one now.
  #again(key: string, slot: number): void {
    const written = this.#writtenKeys(slot);
    const earlier = written.get(key);
    if (!earlier) {
      written.set(key, [slot]);
      return;
    }
    this.#notices.push({
      kind: 'duplicate-key',
      key,
      span: this.#keySpan(slot),
      first: this.#keySpan(earlier[0] as number),
    });
    earlier.push(slot);
    this.#replaced[this.#top]?.delete(key);
  }

  #writtenKeys(before: number): Map<string, number[]> {
    const known = this.#written[this.#top];
    if (known) return known;
    const written = new Map<string, number[]>();
    this.#written[this.#top] = written;
    const parent = this.#containerSlots[this.#top] as number;
    for (let slot = parent + 1; slot < before; slot = this.#table[slot * STRIDE + NEXT] as number) {
      written.set(this.#keys[slot] as string, [slot]);
    }
    return written;
  }

  #merge(source: Mapping, mergeSlot: number): void {
    this.#key = undefined;
    const target = this.#container as Mapping;
    const written = this.#writtenKeys(mergeSlot);
    for (const key of Object.keys(source)) {
      const value = source[key];
      const slots = written.get(key);
      if (slots && !this.#replaced[this.#top]?.has(key)) {
        const same = equal(target[key], value, { left: COMPARISON });
        if (same === false) {
          const slot = slots.at(-1) as number;
          this.#notices.push({
            kind: 'merge-order',
            key,
            span: this.#keySpan(mergeSlot),
            written: this.#keySpan(slot),
          });
        }
        if (same !== true) {
          this.#replaced[this.#top] ??= new Set();
          this.#replaced[this.#top]?.add(key);
          // What is written there is not the value any more, so nobody may find its place under this key.
          for (const slot of slots) this.#keys[slot] = undefined;
        }
      }
      set(target, key, value);
    }
  }

  #resolve(name: string, start: number, end: number): Anchor {
    const anchor = this.#anchors?.get(name);
    if (!anchor) throw new Refusal({ reason: `there is no anchor &${name} before this alias` }, start, end);
    if (anchor.open) throw new Refusal({ reason: `the alias *${name} refers to the value it stands in` }, start, end);
    return anchor;
  }

  #refuseMerge(start: number, end: number): never {
    throw new Refusal(
      { reason: 'the value of << must be a mapping, or a list of mappings' },
      start < 0 ? this.#keyStart : start,
      start < 0 ? this.#keyEnd : end,
    );
  }

  #keySpan(slot: number): Span {
    return {
      start: this.#table[slot * STRIDE + KEY_START] as number,
      end: this.#table[slot * STRIDE + KEY_END] as number,
    };
  }
}

function set(target: Mapping, key: string, value: unknown): void {
  if (key === '__proto__') {
    // A plain assignment would change the prototype and write no key.
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// undefined when the comparison takes too long.
function equal(a: unknown, b: unknown, steps: { left: number }): boolean | undefined {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (--steps.left < 0) return undefined;
  const list = Array.isArray(a);
  if (list !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return false;
    const same = equal((a as Mapping)[key], (b as Mapping)[key], steps);
    if (same !== true) return same;
  }
  return true;
}
