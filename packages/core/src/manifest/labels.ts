import type { Field } from '../source/field.ts';

/**
 * Labels, annotations or a selector: a flat mapping of texts, with the field of each. Values are read as they are
 * written, so that `version: 1.10` is "1.10": that it is no string is told once, by a rule of its own.
 */
export class Labels {
  /** The mapping itself; its place stands for the whole. */
  readonly field: Field;
  readonly #addable: ReadonlySet<string> | 'any';
  #values: Map<string, Field> | undefined;

  /** `addable`: keys that something outside the manifest (a Kustomization, a patch) may add or replace. */
  constructor(field: Field, addable: ReadonlySet<string> | 'any' = NOTHING) {
    this.field = field;
    this.#addable = addable;
  }

  /** The value of a key; undefined when it is not written, or is no text, or a later step fills it in. */
  get(key: string): string | undefined {
    return this.#fields().get(key)?.text();
  }

  /** Whether the key is written here. */
  has(key: string): boolean {
    return this.#fields().has(key);
  }

  /** The field of a key; one that does not exist when the key is not written. */
  at(key: string): Field {
    return this.#fields().get(key) ?? this.field.at(key);
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
    return [...this.#fields().keys()];
  }

  /** Keys and fields as written. */
  entries(): [string, Field][] {
    return [...this.#fields()];
  }

  get size(): number {
    return this.#fields().size;
  }

  #fields(): Map<string, Field> {
    this.#values ??= new Map(this.field.entries());
    return this.#values;
  }
}

const NOTHING: ReadonlySet<string> = new Set();
