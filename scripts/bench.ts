// Measures the whole run beside plain parsing, memory and start-up: `pnpm bench [FOLDER...] [--rounds N] [--json]`.
// It asserts nothing about time: machines differ, and the ratios are for people to read.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { findFiles } from '../packages/cli/src/find-files.ts';
import { nodeHost } from '../packages/cli/src/host.ts';
import { CORPUS, writeCorpus } from './bench-corpus.ts';
import { measureTraces, traceText } from './bench-traces.ts';
import type { Measurement, VariantName } from './bench-variant.ts';

const ROOT = join(import.meta.dirname, '..');
const WORK = join(ROOT, '.bench');
const BIN = join(ROOT, 'packages/cli/bin/meshvet.js');
const VARIANTS: readonly VariantName[] = ['whole', 'yaml', 'reading'];
const START_UPS = 25;
const SLOWEST = 10;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
    'no-generated': { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1');

const HOW = `Medians of ${rounds} rounds. Every measurement is a process of its own that runs bundled code once, cold, as a user's run does;
the variants take turns. All load the same files from disk within the time; starting Node and loading the bundle is not in it.`;

const ONE_FILE = `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
spec:
  selector:
    app: cart
  ports:
    - port: 80
      targetPort: 8080
`;

/** What one set of files gives. */
interface SetReport {
  readonly set: string;
  readonly files: number;
  readonly bytes: number;
  readonly counts: Readonly<Record<VariantName, Readonly<Record<string, number>>>>;
  /** Medians over the rounds, in milliseconds. */
  readonly medians: Readonly<Record<VariantName, number>>;
  readonly lowest: Readonly<Record<VariantName, number>>;
  readonly highest: Readonly<Record<VariantName, number>>;
  /** The median of the ratios of each round. */
  readonly wholeToYaml: number;
  readonly wholeToReading: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly slowestRules: readonly { readonly ruleId: string; readonly milliseconds: number; readonly calls: number }[];
  /** Peak of a fresh process of the real command line, in bytes. */
  readonly peakMemory: number;
  readonly status: number;
}

interface StartUpReport {
  readonly runs: number;
  readonly meshvet: number;
  readonly node: number;
  readonly ratio: number;
}

if (!existsSync(BIN)) throw new Error('build first: node scripts/build.mjs');
mkdirSync(WORK, { recursive: true });
const worker = await buildWorker();
const scratch = mkdtempSync(join(tmpdir(), 'meshvet-bench-'));
try {
  const sets = [{ name: folders().map(shown).join(' '), paths: folders() }];
  if (!values['no-generated']) {
    const generated = join(WORK, 'corpus');
    writeCorpus(generated);
    const documents = CORPUS.namespaces * (1 + CORPUS.apps * 4 + CORPUS.configMaps);
    sets.push({ name: `${documents} generated documents`, paths: [generated] });
  }
  const reports: SetReport[] = [];
  for (const set of sets) reports.push(await measureSet(set.name, set.paths));
  const startUp = measureStartUp();
  const traces = measureTraces(ROOT, scratch, (args) => timed([BIN, ...args]), median);
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: cpus().length,
    cpu: cpus()[0]?.model ?? '',
  };
  if (values.json) console.log(JSON.stringify({ machine, rounds, sets: reports, startUp, traces }, null, 2));
  else
    console.log(
      [
        `Node ${machine.node}, ${machine.platform}, ${machine.cpus} x ${machine.cpu}`,
        HOW,
        ...reports.map(setText),
        startUpText(startUp),
        traceText(traces),
      ].join('\n\n'),
    );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function folders(): string[] {
  if (positionals.length > 0) return positionals;
  const corpora = join(ROOT, '../shared/corpora');
  return [existsSync(corpora) ? corpora : join(ROOT, 'examples')];
}

function shown(path: string): string {
  return relative(process.cwd(), path).replaceAll('\\', '/') || '.';
}

/** The measured code as it is shipped: bundled, with chunks that are loaded late. */
async function buildWorker(): Promise<string> {
  const outdir = join(WORK, 'worker');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: [join(ROOT, 'scripts/bench-variant.ts')],
    outdir,
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'node',
    target: 'node20.19',
    conditions: ['@meshvet/source'],
    // As scripts/build.mjs has it; both sides of the comparison use this same build.
    alias: { yaml: join(ROOT, 'packages/core/node_modules/yaml/browser/index.js') },
    logLevel: 'warning',
  });
  writeFileSync(join(outdir, 'package.json'), '{ "type": "module" }\n');
  return join(outdir, 'bench-variant.js');
}

async function measureSet(name: string, paths: readonly string[]): Promise<SetReport> {
  const found = await findFiles(paths, { ignore: true }, nodeHost());
  if (found.missing.length > 0) throw new Error(`nothing at ${found.missing.join(', ')}`);
  const files = found.files.flatMap(({ shown: path, path: full }) =>
    typeof full === 'string' ? [{ shown: path, path: full }] : [],
  );
  if (files.length === 0) throw new Error(`no manifests in ${name}`);
  const list = join(scratch, 'files.json');
  writeFileSync(list, JSON.stringify(files));

  const taken: Record<VariantName, Measurement[]> = { whole: [], yaml: [], reading: [] };
  // Once before it counts: the files are in the cache of the system from then on.
  for (const variant of VARIANTS) runVariant(variant, list);
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another one, so that none is always the first.
    for (let i = 0; i < VARIANTS.length; i++) {
      const variant = VARIANTS[(round + i) % VARIANTS.length] as VariantName;
      taken[variant].push(runVariant(variant, list));
    }
  }
  const times = (variant: VariantName) => taken[variant].map(({ milliseconds }) => milliseconds);
  const ratio = (other: VariantName) => median(times('whole').map((whole, i) => whole / (times(other)[i] as number)));
  const each = (of: (numbers: readonly number[]) => number) => forEachVariant((variant) => of(times(variant)));
  const memory = peakMemory(paths);
  return {
    set: name,
    files: files.length,
    bytes: files.reduce((sum, { path }) => sum + statSync(path).size, 0),
    counts: forEachVariant((variant) => sameCounts(variant, taken[variant])),
    medians: each(median),
    lowest: each((numbers) => Math.min(...numbers)),
    highest: each((numbers) => Math.max(...numbers)),
    wholeToYaml: ratio('yaml'),
    wholeToReading: ratio('reading'),
    stages: stageMedians(taken.whole),
    slowestRules: slowestRules(taken.whole),
    peakMemory: memory.bytes,
    status: memory.status,
  };
}

