import type { SourceFile } from './source-file.ts';

/**
 * One YAML (or JSON) document as plain JavaScript, and beside it one flat table that says where each value is written.
 *
 * A *slot* is the index of a value in document order; slot 0 is the root. The table has `STRIDE` numbers a slot. No
 * node of a YAML library lives past the reader: this is a quarter of the memory.
 */
export interface YamlDocument {
  readonly source: SourceFile;
  /** Which document of the file it is, from 0. */
  readonly index: number;
  /** Offsets of the document in the file, without its `---` line. */
  readonly start: number;
  readonly end: number;
  /** As Kubernetes reads it: the last of duplicate keys wins, `yes` is true, `0755` is 493. */
  readonly value: unknown;
  /** What is written, where the values of some fields are others: what kustomize makes of an object. */
  readonly written?: unknown;
  /** `KEY_START, KEY_END, START, END, NEXT` for each slot; -1 where there is nothing (no key, nothing written). */
  readonly table: Int32Array;
  /**
   * The key of each slot as Kubernetes reads it, by slot; undefined for items of lists and for the root. `<<` for a merge.
   * Undefined too for a key whose written value a later `<<` replaces: what is written there is not its value any more.
   */
  readonly keys: readonly (string | undefined)[];
}

/** Numbers a slot in `YamlDocument.table`. */
export const STRIDE = 5;
/** Offset of the first character of the key; quotes belong to the key. */
export const KEY_START = 0;
export const KEY_END = 1;
/** Offset of the first character of the value; quotes belong to the value. -1 when nothing is written. */
export const START = 2;
export const END = 3;
/** Slot after the last one inside this value: where its next sibling is, if it has one. */
export const NEXT = 4;
