import type { Schema } from './schema.ts';

/**
 * The kinds that the CustomResourceDefinitions of one project define, by release: what `scripts/schemas.ts` derives of its bundles.
 * Schemas of neighbouring releases, versions and channels are nearly the same, and so are the parts of one: each part that occurs
 * more than once stands in `parts` once, and `{"$":7}` in a part or in `kinds` means the eighth of them.
 */
export interface Definitions {
  /** The releases that there are schemas of, newest first. */
  readonly releases: readonly string[];
  /**
   * By `group/kind`, newest release first: release, the API versions that it serves with the part that is their schema (`v1=12 v1beta1=12`),
   * and in the third place what the experimental channel serves, where a project has two channels.
   */
  readonly kinds: Readonly<
    Record<string, readonly (readonly [release: string, served: string, experimental?: string])[]>
  >;
  readonly parts: readonly string[];
}

/** A bundle of definitions of a project: the one that everybody gets, or the one with what is still on trial. */
export type Channel = 'standard' | 'experimental';

/** A kind as some release defines it. */
export interface KnownKind {
  readonly release: string;
  /** The API versions that the release serves. */
  readonly versions: readonly string[];
  /** The schema of an API version; of one that is not served, that of the others where those agree. */
  readonly schema: (version: string) => Schema | undefined;
}

/** The kinds of one project; a schema is made when it is first asked for. */
export class KnownKinds {
  readonly releases: readonly string[];
  readonly #definitions: Definitions;
  readonly #parts = new Map<number, unknown>();
  readonly #chains = new Map<string, readonly KnownKind[]>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
    this.releases = definitions.releases;
  }

  /** All types, `group/kind`. */
  get types(): readonly string[] {
    return Object.keys(this.#definitions.kinds);
  }

  has(type: string): boolean {
    return Object.hasOwn(this.#definitions.kinds, type);
  }

  /** A kind in every release that has it, newest first. */
  all(type: string, channel: Channel = 'standard'): readonly KnownKind[] {
    const key = `${channel} ${type}`;
    let chain = this.#chains.get(key);
    if (!chain) {
      const rows = this.has(type) ? (this.#definitions.kinds[type] ?? []) : [];
      chain = rows.flatMap(([release, standard, experimental]) => {
        const served = channel === 'standard' ? standard : (experimental ?? '');
        return served === '' ? [] : [this.#kind(release, served)];
      });
      this.#chains.set(key, chain);
    }
    return chain;
  }

  of(type: string, release: string, channel: Channel = 'standard'): KnownKind | undefined {
    return this.all(type, channel).find((kind) => kind.release === release);
  }

  #kind(release: string, served: string): KnownKind {
    const parts = new Map(
      served.split(' ').map((one) => {
        const at = one.indexOf('=');
        return [one.slice(0, at), Number(one.slice(at + 1))];
      }),
    );
    const [only, ...others] = new Set(parts.values());
    return {
      release,
      versions: [...parts.keys()],
      schema: (version) => {
        const part = parts.get(version) ?? (others.length === 0 ? only : undefined);
        return part === undefined ? undefined : (this.#part(part) as Schema);
      },
    };
  }

  #part(index: number): unknown {
    if (!this.#parts.has(index)) {
      const text = this.#definitions.parts[index];
      if (text === undefined) throw new Error(`the derived schemas have no part ${index}`);
      this.#parts.set(index, this.#whole(JSON.parse(text)));
    }
    return this.#parts.get(index);
  }

  #whole(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.#whole(item));
    const object = value as Record<string, unknown>;
    if (typeof object.$ === 'number') return this.#part(object.$);
    return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, this.#whole(inner)]));
  }
}
