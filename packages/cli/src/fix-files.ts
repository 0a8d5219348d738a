import { dirname, resolve } from 'node:path';
import {
  type Finding,
  type FixResult,
  fixFiles,
  type LintResult,
  lint,
  painter,
  unifiedDiff,
  visibleText,
} from '@meshvet/core';
import { failureWords } from './errors.ts';
import { ChangedFileError, type Host } from './host.ts';
import type { PathsResult } from './lint-paths.ts';
import { isInside } from './path-text.ts';

/** Which fixes are asked for. */
export interface FixWish {
  /** Print what would change, and change nothing. */
  readonly dryRun: boolean;
  readonly suggested: boolean;
}

/** What came of them. */
export interface FixRun {
  /** The run over the files as they are afterwards, or would be. */
  readonly run: PathsResult;
  /** For a dry run: what would change, for a terminal or for `patch`. */
  readonly diff: ((color: boolean) => string) | undefined;
  /** What was done and what was not, a line each. */
  readonly lines: readonly string[];
  /** What should have been done and could not be, a line each. */
  readonly failures: readonly string[];
}

/** The most lines about fixes that were not made. */
const MOST_LINES = 20;

/** Makes the fixes of the findings that are reported, in the files behind the paths. */
export async function fixRun(
  run: PathsResult,
  reported: LintResult,
  paths: readonly string[],
  { dryRun, suggested }: FixWish,
  host: Host,
): Promise<FixRun> {
  const { files, setup } = run.input;
  const fence = new Fence(run, paths, host);
  const filtered = reported.findings.length !== run.result.findings.length;
  const told = new Set(reported.findings.map((finding) => finding.fingerprint));
  const fixed = await fixFiles(files, setup, {
    suggested,
    result: run.result,
    wanted: (finding) => !filtered || told.has(finding.fingerprint),
    mayEdit: (file) => fence.reason(file) === undefined,
  });
  const written = dryRun ? { done: fixed.files, failures: [] } : write(fixed, run, host);
  const texts = new Map(written.done.map(({ path, after }) => [path, after]));
  const result =
    written.done.length === fixed.files.length
      ? fixed.result
      : await lint(
          files.map((file) => withText(file, texts.get(file.path))),
          setup,
        );
  // The timings of a run are those of its first look.
  const { timings } = run.result;
  return {
    run: {
      ...run,
      result: timings ? { ...result, timings } : result,
      text: (path) => texts.get(path) ?? run.text(path),
    },
    diff: dryRun ? (color) => diffText(fixed, color, host) : undefined,
    lines: [summary(written.done, dryRun), ...fence.lines(), ...withdrawnLines(fixed)],
    failures: written.failures,
  };
}

/** The text for a terminal shows what is hidden in it; that for a file or a pipe is to the byte what `patch` needs. */
function diffText({ files }: FixResult, color: boolean, host: Host): string {
  const diff = files.map(({ path, before, after }) => unifiedDiff(path, before, after)).join('');
  if (!host.isTerminal('stdout')) return diff;
  const paint = painter(color);
  const lines = diff.split('\n').map((line) => {
    const shown = visibleText(line.replace(/\r$/, ''));
    if (line.startsWith('@@')) return paint('cyan', shown);
    if (line.startsWith('--- ') || line.startsWith('+++ ')) return paint('bold', shown);
    return line.startsWith('+') ? paint('green', shown) : line.startsWith('-') ? paint('red', shown) : shown;
  });
  return lines.join('\n');
}

function withText<F extends { readonly text: string; readonly size?: number }>(
  file: F,
  text: string | undefined,
): Omit<F, 'size'> {
  if (text === undefined || text === file.text) return file;
  const { size: _, ...rest } = file;
  return { ...rest, text };
}

function write(
  fixed: FixResult,
  run: PathsResult,
  host: Host,
): { readonly done: FixResult['files']; readonly failures: readonly string[] } {
  const failures: string[] = [];
  const done = fixed.files.filter(({ path, before, after }) => {
    try {
      host.replace(run.input.paths.get(path) as string, after, before);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined && !(error instanceof ChangedFileError)) throw error;
      failures.push(`cannot fix "${visibleText(path)}": ${failureWords(error)}; it stays as it is`);
      return false;
    }
  });
  return { done, failures };
}

function summary(files: FixResult['files'], dryRun: boolean): string {
  const findings = files.reduce((sum, file) => sum + file.fixed.length, 0);
  const edits = files.reduce((sum, file) => sum + file.edits, 0);
  if (findings === 0) return dryRun ? 'nothing would be fixed' : 'nothing was fixed';
  const what = `${counted(findings, 'finding')} in ${counted(files.length, 'file')} with ${counted(edits, 'edit')}`;
  return dryRun ? `--fix would fix ${what}` : `fixed ${what}`;
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function withdrawnLines({ withdrawn }: FixResult): string[] {
  const lines = withdrawn
    .slice(0, MOST_LINES)
    .map(({ finding, reason }) => `not fixed: ${visibleText(placeOf(finding))}: ${visibleText(reason)}`);
  const more = withdrawn.length - lines.length;
  return more > 0 ? [...lines, `not fixed: ${more} more`] : lines;
}

function placeOf({ location, ruleId }: Finding): string {
  return `${location.file}:${location.start.line}:${location.start.column} ${ruleId}`;
}

/** Which files may be changed: those that were asked for, and that their owner has not locked. */
class Fence {
  readonly #run: PathsResult;
  readonly #roots: readonly string[];
  readonly #host: Host;
  readonly #reasons = new Map<string, string | undefined>();

  constructor(run: PathsResult, paths: readonly string[], host: Host) {
    this.#run = run;
    this.#host = host;
    this.#roots = paths.filter((path) => path !== '-').flatMap((path) => rootOf(path, host) ?? []);
  }

  /** Why a file is left alone; undefined when it may be changed. */
  reason(file: string): string | undefined {
    if (!this.#reasons.has(file)) this.#reasons.set(file, this.#judge(file));
    return this.#reasons.get(file);
  }

  lines(): string[] {
    const told = [...this.#reasons].flatMap(([file, reason]) =>
      reason === undefined ? [] : `left alone "${visibleText(file)}": ${reason}`,
    );
    const more = told.length - MOST_LINES;
    return more > 0 ? [...told.slice(0, MOST_LINES), `left alone: ${more} more files`] : told;
  }

  #judge(file: string): string | undefined {
    const { paths } = this.#run.input;
    if (!paths.has(file)) return 'it was rendered; what it is made from is to be changed';
    const path = paths.get(file);
    // Standard input: there is a diff of it and nothing to write.
    if (path === undefined) return undefined;
    if (typeof path !== 'string') return 'its name is no UTF-8';
    try {
      if (this.#host.kind(path) !== 'file') return 'it is no regular file';
      const real = this.#host.realPath(path);
      if (!this.#roots.some((root) => isInside(real, root))) return 'it leads outside the paths that were given';
      return this.#host.keepOff(path);
    } catch (error) {
      return failureWords(error);
    }
  }
}

/** A path without links; of a glob the folder above its first wildcard. */
function rootOf(path: string, host: Host): string | undefined {
  let full = resolve(host.cwd, path);
  if (host.kind(full) === undefined) {
    const wild = path.search(/[*?[\]{}]/);
    if (wild < 0) return undefined;
    full = resolve(host.cwd, dirname(`${path.slice(0, wild)}_`));
    if (host.kind(full) === undefined) return undefined;
  }
  return host.realPath(full);
}
