import { type Field, valueAt } from '../source/field.ts';
import { isPlaceholder } from '../source/placeholder.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';

/**
 * Labels, annotations or a selector: a flat mapping of texts, with the field of each. Values are read as they are
 * written, so that `version: 1.10` is "1.10": that it is no string is told once, by a rule of its own.
 */
export class Labels {
  /** The mapping itself; its place stands for the whole. */
  readonly field: Field;
  readonly #addable: ReadonlySet<string> | 'any';

  /** `addable`: keys that something outside the manifest (a Kustomization, a patch) may add or replace. */
  constructor(field: Field, addable: ReadonlySet<string> | 'any' = NOTHING) {
    this.field = field;
    this.#addable = addable;
  }

  /** The value of a key; undefined when it is not written, or is no text, or a later step fills it in. */
  get(key: string): string | undefined {
    const value = this.#raw(key);
    if (value === undefined) return undefined;
    // Nearly all values are strings: no field is made for them.
    return typeof value === 'string' ? (isPlaceholder(value) ? undefined : value) : this.at(key).text();
  }

  /** Whether the key is written here. */
  has(key: string): boolean {
    return this.#raw(key) !== undefined;
  }

  /** The field of a key; one that does not exist when the key is not written. */
  at(key: string): Field {
    return this.field.at(key);
  }

  /** Whether a later step or something outside this manifest may give the key another value. */
  mayChange(key: string): boolean {
    // A placeholder, or anything else that is no mapping, stands for labels that nobody has seen.
    if (this.field.hasValue && !this.field.isMapping) return true;
    return this.#addable === 'any' || this.#addable.has(key);
  }

  /** Whether the key is certainly not there. */
  lacks(key: string): boolean {
    return !this.has(key) && !this.mayChange(key);
  }

  keys(): string[] {
    return isPlainMapping(this.field.value) ? Object.keys(this.field.value) : [];
  }

  /** Keys and fields as written. */
  entries(): [string, Field][] {
    return this.field.entries();
  }

  /** Whether some value is not written as a string. */
  get hasOtherThanStrings(): boolean {
    const { value } = this.field;
    if (!isPlainMapping(value)) return false;
    for (const key in value) if (typeof value[key] !== 'string') return true;
    return false;
  }

  get size(): number {
    return this.keys().length;
  }

  #raw(key: string): unknown {
    return valueAt(this.field.value, key);
  }
}

const NOTHING: ReadonlySet<string> = new Set();
