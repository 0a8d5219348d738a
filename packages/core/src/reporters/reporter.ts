import type { LintResult } from '../lint/result.ts';

/** What a reporter is told beside the result. */
export interface ReportInfo {
  readonly tool: { readonly name: string; readonly version: string };
  /** The text of a file that was read, for excerpts; undefined when it is not at hand. */
  readonly text?: (path: string) => string | undefined;
  /** Whether to use ANSI colours; reporters for machines ignore it. */
  readonly color?: boolean;
  /** Only findings of severity error. */
  readonly quiet?: boolean;
}

/** A pure function of the result: the whole output, with a line break at its end. */
export type Reporter = (result: LintResult, info: ReportInfo) => string;
