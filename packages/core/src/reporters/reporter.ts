import type { LintResult, RuleDescription } from '../lint/result.ts';

/** What a reporter is told beside the result. */
export interface ReportInfo {
  readonly tool: {
    readonly name: string;
    readonly version: string;
    /** Where its home page is. */
    readonly url?: string;
  };
  /** The text of a file that was read, for excerpts; undefined when it is not at hand. */
  readonly text?: (path: string) => string | undefined;
  /** Whether to use ANSI colours; reporters for machines ignore it. */
  readonly color?: boolean;
  /** Columns of the terminal, for reporters for people: longer lines are broken at a space. Without it no line is. */
  readonly width?: number;
  /** Whether findings that say the same are told by the first ones and a number (text). */
  readonly fold?: boolean;
  /** Whether to tell which rules have the most findings (text). */
  readonly statistics?: boolean;
  /** Only findings of severity error. */
  readonly quiet?: boolean;
  /** The rules that ran, for formats that describe them. Rules of findings are described by what these say, if need be. */
  readonly rules?: readonly RuleDescription[];
  /**
   * The folder that the paths of the result start in, from the root of the repository, with `/`: hosts of repositories
   * want paths from there. The root itself when left out.
   */
  readonly folder?: string;
  /** Tells runs over one repository apart (an environment, a cluster), for SARIF. */
  readonly category?: string;
  /** Bytes of UTF-8 that the output may take, for formats that can be cut (markdown). */
  readonly maxBytes?: number;
}

/** A pure function of the result: the whole output, with a line break at its end unless there is nothing to say. */
export type Reporter = (result: LintResult, info: ReportInfo) => string;
