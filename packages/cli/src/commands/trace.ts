import { reachText, type TraceReport, tracesText, traceText, visibleJson, visibleText } from '@meshvet/core';
import { type Arguments, parseFormats } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import type { Host } from '../host.ts';
import { lintPaths, type PathsResult } from '../lint-paths.ts';
import { printTo } from '../print-to.ts';
import { pathsOf, runOptions } from '../run-options.ts';
import { troublesOf } from '../run-troubles.ts';
import { faultsError, traceQuestion } from '../trace-question.ts';
import { useColor } from '../use-color.ts';
import { TOOL } from '../version.ts';

// What these find is no matter of taste: a document that is not read may hold what decides.
const READING = new Set(['yaml-syntax', 'yaml-bomb', 'yaml-too-large']);

// More traces than this are told in a line each.
const MOST_WHOLE = 20;

/** `meshvet trace`: what the proxies do with requests. 0 when it can be told, whatever the answer; 2 when not, or when something was not read. */
export async function traceCommand({ operands, flags }: Arguments, host: Host): Promise<number> {
  const formats = parseFormats(flags.all('format'), ['text', 'json']);
  const { question, paths } = await traceQuestion(operands, flags, host);
  const { config, options } = await runOptions(flags, host);
  // As for kubectl, what names no namespace goes to the one that is given.
  const { namespace } = question;
  const placed =
    namespace === undefined || config.defaultNamespace ? config : { ...config, defaultNamespace: namespace };
  const rules = (options.rules ?? []).filter(({ meta }) => READING.has(meta.id));
  const run = await lintPaths(pathsOf(paths, flags), { ...options, config: placed, rules, traffic: question }, host);
  const troubles = [...troublesOf(run), ...unreadDocuments(run)];
  for (const line of troubles) host.print('stderr', `meshvet: ${line}\n`);
  const { traces = [], tables = [], faults = [] } = run.traffic ?? {};
  if (run.result.resources === 0) {
    if (troubles.length === 0) host.print('stderr', 'meshvet: no manifest in what was read\n');
    return 2;
  }
  if (faults.length > 0) throw faultsError(faults);
  if (traces.length + tables.length === 0) throw new UsageError(nothingToAsk(question.reach?.requests !== undefined));
  const unread = run.result.notes.filter(({ reason }) => reason === 'template').map(({ message }) => message);
  for (const note of unread) host.print('stderr', `meshvet: not read: ${visibleText(note)}\n`);
  for (const { format, file } of formats) {
    const color = file === undefined && useColor(flags, host, 'stdout');
    const text =
      format === 'json' ? jsonText(run) : textOf(traces, color) + tables.map((t) => reachText(t, color)).join('\n');
    printTo(file, text, 'the answer', host);
  }
  return troubles.length > 0 ? 2 : 0;
}

function nothingToAsk(written: boolean): string {
  return written
    ? 'no workload in what was read that could call'
    : 'no workload that could call a Service in what was read';
}

/** Documents that cannot be read; what stands in them is missing in the answer. */
function unreadDocuments({ result }: PathsResult): string[] {
  return result.findings.map(
    ({ location: { file, start }, message }) =>
      `${visibleText(file)}:${start.line}:${start.column}: ${visibleText(message)}`,
  );
}

function textOf(traces: readonly TraceReport[], color: boolean): string {
  if (traces.length <= MOST_WHOLE) return traces.map((trace) => traceText(trace, color)).join('\n');
  return tracesText(traces, color);
}

// Longer than this no text of V8 is; the rest of the report has to fit as well.
const LONGEST = 500_000_000;

/** The answer as JSON; of many traces each has a line of its own, which is half as long. */
function jsonText({ result, traffic }: PathsResult): string {
  const { traces = [], tables = [] } = traffic ?? {};
  const lines: string[] = [];
  let length = 0;
  for (const trace of traces) {
    const text =
      traces.length > MOST_WHOLE
        ? `    ${JSON.stringify(trace)}`
        : JSON.stringify(trace, null, 2).replace(/^/gm, '    ');
    length += text.length + 2;
    if (length > LONGEST) throw new UsageError('the answers are longer than a text can be; ask fewer requests at once');
    lines.push(text);
  }
  const unread = result.notes.map(({ message, reason }) => ({ message, reason }));
  const frame = JSON.stringify({ schemaVersion: 1, tool: TOOL, traces: [], tables, unread }, null, 2);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `${visibleJson(frame.replace('"traces": []', () => `"traces": ${list}`))}\n`;
}
