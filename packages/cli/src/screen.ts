import type { LintResult, ReportInfo } from '@meshvet/core';
import type { GivenFlags } from './arguments.ts';
import type { Host } from './host.ts';

/** More findings than these bring the table of the rules on a terminal: with fewer everybody sees it. */
const FEW = 10;

/**
 * How the text is laid out on standard output. On a terminal lines are broken to its width, what says the same is folded, and
 * many findings bring the table of the rules. Elsewhere (a pipe, a log of CI) all is told, unless a flag asks for less.
 */
export function screenOf(
  result: LintResult,
  flags: GivenFlags,
  host: Host,
): Pick<ReportInfo, 'fold' | 'statistics' | 'width'> {
  const terminal = host.isTerminal('stdout');
  const width = terminal ? host.columns() : undefined;
  const fold = flags.later('fold', 'no-fold');
  return {
    ...(width === undefined ? {} : { width }),
    fold: fold ? fold === 'fold' : terminal,
    statistics: flags.has('statistics') || (terminal && result.findings.length > FEW && !flags.has('quiet')),
  };
}
