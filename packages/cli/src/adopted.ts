import { onlyChanged, type RuleHead, withBaseline } from '@meshvet/core';
import type { GivenFlags } from './arguments.ts';
import { baselinePath, loadBaseline } from './baseline-file.ts';
import { changedLines, type Since } from './changed-lines.ts';
import { UsageError } from './errors.ts';
import { STDIN } from './find-files.ts';
import type { Host } from './host.ts';
import type { PathsResult } from './lint-paths.ts';

/** The run without the findings that a baseline knows, and without those that touch no change, as far as that was asked for. */
export async function adopted(
  run: PathsResult,
  baseline: string | undefined,
  rules: readonly RuleHead[],
  flags: GivenFlags,
  host: Host,
): Promise<PathsResult> {
  const since = sinceOf(flags);
  let { result } = run;
  if (baseline !== undefined)
    result = withBaseline(result, await loadBaseline(baseline, rules, host), baselinePath(baseline, host));
  if (since) {
    const paths = new Set<string>();
    for (const { location, related } of [...result.findings, ...result.suppressed]) {
      paths.add(location.file);
      for (const one of related) paths.add(one.location.file);
    }
    for (const { location } of result.unusedSuppressions) paths.add(location.file);
    const stdin = flags.last('stdin-filename') ?? STDIN;
    const files = [...paths].map((path) => ({ path, text: run.text(path), onDisk: path !== stdin }));
    result = onlyChanged(result, changedLines(since, files, host));
  }
  return { ...run, result };
}

function sinceOf(flags: GivenFlags): Since | undefined {
  const given = (['changed', 'staged', 'since'] as const).filter((name) => flags.has(name));
  const [first, second] = given;
  if (second) throw new UsageError(`--${first} and --${second} ask for different things; give one of them`);
  if (first === 'since') return { kind: 'since', ref: flags.last('since') ?? '' };
  return first && { kind: first };
}