function forEachVariant<T>(of: (variant: VariantName) => T): Record<VariantName, T> {
  return { whole: of('whole'), yaml: of('yaml'), reading: of('reading') };
}

function runVariant(variant: VariantName, list: string): Measurement {
  return JSON.parse(run([worker, variant, list]).stdout) as Measurement;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, accepted: readonly number[] = [0]) {
  const { status, stdout, stderr, error, signal } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 30,
  });
  if (error) throw error;
  if (status === null || !accepted.includes(status))
    throw new Error(`node ${args.join(' ')} ended with ${status ?? signal}:\n${stderr.slice(0, 2000)}`);
  return { status, stdout };
}

/** A process that finds something else than the one before it would make the comparison worthless. */
function sameCounts(variant: VariantName, taken: readonly Measurement[]): Readonly<Record<string, number>> {
  const [first = {}, ...others] = taken.map(({ counts }) => counts);
  if (others.some((counts) => JSON.stringify(counts) !== JSON.stringify(first)))
    throw new Error(`${variant} differs from run to run`);
  return first;
}

function peakMemory(paths: readonly string[]): { bytes: number; status: number } {
  const file = join(scratch, 'peak');
  const hook = new URL('./peak-memory.mjs', import.meta.url).href;
  const { status } = run(['--import', hook, BIN, 'lint', '--no-config', '--fail-on', 'never', ...paths], {
    MESHVET_PEAK_MEMORY: file,
  });
  return { bytes: Number(readFileSync(file, 'utf8')), status };
}

function measureStartUp(): StartUpReport {
  const file = join(scratch, 'one.yaml');
  writeFileSync(file, ONE_FILE);
  const taken: { meshvet: number[]; node: number[] } = { meshvet: [], node: [] };
  for (let i = -2; i < START_UPS; i++) {
    const node = timed(['-e', '0']);
    const meshvet = timed([BIN, '--no-config', file]);
    // The first two only bring both into the cache.
    if (i < 0) continue;
    taken.node.push(node);
    taken.meshvet.push(meshvet);
  }
  const [meshvet, node] = [median(taken.meshvet), median(taken.node)];
  return { runs: START_UPS, meshvet, node, ratio: meshvet / node };
}

/** Milliseconds of a process of its own. */
function timed(args: readonly string[]): number {
  const began = performance.now();
  run(args);
  return performance.now() - began;
}

function stageMedians(taken: readonly Measurement[]): Readonly<Record<string, number>> {
  const names = Object.keys(taken[0]?.stages ?? {});
  return Object.fromEntries(names.map((name) => [name, median(taken.map(({ stages }) => stages?.[name] ?? 0))]));
}

function slowestRules(taken: readonly Measurement[]): SetReport['slowestRules'] {
  const [first] = taken;
  return (first?.rules ?? [])
    .map(({ ruleId, calls }) => ({
      ruleId,
      calls,
      milliseconds: median(taken.map(({ rules }) => rules?.find((rule) => rule.ruleId === ruleId)?.milliseconds ?? 0)),
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, SLOWEST);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}

function setText(report: SetReport): string {
  const { medians, lowest, highest, counts } = report;
  const row = (what: string, variant: VariantName, ratio = '') =>
    `  ${what.padEnd(30)}${number(medians[variant])} ms  (${number(lowest[variant]).trim()} to ${number(highest[variant]).trim()})  ${ratio}`.trimEnd();
  const stages = Object.entries(report.stages);
  return [
    `${report.set}: ${report.files} files, ${(report.bytes / 1e6).toFixed(2)} MB, ${counts.whole.resources} resources, ${counts.whole.findings} findings, ${counts.whole.failures} failures`,
    row('whole run', 'whole'),
    row('parseAllDocuments of yaml', 'yaml', `whole run / yaml     ${report.wholeToYaml.toFixed(2)}`),
    row('own reading', 'reading', `whole run / reading  ${report.wholeToReading.toFixed(2)}`),
    '  stages of the whole run',
    ...stages.map(
      ([name, milliseconds]) =>
        `    ${name.padEnd(28)}${number(milliseconds)} ms  ${Math.round((100 * milliseconds) / medians.whole)}%`,
    ),
    '  slowest rules',
    ...report.slowestRules.map(
      ({ ruleId, milliseconds, calls }) => `    ${ruleId.padEnd(28)}${number(milliseconds)} ms  ${calls} calls`,
    ),
    `  peak memory of the command line ${(report.peakMemory / 2 ** 20).toFixed(0)} MB (exit status ${report.status})`,
  ].join('\n');
}

function startUpText({ runs, meshvet, node, ratio }: StartUpReport): string {
  return `One small file, ${runs} runs each by turns: meshvet ${meshvet.toFixed(1)} ms, node -e 0 ${node.toFixed(1)} ms, ratio ${ratio.toFixed(2)}`;
}

function number(milliseconds: number): string {
  return milliseconds.toFixed(1).padStart(9);
}
