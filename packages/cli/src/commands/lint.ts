import { resolve } from 'node:path';
import { type Config, didYouMean, type LintResult, visibleText } from '@meshvet/core';
import { type Arguments, COMMANDS, type FormatTarget, type GivenFlags, meant, parseFormats } from '../arguments.ts';
import { brokenRule } from '../broken-rule.ts';
import { failureWords, UsageError } from '../errors.ts';
import type { FixWish } from '../fix-files.ts';
import type { Host } from '../host.ts';
import { type LintPathsOptions, lintPaths, type PathsResult } from '../lint-paths.ts';
import { startProgress } from '../progress.ts';
import { reportText } from '../report-text.ts';
import { pathsOf, runOptions } from '../run-options.ts';
import { screenOf } from '../screen.ts';
import { useColor } from '../use-color.ts';
import { TOOL } from '../version.ts';

const STEPS = ['error', 'warning', 'info'] as const;

/** `meshvet lint`: 0 for nothing at or above the threshold, 1 for findings, 2 when the job could not be done. */
export async function lintCommand({ operands, flags, named }: Arguments, host: Host): Promise<number> {
  const formats = parseFormats(flags.all('format'));
  const { config, options, baseline } = await runOptions(flags, host);
  const paths = pathsOf(operands, flags);
  const wish = fixWish(flags, paths);
  const progress = startProgress(host, flags.has('quiet'));
  const all = await lintPaths(paths, { ...options, progress }, host).finally(() => progress.end());
  const told = await withoutKnown(all, baseline, options, flags, host);
  const fix = wish && (await (await import('../seldom.ts')).fixRun(all, told.result, paths, wish, host));
  const run = fix ? await withoutKnown(fix.run, baseline, options, flags, host) : told;
  if (fix?.diff !== undefined) host.print('stdout', fix.diff(useColor(flags, host, 'stdout')));

  const nothingThere = paths.length > 0 && run.missing.length === paths.length && !options.render;
  const written =
    nothingThere ||
    (await report(run, fix?.diff ? formats.filter(({ file }) => file !== undefined) : formats, flags, host));
  if (flags.has('stats') && !nothingThere) {
    const { statsText } = await import('../seldom.ts');
    host.print('stderr', statsText(run, host));
  }
  for (const line of fix?.lines ?? []) host.print('stderr', `meshvet: ${line}\n`);
  const notices = [
    ...(fix?.failures ?? []),
    ...troubles(run, named ? undefined : operands[0], host),
    ...emptiness(all, flags),
  ];
  const { fails, reason } = threshold(run.result, config, flags.has('quiet'));
  for (const line of reason ? [...notices, reason] : notices) host.print('stderr', `meshvet: ${line}\n`);
  if (notices.length > 0 || !written) return 2;
  return fails ? 1 : 0;
}

/** Which fixes are asked for, if any. */
function fixWish(flags: GivenFlags, paths: readonly string[]): FixWish | undefined {
  const dryRun = flags.has('fix-dry-run');
  const suggested = flags.has('fix-suggested');
  if (!flags.has('fix') && !dryRun) {
    if (suggested) throw new UsageError('--fix-suggested goes with --fix or --fix-dry-run');
    return undefined;
  }
  if (flags.has('fix') && dryRun)
    throw new UsageError('--fix and --fix-dry-run ask for different things; give one of them');
  if (!dryRun && paths.includes('-'))
    throw new UsageError('--fix cannot change standard input; --fix-dry-run prints the diff');
  return { dryRun, suggested };
}

async function withoutKnown(
  run: PathsResult,
  baseline: string | undefined,
  { rules = [] }: LintPathsOptions,
  flags: GivenFlags,
  host: Host,
): Promise<PathsResult> {
  const asked = baseline !== undefined || flags.has('changed') || flags.has('staged') || flags.has('since');
  return asked ? (await import('../seldom.ts')).adopted(run, baseline, rules, flags, host) : run;
}

