import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TRACES = 10_000;
const RUNS = 9;
const FOLDER = 'examples/bookinfo-clean';
const FROM = 'deployment/productpage-v1';
const HOSTS = [
  'details:9080',
  'reviews:9080',
  'ratings:9080',
  'database:3306',
  'productpage:9080',
  'unknown.example.com',
];

/** What traces cost beside `meshvet why`, which reads the same files; medians in milliseconds of whole processes. */
export interface TraceReport {
  readonly runs: number;
  readonly traces: number;
  readonly why: number;
  readonly one: number;
  readonly many: number;
  /** The median of one trace to that of `why`. */
  readonly ratio: number;
}

/** Times `why`, one trace and ten thousand by turns. `time` runs the command line and gives milliseconds. */
export function measureTraces(
  root: string,
  scratch: string,
  time: (args: readonly string[]) => number,
  median: (numbers: readonly number[]) => number,
): TraceReport {
  const file = join(scratch, 'requests.json');
  const paths = ['/', '/api/items?page=2', '/reviews/7', '/healthz'];
  const requests = Array.from({ length: TRACES }, (_, i) => {
    const [host, port = '80'] = (HOSTS[i % HOSTS.length] as string).split(':');
    return {
      id: `r${i}`,
      from: 'bookshop/productpage-v1',
      host,
      port: Number(port),
      protocol: 'http',
      path: paths[i % paths.length],
      headers: { 'x-user': `u${i % 50}` },
    };
  });
  writeFileSync(file, JSON.stringify(requests));
  const folder = join(root, FOLDER);
  const common = ['--no-config', '--closed-world', '--format', 'json'];
  const taken = { why: [] as number[], one: [] as number[], many: [] as number[] };
  for (let i = -1; i < RUNS; i++) {
    const why = time(['why', ...common, folder]);
    const one = time(['trace', ...common, '--from', FROM, 'http://reviews:9080/', folder]);
    const many = time(['trace', ...common, '--requests', file, folder]);
    // The first round only brings the files into the cache.
    if (i < 0) continue;
    taken.why.push(why);
    taken.one.push(one);
    taken.many.push(many);
  }
  const [why, one, many] = [median(taken.why), median(taken.one), median(taken.many)];
  return { runs: RUNS, traces: TRACES, why, one, many, ratio: one / why };
}

/** The report in two lines. */
export function traceText({ runs, traces, why, one, many, ratio }: TraceReport): string {
  return `Traces over ${FOLDER}, ${runs} runs each by turns: why ${why.toFixed(1)} ms, one trace ${one.toFixed(1)} ms, ratio ${ratio.toFixed(2)}
${traces} traces in one process: ${many.toFixed(0)} ms, ${(((many - one) / traces) * 1000).toFixed(0)} microseconds each`;
}
