import { relative, sep } from 'node:path';
import { type FormatName, loadReporter, MAX_SARIF_RESULTS, type ReportInfo } from '@meshvet/core';
import { repositoryOf } from './find-files.ts';
import type { Host } from './host.ts';
import type { PathsResult } from './lint-paths.ts';

/** The report in a format. Formats for other programs are also told the rules, and where the paths start in the repository. */
export async function reportText(format: FormatName, run: PathsResult, info: ReportInfo, host: Host): Promise<string> {
  const reporter = await loadReporter(format);
  if (format === 'text') return reporter(run.result, info);
  const repository = repositoryOf(host, host.cwd);
  const folder = repository === undefined ? '' : relative(repository, host.cwd).replaceAll(sep, '/');
  const shown = run.result.findings.filter(({ severity }) => !info.quiet || severity === 'error').length;
  if (format === 'sarif' && shown > MAX_SARIF_RESULTS) {
    const left = shown - MAX_SARIF_RESULTS;
    host.print('stderr', `meshvet: the SARIF report leaves out ${left} of ${shown} findings, the least grave ones\n`);
  }
  return reporter(run.result, { ...info, rules: run.rules(), folder });
}
