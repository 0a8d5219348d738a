import { resolve } from 'node:path';
import { type Baseline, baselineExcess, baselineOf, counted, pruneBaseline, visibleText } from '@meshvet/core';
import { type Arguments, meant } from '../arguments.ts';
import { BASELINE_NAME, baselinePath, loadBaseline, writeBaseline } from '../baseline-file.ts';
import { brokenRule } from '../broken-rule.ts';
import { UsageError } from '../errors.ts';
import type { Host } from '../host.ts';
import { lintPaths, type PathsResult } from '../lint-paths.ts';
import { pathsOf, runOptions } from '../run-options.ts';
import { shownPath } from '../shown-path.ts';

const ACTIONS = ['create', 'update', 'prune'] as const;

/** `meshvet baseline create|update|prune`: writes a file of the findings there are, which later runs let through. */
export async function baselineCommand({ operands, flags }: Arguments, host: Host): Promise<number> {
  const [word, ...rest] = operands;
  const action = ACTIONS.find((one) => one === word);
  if (!action) {
    const wrong = word === undefined ? 'say what to do' : `unknown word "${visibleText(word)}"${meant(word, ACTIONS)}`;
    throw new UsageError(`baseline: ${wrong}; it is meshvet baseline ${ACTIONS.join('|')} [PATHS...]`);
  }
  if (flags.has('force') && action !== 'create') throw new UsageError(`--force is for meshvet baseline create`);
  const { options, baseline } = await runOptions(flags, host);
  const path = baseline ?? resolve(host.cwd, BASELINE_NAME);
  const shown = JSON.stringify(shownPath(host, path));
  if (action === 'create' && !flags.has('force') && host.kind(path) !== undefined) {
    throw new UsageError(
      `${shown} is there already; "meshvet baseline update" brings it up to date, --force writes over it`,
    );
  }
  // Before the work, so that a mistake in it is told at once.
  const before = action === 'create' ? undefined : await loadBaseline(path, options.rules ?? [], host);

  const run = await lintPaths(pathsOf(rest, flags), options, host);
  refuseHalf(run, flags.has('pass-on-no-manifests'));
  const now = baselineOf(run.result.findings, baselinePath(path, host));
  const after = action === 'prune' ? pruneBaseline(before as Baseline, now) : now;
  if (!before || baselineExcess(before, after) > 0 || baselineExcess(after, before) > 0)
    writeBaseline(path, after, host);
  host.print('stdout', `${visibleText(shown)}: ${summary(before, after, now)}\n`);
  return 0;
}

/** A baseline of half the files would take the other half out of it. */
function refuseHalf({ missing, unreadable, result }: PathsResult, mayBeEmpty: boolean): void {
  const [gone] = missing;
  if (gone !== undefined)
    throw new UsageError(`no such file or folder "${visibleText(gone)}"; the baseline stays as it is`);
  const [unread] = unreadable;
  if (unread)
    throw new UsageError(`cannot read "${visibleText(unread.shown)}": ${unread.reason}; the baseline stays as it is`);
  const [failure] = result.failures;
  if (failure) throw new UsageError(`${brokenRule(failure.ruleId)}. The baseline stays as it is`);
  if (result.resources === 0 && result.findings.length === 0 && !mayBeEmpty)
    throw new UsageError('no Kubernetes manifest was read; the baseline stays as it is');
}

function summary(before: Baseline | undefined, after: Baseline, now: Baseline): string {
  const total = counted(
    [...after.values()].reduce((sum, entry) => sum + entry.count, 0),
    'finding',
  );
  if (!before) return `${total} written`;
  const added = baselineExcess(after, before);
  const removed = baselineExcess(before, after);
  const fresh = baselineExcess(now, after);
  const changes = [
    ...(added > 0 ? [`${added} added`] : []),
    ...(removed > 0 ? [`${removed} taken out`] : []),
    ...(added + removed === 0 ? ['nothing changed'] : []),
    ...(fresh > 0 ? [`${counted(fresh, 'new finding')} not in it`] : []),
  ];
  return `${total}, ${changes.join(', ')}`;
}
