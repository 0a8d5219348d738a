// Runs `istioctl analyze` without a cluster on the cases that Istio tests its analysers with, beside meshvet, and prints
// as Markdown how many of the expected findings each gives. Needs an `istioctl` on the path, the suites beside the
// repository, and a built meshvet:
//
//   npx tsx scripts/compare-istioctl.ts
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Expected {
  readonly code: string;
  readonly resource: string;
}

interface Case {
  readonly id: string;
  readonly analyzer: string;
  readonly codes: readonly string[];
  readonly files: readonly string[];
  readonly meshConfig: string | null;
  readonly expect: readonly Expected[];
}

/** What a tool said of a case, beside what is expected of it. */
interface Score {
  readonly found: readonly Expected[];
  /** Findings of the codes in question that nobody expects. */
  readonly extra: number;
}

const root = join(import.meta.dirname, '..');
const suites = join(root, '../shared/conformance');
const suite = join(suites, 'istio-analyze');

const version = spawnSync('istioctl', ['version', '--remote=false', '--short'], { encoding: 'utf8' });
if (!existsSync(join(suite, 'cases.json'))) console.log('the suites are not here: nothing is compared');
else if (version.error || version.status !== 0) console.log('there is no istioctl on the path: nothing is compared');
else compare();

function compare(): void {
  const scratch = mkdtempSync(join(tmpdir(), 'meshvet-istioctl-'));
  try {
    const cases = JSON.parse(readFileSync(join(suite, 'cases.json'), 'utf8')) as readonly Case[];
    // No cluster may be asked, whatever the machine is set up for.
    const kubeconfig = join(scratch, 'kubeconfig');
    writeFileSync(kubeconfig, 'apiVersion: v1\nkind: Config\n');
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    const istioctl = cases.map((c) => scoreOf(c, askIstioctl(c, env)));
    const meshvet = askMeshvet(cases, scratch);
    print(cases, istioctl, meshvet, skippedAnalysers(cases, env));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function askIstioctl(c: Case, env: NodeJS.ProcessEnv): readonly Expected[] {
  const args = ['analyze', '--use-kube=false', '-A', '-o', 'json'];
  if (c.meshConfig !== null) args.push('--meshConfigFile', c.meshConfig);
  const { stdout, stderr } = spawnSync('istioctl', [...args, ...c.files], { cwd: suite, env, encoding: 'utf8' });
  const start = stdout.indexOf('[');
  // It ends with other than 0 when there are findings; what tells a failure is that there is no list.
  if (start < 0) throw new Error(`${c.id}: ${stderr.trim()}`);
  const messages = JSON.parse(stdout.slice(start)) as readonly Message[];
  return messages.filter((m) => isOfAnalyser(c, m)).map(({ code, origin = '' }) => ({ code, resource: origin }));
}

interface Message {
  readonly code: string;
  readonly origin?: string;
  readonly message: string;
}

// Each case is about one analyser, and all run. Two of them say IST0101 of one VirtualService: of its hosts, and of its subsets.
function isOfAnalyser({ analyzer }: Case, { code, message }: Message): boolean {
  if (code !== 'IST0101') return true;
  return message.includes('+subset') === (analyzer === 'virtualservice.DestinationRuleAnalyzer');
}

function skippedAnalysers([first]: readonly Case[], env: NodeJS.ProcessEnv): readonly string[] {
  const args = ['analyze', '--use-kube=false', '-A', '-v', ...(first?.files ?? [])];
  const { stdout, stderr } = spawnSync('istioctl', args, { cwd: suite, env, encoding: 'utf8' });
  const lines = `${stdout}\n${stderr}`.split('\n');
  const from = lines.indexOf('Skipped analyzers:') + 1;
  const names = lines.slice(from > 0 ? from : lines.length);
  const end = names.findIndex((line) => !line.startsWith('\t'));
  return names.slice(0, end < 0 ? names.length : end).map((line) => line.trim());
}

// The runner of the suites knows how a case is given to meshvet, and what counts.
function askMeshvet(cases: readonly Case[], scratch: string): readonly Score[] {
  const report = join(scratch, 'results.json');
  const cli = join(root, 'packages/cli/bin/meshvet.js');
  spawnSync(process.execPath, [join(suites, 'run.mjs'), '--cli', cli, '--json', report, 'istio-analyze']);
  const results = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly 'istio-analyze': readonly {
      readonly name: string;
      readonly missing?: string[];
      readonly extra?: string[];
    }[];
  };
  return cases.map((c, i) => {
    const result = results['istio-analyze'][i];
    if (result?.name !== c.id) throw new Error(`${c.id}: the runner tells of ${result?.name}`);
    const missing = [...(result.missing ?? [])];
    const found = c.expect.filter((e) => {
      const at = missing.indexOf(keyOf(e));
      if (at >= 0) missing.splice(at, 1);
      return at < 0;
    });
    return { found, extra: result.extra?.length ?? 0 };
  });
}

function scoreOf(c: Case, said: readonly Expected[]): Score {
  const rest = said.filter((s) => c.codes.includes(s.code)).map(keyOf);
  const found = c.expect.filter((e) => {
    const at = rest.indexOf(keyOf(e));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
  return { found, extra: rest.length };
}

/** As the runner compares: a resource without a namespace is in `default`. */
function keyOf({ code, resource }: Expected): string {
  return `${code} ${resource.replace(/^(\S+) (default)?\//, '$1 ')}`;
}

function print(
  cases: readonly Case[],
  istioctl: readonly Score[],
  meshvet: readonly Score[],
  skipped: readonly string[],
): void {
  const expected = cases.flatMap((c) => c.expect);
  const sum = (scores: readonly Score[], count: (score: Score) => number) =>
    scores.reduce((total, score) => total + count(score), 0);
  const whole = (scores: readonly Score[]) =>
    scores.filter((s, i) => s.found.length === cases[i]?.expect.length && s.extra === 0).length;
  const rows = [
    ['', 'of', 'istioctl', 'meshvet'],
    ['expected findings given', expected.length, ...[istioctl, meshvet].map((s) => sum(s, (x) => x.found.length))],
    ['findings that nobody expects', '', ...[istioctl, meshvet].map((s) => sum(s, (x) => x.extra))],
    ['cases right from end to end', cases.length, whole(istioctl), whole(meshvet)],
  ];
  console.log(`istioctl ${version.stdout.trim().replace(/^client version: /, '')}, \`analyze --use-kube=false -A\`\n`);
  console.log(table(rows));
  console.log(`\n${skipped.length} analysers are skipped without a cluster: ${skipped.join(', ')}\n`);
  const codes = [...new Set(expected.map((e) => e.code))].sort();
  const count = (list: readonly Expected[], code: string) => list.filter((e) => e.code === code).length;
  const byCode = codes.map((code) => [
    code,
    count(expected, code),
    count(
      istioctl.flatMap((s) => s.found),
      code,
    ),
    count(
      meshvet.flatMap((s) => s.found),
      code,
    ),
  ]);
  console.log(table([['code', 'expected', 'istioctl', 'meshvet'], ...byCode]));
}

function table([head = [], ...rows]: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`, ...rows.map(line)].join('\n');
}
