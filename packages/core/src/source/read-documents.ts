import type { YamlDocument } from './document.ts';
import type { Problem, SkipReason } from './problem.ts';
import type { SourceFile } from './source-file.ts';

/** Limits that keep a hostile file from taking the machine. */
export interface ReadLimits {
  /** Nesting of lists and mappings. */
  readonly depth: number;
  /** Values that a document may have once its aliases and merges are counted out. */
  readonly expanded: number;
}

export const DEFAULT_LIMITS: ReadLimits = { depth: 100, expanded: 2_000_000 };

/** What became of a file. */
export interface ReadResult {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
  /** Why the file, or some of its documents, was passed over. */
  readonly skipped: readonly SkipReason[];
}

export declare function readDocuments(source: SourceFile, limits?: ReadLimits): Promise<ReadResult>;
