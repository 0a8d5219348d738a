import {
  plainFinding,
  visibleJson,
  visibleText,
  type WorkloadReport,
  whyTable,
  whyText,
  workloadKindOf,
} from '@meshvet/core';
import { type Arguments, type GivenFlags, meant, parseFormats } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import type { Host } from '../host.ts';
import { lintPaths, type PathsResult } from '../lint-paths.ts';
import { printTo } from '../print-to.ts';
import { pathsOf, runOptions } from '../run-options.ts';
import { troublesOf } from '../run-troubles.ts';
import { useColor } from '../use-color.ts';
import { TOOL } from '../version.ts';

/** `meshvet why`: what the mesh does with each workload, and why. 0 when it can be told, 2 when not. */
export async function whyCommand({ operands, flags }: Arguments, host: Host): Promise<number> {
  const formats = parseFormats(flags.all('format'), ['text', 'json']);
  const { config, options } = await runOptions(flags, host);
  // As for kubectl, what names no namespace goes to the one that is given.
  const namespace = flags.last('namespace');
  const placed =
    namespace === undefined || config.defaultNamespace ? config : { ...config, defaultNamespace: namespace };
  const run = await lintPaths(pathsOf(operands, flags), { ...options, config: placed, explain: true }, host);
  const troubles = troublesOf(run);
  for (const line of troubles) host.print('stderr', `meshvet: ${line}\n`);
  const all = run.workloads ?? [];
  if (all.length === 0) {
    if (troubles.length === 0) host.print('stderr', 'meshvet: no workload in what was read\n');
    return 2;
  }
  const asked = select(all, flags);
  for (const { format, file } of formats) {
    const color = file === undefined && useColor(flags, host, 'stdout');
    const text = format === 'json' ? jsonText(asked, run) : textOf(asked, flags, color);
    printTo(file, text, 'the answer', host);
  }
  return troubles.length > 0 ? 2 : 0;
}

/** The workloads that the flags ask for. One that is not there is a usage error, with what is near. */
function select(all: readonly WorkloadReport[], flags: GivenFlags): readonly WorkloadReport[] {
  const namespace = flags.last('namespace');
  const here = namespace === undefined ? all : all.filter((w) => w.resource.namespace === namespace);
  if (here.length === 0) {
    const names = all.flatMap((w) => w.resource.namespace ?? []);
    throw new UsageError(`no workload in namespace "${visibleText(namespace ?? '')}"${meant(namespace ?? '', names)}`);
  }
  const wanted = flags.last('workload');
  if (wanted === undefined) return here;
  const slash = wanted.indexOf('/');
  const word = wanted.slice(0, slash);
  const kind = slash < 0 ? undefined : (workloadKindOf(word) ?? word);
  const name = wanted.slice(slash + 1);
  const hits = here.filter(
    (w) => w.resource.name === name && (kind === undefined || w.resource.kind.toLowerCase() === kind),
  );
  if (hits.length > 0) return hits;
  const near = slash < 0 ? here.map((w) => w.resource.name) : here.map((w) => `${w.resource.kind}/${w.resource.name}`);
  throw new UsageError(`no workload "${visibleText(wanted)}" in what was read${meant(wanted, near)}`);
}

function textOf(workloads: readonly WorkloadReport[], flags: GivenFlags, color: boolean): string {
  if (flags.has('workload') || workloads.length === 1) return workloads.map((w) => whyText(w, color)).join('\n');
  return `${whyTable(workloads, color)}meshvet why --workload KIND/NAME tells all of one\n`;
}

function jsonText(workloads: readonly WorkloadReport[], { result }: PathsResult): string {
  const of = (answer: string) => workloads.filter((w) => w.membership.answer === answer).length;
  const report = {
    schemaVersion: 1,
    tool: TOOL,
    summary: { workloads: workloads.length, yes: of('yes'), no: of('no'), unknown: of('unknown') },
    workloads: workloads.map((workload) => ({ ...workload, findings: workload.findings.map(plainFinding) })),
    undecided: result.undecided,
    failures: result.failures,
  };
  return `${visibleJson(JSON.stringify(report, null, 2))}\n`;
}