/** Prints the reports; false when a file could not be written. */
async function report(
  run: PathsResult,
  formats: readonly FormatTarget[],
  flags: GivenFlags,
  host: Host,
): Promise<boolean> {
  let written = true;
  for (const { format, file } of formats) {
    const info = {
      tool: TOOL,
      text: run.text,
      color: file === undefined && useColor(flags, host, 'stdout'),
      quiet: flags.has('quiet'),
      ...(format === 'text' && file === undefined ? screenOf(run.result, flags, host) : {}),
    };
    const text = await reportText(format, run, info, host);
    if (file === undefined) {
      host.print('stdout', text);
      continue;
    }
    try {
      host.write(resolve(host.cwd, file), text);
    } catch (error) {
      written = false;
      host.print(
        'stderr',
        `meshvet: cannot write the ${format} report to "${visibleText(file)}": ${failureWords(error)}\n`,
      );
    }
  }
  return written;
}

/** What could not be done, a line each: with one the exit status is 2. `first` is where a command could have been meant. */
function troubles(run: PathsResult, first: string | undefined, host: Host): string[] {
  const { missing, unreadable, result } = run;
  const lines = missing.map((path) => {
    const shown = `"${visibleText(path)}"`;
    if (/[*?[\]{}]/.test(path)) return `no file matches ${shown}`;
    const command = path === first ? didYouMean(path, COMMANDS) : undefined;
    if (command) return `no such file or folder ${shown}, did you mean the command "${command}"?`;
    return `no such file or folder ${shown}${meant(path, neighbours(path, host))}`;
  });
  for (const { shown, reason } of unreadable) lines.push(`cannot read "${visibleText(shown)}": ${reason}`);
  for (const ruleId of new Set(result.failures.map((failure) => failure.ruleId))) {
    lines.push(brokenRule(ruleId));
  }
  return lines;
}

/** Paths that stand beside one that is missing. */
function neighbours(path: string, host: Host): string[] {
  const cut = path.lastIndexOf('/') + 1;
  try {
    return host.list(resolve(host.cwd, path.slice(0, cut) || '.')).map(({ name }) => path.slice(0, cut) + name);
  } catch {
    return []; // The folder is missing too: nothing is near.
  }
}

/** Input without a manifest is probably a wrong path, and must not look like a clean run. */
function emptiness(run: PathsResult, flags: GivenFlags): string[] {
  const { result, missing, unreadable } = run;
  if (result.resources > 0 || result.findings.length > 0 || result.suppressed.length > 0) return [];
  if (missing.length > 0 || unreadable.length > 0 || flags.has('pass-on-no-manifests')) return [];
  const files = result.files.read;
  const where =
    files === 0 ? 'no file to read' : `no Kubernetes manifest in ${files === 1 ? 'the file' : `the ${files} files`}`;
  return [`${where}; with --pass-on-no-manifests that is no error`];
}

/** Whether the findings fail the run, and a line to say so where the report does not show it. */
function threshold(result: LintResult, config: Config, quiet: boolean): { fails: boolean; reason?: string } {
  const total = (severity: (typeof STEPS)[number]): number =>
    result.findings.filter((finding) => finding.severity === severity).length;
  const failOn = config.failOn ?? 'error';
  const counted = failOn === 'never' ? [] : STEPS.slice(0, STEPS.indexOf(failOn) + 1);
  const warnings = total('warning');
  if (counted.some((severity) => total(severity) > 0)) {
    if (!quiet || total('error') > 0) return { fails: true };
    const shown = counted.filter((severity) => total(severity) > 0).map((severity) => `${total(severity)} ${severity}`);
    return { fails: true, reason: `findings that --quiet hides fail the run: ${shown.join(', ')}` };
  }
  if (config.maxWarnings !== undefined && warnings > config.maxWarnings) {
    return { fails: true, reason: `${warnings} warnings, more than the ${config.maxWarnings} allowed` };
  }
  return { fails: false };
}
