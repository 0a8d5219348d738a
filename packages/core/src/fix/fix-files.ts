import type { LintSetup } from '../lint/lint.ts';
import type { InputFile } from '../source/source-file.ts';
import type { FixOptions, FixResult } from './fix-result.ts';

/**
 * Makes the edits of findings, round by round until none is left. What the edits lead to is read and linted again: values may
 * differ only where an edit stands, each fixed finding has to be gone, and no other may come. Edits for which that does not hold
 * are withdrawn. Pure: it answers with texts and writes no file.
 */
export async function fixFiles(
  files: readonly InputFile[],
  setup: LintSetup,
  options: FixOptions = {},
): Promise<FixResult> {
  // Most runs fix nothing: what does is loaded when it is asked for.
  const { fixInRounds } = await import('./fix-rounds.ts');
  return fixInRounds(files, setup, options);
}
