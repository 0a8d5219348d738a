import type { Config } from '../config/config.ts';
import type { Rule } from '../rule/define-rule.ts';
import type { InputFile } from '../source/source-file.ts';
import type { LintResult } from './result.ts';

/** What a run needs beside the files. */
export interface LintSetup {
  readonly rules: readonly Rule[];
  readonly config?: Config;
  /** Files of other clusters of the same mesh, by cluster name. Context: only multi-cluster rules report on them. */
  readonly clusters?: Readonly<Record<string, readonly InputFile[]>>;
  /** MeshConfig as YAML: what stands under key `mesh` of ConfigMap `istio`. */
  readonly meshConfig?: InputFile;
  readonly meshNetworks?: InputFile;
  /** Milliseconds from some fixed moment; with it the result carries timings. */
  readonly clock?: () => number;
}

export declare function lint(files: Iterable<InputFile>, setup: LintSetup): Promise<LintResult>;
