import type { Location } from '../lint/result.ts';
import type {
  EndpointReport,
  ReachAnswer,
  ReachReport,
  StepReport,
  TraceReport,
  Verdict,
} from '../lint/trace-result.ts';
import { displayWidth } from './display-width.ts';
import { type Paint, painter, type Style } from './paint.ts';
import { visibleText } from './visible-text.ts';

const VERDICT_STYLES = {
  allowed: 'green',
  refused: 'red',
  undelivered: 'red',
  partial: 'yellow',
  answered: 'cyan',
  passthrough: 'yellow',
  unknown: 'yellow',
} as const satisfies Record<Verdict, Style>;

const STEP_WIDTH = 'authorization'.length;
// How much of each list is shown of one trace; the JSON has all of it.
const MOST = 12;

/** One trace, for a person: the answer, how it came about, what nearly decided, and what would have to be read to know more. */
export function traceText(trace: TraceReport, color: boolean): string {
  const paint = painter(color);
  const blocks = [
    [answerLine(trace, paint), requestLine(trace, paint)],
    stepsBlock('Steps', trace.steps, paint),
    ...arrivals(trace).map(({ names, steps }) => stepsBlock(`At ${names}`, steps, paint)),
    alsoBlock(trace, paint),
    nearlyBlock(trace, paint),
    needsBlock(trace, paint),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Many traces, a line each. */
export function tracesText(traces: readonly TraceReport[], color: boolean): string {
  const paint = painter(color);
  const width = traces.reduce((most, { id }) => Math.max(most, displayWidth(visibleText(id))), 0);
  return traces
    .map((trace) => {
      const id = visibleText(trace.id);
      const from = name(trace.request.from.resource);
      const asked = `${visibleText(trace.request.text)} from ${from}`;
      return `${id}${' '.repeat(width - displayWidth(id))}  ${answerLine(trace, paint)}  ${paint('dim', asked)}\n`;
    })
    .join('');
}

function answerLine({ verdict, answer }: TraceReport, paint: Paint): string {
  const colon = answer.indexOf(':');
  return `${paint(VERDICT_STYLES[verdict], visibleText(answer.slice(0, colon)))}${paint('bold', visibleText(answer.slice(colon)))}`;
}

function requestLine({ request }: TraceReport, paint: Paint): string {
  const { text, from, gateway, protocol, headers, tls, sni, host, variants = [] } = request;
  const more = [
    ...(protocol === 'http2' ? ['HTTP/2'] : []),
    ...Object.entries(headers).map(([key, value]) => `${key}: ${value}`),
    ...(tls && sni !== host ? [`sni ${sni}`] : []),
  ];
  const who = gateway ? `from outside, at ${name(from.resource)}` : `from ${name(from.resource)}`;
  const asked = `${visibleText(text)}${more.length > 0 ? ` (${visibleText(more.join(', '))})` : ''} ${who}`;
  const others = variants.length === 0 ? '' : `, and the same of ${count(variants.length, 'other manifest')} of it`;
  return `${asked}  ${where(from.location, paint)}${others}`;
}

function stepsBlock(title: string, steps: readonly StepReport[], paint: Paint): string[] {
  if (steps.length === 0) return [];
  const shown = steps.slice(0, 2 * MOST);
  const lines = shown.map((step) => {
    const kind = paint('cyan', step.kind.padEnd(STEP_WIDTH));
    return `  ${kind}  ${visibleText(step.text)}${step.location ? `  ${where(step.location, paint)}` : ''}`;
  });
  if (steps.length > shown.length) lines.push(`  and ${count(steps.length - shown.length, 'more step')}`);
  return [paint('bold', visibleText(title)), ...lines];
}

/** What the servers decide, those that decide alike together. */
function arrivals({ destinations = [] }: TraceReport): { names: string; steps: readonly StepReport[] }[] {
  const groups = new Map<string, { endpoints: EndpointReport[]; steps: readonly StepReport[] }>();
  for (const endpoint of destinations.flatMap(({ endpoints = [] }) => endpoints)) {
    const steps = endpoint.steps.map((step) => ({ ...step, text: ofItself(step.text, endpoint.workload) }));
    const key = JSON.stringify(steps.map(({ kind, text, location }) => [kind, text, location?.file, location?.start]));
    const group = groups.get(key);
    if (group) group.endpoints.push(endpoint);
    else groups.set(key, { endpoints: [endpoint], steps });
  }
  return [...groups.values()].slice(0, MOST).map(({ endpoints, steps }) => {
    const names = [...new Set(endpoints.map(({ workload, port }) => `${workload}:${port}`))];
    const more = names.length > 4 ? ` and ${names.length - 4} more` : '';
    return { names: `${names.slice(0, 4).join(', ')}${more}`, steps };
  });
}

/** Below a title that names a workload it is "it": "it has a sidecar". */
function ofItself(text: string, workload: string): string {
  // Of another cluster its name stands before.
  const own = workload.split('/').slice(-2).join('/');
  return text
    .split(/(\b[A-Z]\w* [\w.-]+\/[\w.-]+)/)
    .map((part, i) => (i % 2 === 1 && part.endsWith(` ${own}`) && !part.startsWith('Service ') ? 'it' : part))
    .join('');
}

function alsoBlock(trace: TraceReport, paint: Paint): string[] {
  const { timeout, rewrite, rewriteAuthority, mirrors = [], fault } = trace;
  const lines = [
    ...(timeout === undefined ? [] : [`timeout ${timeout}`]),
    ...(rewrite === undefined ? [] : [`the server sees the path ${rewrite}`]),
    ...(rewriteAuthority === undefined ? [] : [`the server sees the host ${rewriteAuthority}`]),
    ...mirrors.map(
      ({ host, port, subset, percent }) =>
        `a copy of ${percent} % goes to ${subset === null ? '' : `subset ${subset} of `}${host}:${port}`,
    ),
    ...(fault?.delay
      ? [`${fault.delay.percent} % wait ${fault.delay.fixed} first, a fault that the route injects`]
      : []),
  ];
  return lines.length === 0 ? [] : [paint('bold', 'Also'), ...lines.map((line) => `  ${visibleText(line)}`)];
}

function allSteps({ steps, destinations = [] }: TraceReport): readonly StepReport[] {
  return [...steps, ...destinations.flatMap(({ endpoints = [] }) => endpoints.flatMap((endpoint) => endpoint.steps))];
}

function nearlyBlock(trace: TraceReport, paint: Paint): string[] {
  const passed = new Map<string, string>();
  for (const { passedOver = [] } of allSteps(trace)) {
    for (const { resource, location, why } of passedOver) {
      const line = `  ${name(resource)}: ${visibleText(why)}  ${where(location, paint)}`;
      passed.set(line, line);
    }
  }
  return listBlock('Passed over', [...passed.values()], paint);
}

function needsBlock(trace: TraceReport, paint: Paint): string[] {
  const ends = (trace.destinations ?? []).flatMap(({ endpoints = [] }) => endpoints.flatMap(({ needs }) => needs));
  const needs = [...new Set([...trace.needs, ...ends])];
  return listBlock(
    'To know more',
    needs.map((need) => `  ${visibleText(need)}`),
    paint,
  );
}

function listBlock(title: string, lines: readonly string[], paint: Paint): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > MOST ? [`  and ${lines.length - MOST} more`] : [];
  return [paint('bold', title), ...lines.slice(0, MOST), ...more];
}

// What a cell of the table says.
const CELLS: Readonly<
  Record<Verdict | 'plain', { readonly text: string; readonly style: Style; readonly means: string }>
> = {
  allowed: { text: 'yes', style: 'green', means: 'let in, over mTLS' },
  plain: { text: 'plain', style: 'green', means: 'let in, without mTLS' },
  partial: { text: 'some', style: 'yellow', means: 'some requests or shares are let in' },
  answered: { text: 'proxy', style: 'cyan', means: 'a proxy answers itself' },
  passthrough: { text: 'past', style: 'yellow', means: 'goes past the mesh as it is' },
  refused: { text: 'no', style: 'red', means: 'refused by a policy' },
  undelivered: { text: 'lost', style: 'red', means: 'never arrives' },
  unknown: { text: '?', style: 'yellow', means: 'the files do not tell' },
};

const WIDTH = 100;
const MOST_CALLERS = 12;
const MOST_NOTES = 60;

/** Who can call what, as a table that fits a terminal: targets down, classes of callers across. */
export function reachText(reach: ReachReport, color: boolean): string {
  const paint = painter(color);
  const notes = new Notes(paint);
  const used = new Set<keyof typeof CELLS>();
  let unsure = false;
  const labels = reach.callers.map((_, i) => letters(i));
  const columns = reach.answers.map((answers) =>
    answers.map((answer) => {
      const kind = answer.verdict === 'allowed' && answer.mtls === false ? 'plain' : answer.verdict;
      used.add(kind);
      const note = notes.of(answer);
      if (!answer.certain && kind !== 'unknown') unsure = true;
      const doubt = answer.certain || kind === 'unknown' ? '' : '?';
      return { text: `${CELLS[kind].text}${doubt}${note}`, style: CELLS[kind].style };
    }),
  );
  const heads = reach.targets.map(({ name, protocol }) => [visibleText(name), visibleText(protocol ?? '')] as const);
  const first = Math.min(
    60,
    heads.reduce((most, [name]) => Math.max(most, displayWidth(name)), 'TARGET'.length),
  );
  const second = heads.reduce((most, [, protocol]) => Math.max(most, displayWidth(protocol)), 'PROTOCOL'.length);
  const lines = callerLines(reach, labels, paint);
  for (const chunk of chunks(columns, labels, WIDTH - first - second - 2)) {
    lines.push(
      '',
      `${paint('bold', `${'TARGET'.padEnd(first)}  ${'PROTOCOL'.padEnd(second)}`)}${heading(chunk, paint)}`,
    );
    for (const [row, [name, protocol]] of heads.entries()) {
      const cells = chunk.map(({ cells, width }) => {
        const { text, style } = cells[row] as { text: string; style: Style };
        return `  ${paint(style, text)}${' '.repeat(width - text.length)}`;
      });
      lines.push(`${pad(name, first)}  ${pad(protocol, second)}${cells.join('')}`.trimEnd());
    }
  }
  const means = (Object.keys(CELLS) as (keyof typeof CELLS)[]).filter((kind) => used.has(kind));
  lines.push(
    '',
    ...wrapped(
      [
        ...means.map((kind) => `${CELLS[kind].text}: ${CELLS[kind].means}`),
        ...(unsure ? ['with ?: as far as the files tell'] : []),
      ],
      '; ',
      '',
    ),
  );
  lines.push(...notes.lines());
  const needs = listBlock(
    'To know more',
    reach.needs.map((need) => `  ${visibleText(need)}`),
    paint,
  );
  if (needs.length > 0) lines.push('', ...needs);
  const { callers, targets } = reach.left;
  if (callers + targets > 0)
    lines.push(
      '',
      `left out, since there are too many: ${count(callers, 'caller')}, ${count(targets, 'target')}; ask with --all-from WORKLOAD or -n NAMESPACE`,
    );
  return `${lines.join('\n')}\n`;
}

function callerLines({ callers }: ReachReport, labels: readonly string[], paint: Paint): string[] {
  const width = labels.reduce((most, label) => Math.max(most, label.length), 0);
  // A workload with several manifests may be in several classes: then its file tells which is which.
  const seen = new Map<string, number>();
  for (const { workloads } of callers)
    for (const { resource } of workloads) seen.set(name(resource), (seen.get(name(resource)) ?? 0) + 1);
  return [
    paint('bold', 'Callers'),
    ...callers.flatMap(({ workloads }, i) => {
      const names = workloads.slice(0, MOST_CALLERS).map(({ resource, location }) => {
        const own = name(resource);
        return seen.get(own) === 1 ? own : `${own} (${visibleText(location.file)})`;
      });
      if (workloads.length > MOST_CALLERS) names.push(`${workloads.length - MOST_CALLERS} more`);
      const [first = '', ...rest] = wrapped(names, ', ', ' '.repeat(width + 4));
      return [`  ${paint('cyan', (labels[i] as string).padEnd(width))}  ${first.trimStart()}`, ...rest];
    }),
  ];
}

/** Footnotes: why a cell is not a plain yes. The same reason has one number. */
class Notes {
  readonly #paint: Paint;
  readonly #numbers = new Map<string, number>();

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  of({ verdict, answer, reason, differing }: ReachAnswer): string {
    if (verdict === 'allowed') return '';
    const words = differing
      ? differing.map(({ request, verdict }) => `${request} ${CELLS[verdict].means}`).join('; ')
      : reason
        ? reason.text
        : answer;
    const text = `${visibleText(words)}${reason?.location ? `  ${where(reason.location, this.#paint)}` : ''}`;
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#numbers.size + 1));
    return ` ${number}`;
  }

  lines(): string[] {
    const all = [...this.#numbers];
    if (all.length === 0) return [];
    const width = String(Math.min(all.length, MOST_NOTES)).length;
    const shown = all.slice(0, MOST_NOTES).map(([text, number]) => `${String(number).padStart(width + 2)}  ${text}`);
    const more =
      all.length > MOST_NOTES ? [`  and ${all.length - MOST_NOTES} more reasons; --format json has all`] : [];
    return ['', ...shown, ...more];
  }
}

interface Column {
  readonly label: string;
  readonly cells: readonly { readonly text: string; readonly style: Style }[];
  readonly width: number;
}

/** The columns that fit beside each other, at least one. */
function chunks(columns: readonly Column['cells'][], labels: readonly string[], room: number): Column[][] {
  const rows: Column[][] = [];
  let left = 0;
  for (const [i, cells] of columns.entries()) {
    const label = labels[i] as string;
    const width = cells.reduce((most, { text }) => Math.max(most, text.length), label.length);
    if (rows.length === 0 || width + 2 > left) {
      rows.push([]);
      left = room;
    }
    left -= width + 2;
    (rows.at(-1) as Column[]).push({ label, cells, width });
  }
  return rows;
}

function heading(chunk: readonly Column[], paint: Paint): string {
  return chunk
    .map(({ label, width }) => `  ${paint('cyan', label)}${' '.repeat(width - label.length)}`)
    .join('')
    .trimEnd();
}

/** A, B, ... Z, AA, AB. */
function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${letters(Math.floor(index / 26) - 1)}${last}`;
}

function wrapped(parts: readonly string[], separator: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [i, part] of parts.entries()) {
    const piece = i === parts.length - 1 ? part : `${part}${separator.trimEnd()}`;
    if (line !== '' && indent.length + displayWidth(line) + 1 + displayWidth(piece) > WIDTH) {
      lines.push(indent + line);
      line = piece;
    } else line = line === '' ? piece : `${line} ${piece}`;
  }
  return [...lines, indent + line];
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

function name({ kind, namespace, name }: TraceReport['request']['from']['resource']): string {
  return visibleText(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
}

function where({ file, start }: Location, paint: Paint): string {
  return paint('dim', `${visibleText(file)}:${start.line}`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
