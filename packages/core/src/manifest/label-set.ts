/**
 * Labels to be matched: those of a manifest (`Labels`), or those that a pod or namespace will have once something is added. Each key is
 * there with a value, there with a value that is not known, absent, or, where `mayChange` says so, not settled at all.
 */
export interface LabelSet {
  has(key: string): boolean;
  /** undefined when the key is absent or its value is not known. */
  get(key: string): string | undefined;
  /** Whether something outside the manifest may give the key another value, or take it away. */
  mayChange(key: string): boolean;
}

/** Labels of which nothing is known. */
export const UNKNOWN_LABELS: LabelSet = { has: () => false, get: () => undefined, mayChange: () => true };

/** A plain mapping as labels; nothing else can come to it. */
export function labelsOf(plain: Readonly<Record<string, string>>): LabelSet {
  const map = new Map(Object.entries(plain));
  return { has: (key) => map.has(key), get: (key) => map.get(key), mayChange: () => false };
}

/** Labels with one key set to a value, or taken away (`undefined`). */
export function withLabel(labels: LabelSet, key: string, value: string | undefined): LabelSet {
  return {
    has: (other) => (other === key ? value !== undefined : labels.has(other)),
    get: (other) => (other === key ? value : labels.get(other)),
    mayChange: (other) => other !== key && labels.mayChange(other),
  };
}

/** Labels that also have some keys with values that nobody can know beforehand, unless the manifest writes them. */
export function withUnknownValues(labels: LabelSet, keys: ReadonlySet<string>): LabelSet {
  return {
    has: (key) => labels.has(key) || keys.has(key),
    get: (key) => labels.get(key),
    mayChange: (key) => labels.mayChange(key),
  };
}
