import type { Finding, LintResult } from '../lint/result.ts';
import type { ReportInfo } from './reporter.ts';

/** The findings that a report is to show: all, or only errors. */
export function shownFindings(result: LintResult, info: ReportInfo): readonly Finding[] {
  return info.quiet ? result.findings.filter((finding) => finding.severity === 'error') : result.findings;
}
