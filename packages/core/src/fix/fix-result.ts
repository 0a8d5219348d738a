import type { Finding, LintResult } from '../lint/result.ts';

/** Which edits are made. */
export interface FixOptions {
  /** Also the suggested ones, which are right only if their guess is. */
  readonly suggested?: boolean;
  /** Whether a finding is to be fixed, such as one that is reported; all by default. */
  readonly wanted?: (finding: Finding) => boolean;
  /** Whether a file may be changed; all by default. */
  readonly mayEdit?: (file: string) => boolean;
  /** The findings of the files as they are, where somebody has them already. */
  readonly result?: LintResult;
}

/** A file that the fixes change. */
export interface FixedFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** The findings that were fixed, each with the edits that were made for it. */
  readonly fixed: readonly Finding[];
  readonly edits: number;
}

/** A fix that was not made, and why, in one clause. */
export interface WithdrawnFix {
  readonly finding: Finding;
  readonly reason: string;
}

/** What came of fixing files. */
export interface FixResult {
  /** In the order of their paths. */
  readonly files: readonly FixedFile[];
  /** What there is to say of the files as they are afterwards. */
  readonly result: LintResult;
  readonly withdrawn: readonly WithdrawnFix[];
  readonly rounds: number;
}
