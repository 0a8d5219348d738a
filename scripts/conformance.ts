// Runs the tests of other mesh checkers against the built command line, where they lie beside the repository, and holds
// the score to conformance.json: it may rise and not fall.
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

type Results = Readonly<Record<string, readonly Outcome[]>>;

const root = join(import.meta.dirname, '..');
const runner = join(root, '../shared/conformance/run.mjs');

if (existsSync(runner)) process.exitCode = run();
else console.log('the suites are not here: nothing is compared');

function run(): number {
  const least = JSON.parse(readFileSync(join(root, 'conformance.json'), 'utf8')) as Readonly<Record<string, Least>>;
  const further = process.argv.slice(2);
  const scratch = mkdtempSync(join(tmpdir(), 'meshvet-conformance-'));
  try {
    const report = join(scratch, 'results.json');
    const minimums = Object.entries(least).flatMap(([suite, { cases, withFindings }]) => [
      '--min',
      `${suite}=${cases}/${withFindings}`,
    ]);
    // Fewer cases than all of them cannot meet a minimum.
    const args = [
      '--cli',
      join(root, 'packages/cli/bin/meshvet.js'),
      '--json',
      report,
      ...(further.length > 0 ? further : minimums),
    ];
    const { status, error } = spawnSync(process.execPath, [runner, ...args], { stdio: 'inherit' });
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
