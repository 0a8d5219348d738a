/** Limits that keep a hostile file from taking the machine. */
export interface ReadLimits {
  /** Nesting of lists and mappings. */
  readonly depth: number;
  /** Values that a document may have once its aliases and merges are counted out. */
  readonly expanded: number;
}

/** No manifest of a person comes near them. */
export const DEFAULT_LIMITS: ReadLimits = { depth: 100, expanded: 2_000_000 };
