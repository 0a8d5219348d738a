// Runs the tests of other mesh checkers, istiod's own answers and problems from the field against the built command line, where they
// lie beside the repository, and holds each score to conformance.json: it may rise and not fall.
//
//   pnpm conformance [further arguments of run.mjs]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Least {
  readonly cases: number;
  readonly withFindings: number;
}

interface Outcome {
  readonly ok: boolean;
  readonly positive: boolean;
  readonly name?: string;
  /** The tool broke, or said something that is no report. */
  readonly error?: string;
}

/** What conformance.json holds: cases of the suites of peers, of the field, and the percentage of requests that agree with istiod. */
interface Minimums {
  readonly suites: Readonly<Record<string, Least>>;
  readonly field: { readonly cases: number; readonly falseAlarms: number };
  readonly traffic: { readonly percent: number };
}

type Results = Readonly<Record<string, readonly Outcome[]>>;

const root = join(import.meta.dirname, '..');
const suites = join(root, '../shared/conformance');
const cli = join(root, 'packages/cli/bin/meshvet.js');

if (existsSync(suites)) process.exitCode = run();
else console.log('the suites are not here: nothing is compared');

function run(): number {
  const least = JSON.parse(readFileSync(join(root, 'conformance.json'), 'utf8')) as Minimums;
  const further = process.argv.slice(2);
  const status = runPeers(least.suites, further);
  if (further.length > 0) return status;
  return Math.max(status, runField(least.field), runTraffic(least.traffic));
}

/** Runs one of the scorers and gives what it writes as JSON; undefined where it is not there. */
function scored<T>(name: string): { readonly report: T | undefined; readonly status: number } | undefined {
  const runner = join(suites, name);
  if (!existsSync(runner)) return undefined;
  const scratch = mkdtempSync(join(tmpdir(), 'meshvet-conformance-'));
  try {
    const file = join(scratch, 'results.json');
    const { status, error } = spawnSync(process.execPath, [runner, '--cli', cli, '--json', file], { stdio: 'inherit' });
    if (error) throw error;
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
    return { report, status: status ?? 2 };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function runField(least: Minimums['field']): number {
  const run = scored<readonly { readonly ok: boolean; readonly alarms: number }[]>('field.mjs');
  if (!run) return 0;
  if (!run.report) return run.status || 2;
  const cases = run.report.filter(({ ok }) => ok).length;
  const falseAlarms = run.report.reduce((sum, { alarms }) => sum + alarms, 0);
  if (cases > least.cases || falseAlarms < least.falseAlarms)
    console.log(`better than conformance.json asks for: make "field" ${JSON.stringify({ cases, falseAlarms })}`);
  if (cases >= least.cases && falseAlarms <= least.falseAlarms) return 0;
  console.log(`field: below ${least.cases} cases, or more than ${least.falseAlarms} false alarms`);
  return 1;
}

function runTraffic(least: Minimums['traffic']): number {
  const run = scored<{ readonly agree: number; readonly all: number }>('traffic.mjs');
  if (!run) return 0;
  if (!run.report) return run.status || 2;
  const percent = (100 * run.report.agree) / run.report.all;
  const rounded = Math.floor(percent * 10) / 10;
  if (rounded > least.percent)
    console.log(`better than conformance.json asks for: make "traffic" ${JSON.stringify({ percent: rounded })}`);
  if (percent >= least.percent) return 0;
  console.log(`traffic: ${percent.toFixed(2)} % of the requests agree with istiod, fewer than ${least.percent}`);
  return 1;
}

function runPeers(least: Minimums['suites'], further: readonly string[]): number {
  const scratch = mkdtempSync(join(tmpdir(), 'meshvet-conformance-'));
  try {
    const report = join(scratch, 'results.json');
    const minimums = Object.entries(least).flatMap(([suite, { cases, withFindings }]) => [
      '--min',
      `${suite}=${cases}/${withFindings}`,
    ]);
    // Fewer cases than all of them cannot meet a minimum.
    const args = ['--cli', cli, '--json', report, ...(further.length > 0 ? further : minimums)];
    const { status, error } = spawnSync(process.execPath, [join(suites, 'run.mjs'), ...args], { stdio: 'inherit' });
    if (error) throw error;
    if (!existsSync(report)) return status || 2;
    const results = JSON.parse(readFileSync(report, 'utf8')) as Results;
    if (further.length === 0) tellRises(results, least);
    return tellBroken(results) > 0 ? 1 : (status ?? 2);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Whatever the score: no case may break the tool. */
function tellBroken(results: Results): number {
  const broken = Object.entries(results).flatMap(([suite, outcomes]) =>
    outcomes.flatMap(({ name, error }) => (error === undefined ? [] : [`${suite} ${name ?? ''}: ${error}`])),
  );
  for (const line of broken) console.log(`broke: ${line}`);
  return broken.length;
}

function tellRises(results: Results, least: Readonly<Record<string, Least>>): void {
  for (const [suite, outcomes] of Object.entries(results)) {
    const passed = outcomes.filter(({ ok }) => ok);
    const now: Least = { cases: passed.length, withFindings: passed.filter(({ positive }) => positive).length };
    const held = least[suite];
    if (held && now.cases <= held.cases && now.withFindings <= held.withFindings) continue;
    console.log(`more than conformance.json asks for: raise "${suite}" to ${JSON.stringify(now)}`);
  }
}
