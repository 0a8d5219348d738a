import type { Finding, LintResult, Location } from './result.ts';

/** First and last line of a stretch that changed, from 1, both included. */
export type ChangedLines = readonly [from: number, to: number];

/** What changed, by path as findings have it: lines of the file as it is now, or all of it. Other files did not change. */
export type Change = ReadonlyMap<string, 'all' | readonly ChangedLines[]>;

/**
 * The result with only what touches a change: a finding stays when one of its places does, the related ones too. One that
 * belongs to no resource (a file that is no YAML) speaks of its file, and stays when anything in that changed.
 */
export function onlyChanged(result: LintResult, change: Change): LintResult {
  const stays = (finding: Finding): boolean =>
    (finding.resource === null && change.has(finding.location.file)) ||
    touches(finding.location, change) ||
    finding.related.some(({ location }) => touches(location, change));
  const findings = result.findings.filter(stays);
  return {
    ...result,
    findings,
    suppressed: result.suppressed.filter(stays),
    unusedSuppressions: result.unusedSuppressions.filter(({ location }) => touches(location, change)),
    unchanged: (result.unchanged ?? 0) + result.findings.length - findings.length,
  };
}

function touches({ file, start, end }: Location, change: Change): boolean {
  const lines = change.get(file);
  if (lines === undefined || lines === 'all') return lines === 'all';
  // A place that ends before the first character of a line has nothing of that line.
  const last = end.column === 1 && end.line > start.line ? end.line - 1 : end.line;
  return lines.some(([from, to]) => start.line <= to && last >= from);
}
