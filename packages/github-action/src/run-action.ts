import { dirname, join, resolve } from 'node:path';
import { beginning, visibleText } from '@meshvet/core';
import { type Host, main } from 'meshvet';
import { changeBase } from './change-base.ts';
import { checkoutHost, isInside } from './checkout-host.ts';
import { commandLine, inWordsOfInputs } from './command-line.ts';
import { InputError, type Inputs, readInputs } from './inputs.ts';
import { appendSummary, reportFolder, writeOutputs } from './runner-files.ts';
import { annotation, freeText, withinLimits } from './workflow-command.ts';

/** The log of a job is read by people, and slow when it is long. */
const LONGEST_LOG = 1_000_000;
/** What is told beside the report may be long too: a config with a thousand mistakes. */
const LONGEST_WORDS = 20_000;

/** What came of a run. */
interface Outcome {
  readonly status: number;
  /** The report for people. */
  readonly report: string;
  /** What could not be done, and why the step fails, a line each. */
  readonly words: string;
  /** What is as well to know: annotations of kind warning. */
  readonly warnings: readonly string[];
  /** Workflow commands, one a finding. */
  readonly annotations: readonly string[];
  readonly summary: string;
  readonly counts: Readonly<Record<'error' | 'warning' | 'info', number>> | undefined;
  /** Full paths of what was written. */
  readonly json: string | undefined;
  readonly sarif: string | undefined;
}

const NOTHING = {
  report: '',
  warnings: [],
  annotations: [],
  summary: '',
  counts: undefined,
  json: undefined,
  sarif: undefined,
} as const;

/**
 * The Action: reads inputs and event, lints as the command line does, and tells the runner. Answers the exit status, which is that of
 * the command line: 0, 1 for findings, 2 for what could not be done.
 */
export async function runAction(machine: Host): Promise<number> {
  let inputs: Inputs | undefined;
  let outcome: Outcome;
  try {
    inputs = readInputs(machine.env);
    outcome = await lintCheckout(inputs, machine);
  } catch (error) {
    const words =
      error instanceof InputError
        ? visibleText(error.message)
        : `a fault of the Action itself; please report it\n${stackOf(error)}`;
    outcome = { ...NOTHING, status: 2, words: `meshvet: ${words}\n` };
  }
  return tell(outcome, inputs, machine);
}

async function lintCheckout(inputs: Inputs, machine: Host): Promise<Outcome> {
  const { env } = machine;
  const workspace = machine.realPath(resolve(machine.cwd, env.GITHUB_WORKSPACE || '.'));
  const folder = reportFolder(env);
  const files = {
    json: join(folder, 'report.json'),
    annotations: inputs.annotations ? join(folder, 'annotations.txt') : undefined,
    summary: inputs.summary && env.GITHUB_STEP_SUMMARY ? join(folder, 'summary.md') : undefined,
    sarif: inputs.sarifFile || undefined,
  };
  const memory = new Set([files.annotations, files.summary].filter((path) => path !== undefined));
  const cwd = workingDirectory(inputs, workspace, machine);
  const { host, captured } = checkoutHost(machine, {
    workspace,
    cwd,
    outside: namedByInputs(inputs, cwd, env),
    memory,
    allowCode: inputs.allowJsConfig,
  });

  const base = inputs.changedOnly ? changeBase(host) : undefined;
  const since = base && 'commit' in base ? base.commit : undefined;
  const given = await main(commandLine(inputs, files, since), host);
  // "never" is meant for a step that only reports; a limit of warnings in the config of the repository does not undo it.
  const status = given === 1 && inputs.failOn === 'never' ? 0 : given;

  const written = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : captured.written.get(path);
  const json = written(files.json);
  const sarif = files.sarif === undefined ? undefined : resolve(cwd, files.sarif);
  const exists = (path: string | undefined): string | undefined =>
    path !== undefined && captured.written.has(path) && machine.kind(path) === 'file' ? path : undefined;
  return {
    status,
    report: captured.out,
    words: inWordsOfInputs(captured.err),
    warnings:
      base && 'reason' in base && json !== undefined
        ? [visibleText(`changed-only: all findings are reported, since ${base.reason}`)]
        : [],
    annotations: (written(files.annotations) ?? '').split('\n').filter((line) => line !== ''),
    summary: written(files.summary) ?? '',
    counts: json === undefined ? undefined : (JSON.parse(json) as Summarized).summary.findings,
    json: exists(files.json),
    sarif: exists(sarif),
  };
}

/** Full paths of what the inputs, and the runner, name: globs by the folder they begin in, a config by its folder, for what it extends. */
function namedByInputs(inputs: Inputs, cwd: string, env: Host['env']): string[] {
  const folders = inputs.paths.map((path) => {
    const glob = path.search(/[*?[\]{}]/);
    return glob < 0 ? path : `${path.slice(0, glob)}.`.replace(/[^/\\]+$/, '');
  });
  const files = [inputs.baseline, env.GITHUB_EVENT_PATH].filter((path) => path !== undefined && path !== '');
  const config = inputs.config === '' ? [] : [dirname(resolve(cwd, inputs.config))];
  return [...folders, ...files, ...config].map((path) => resolve(cwd, path ?? '.'));
}

interface Summarized {
  readonly summary: { readonly findings: NonNullable<Outcome['counts']> };
}

function workingDirectory({ workingDirectory: path }: Inputs, workspace: string, machine: Host): string {
  const named = resolve(workspace, path);
  const quoted = JSON.stringify(path);
  if (machine.kind(named) !== 'folder') throw new InputError(`input working-directory: ${quoted} is no folder`);
  const real = machine.realPath(named);
  // Named inside, and elsewhere in truth: a link that came with the checkout.
  if (isInside(named, workspace) && !isInside(real, workspace)) {
    throw new InputError(`input working-directory: ${quoted} is a symbolic link that leads out of the checkout`);
  }
  return real;
}

/** Writes log, annotations, summary and outputs. Standard output has workflow commands, and free text where none is looked for. */
function tell(outcome: Outcome, inputs: Inputs | undefined, machine: Host): number {
  const { env } = machine;
  let { status } = outcome;
  const problems: string[] = [];
  const attempt = (what: string, act: () => void): void => {
    try {
      act();
    } catch (error) {
      status = 2;
      problems.push(`cannot write ${what}: ${wordsOf(error)}`);
    }
  };

  const words = cut(outcome.words, LONGEST_WORDS);
  const { GITHUB_STEP_SUMMARY: summaryFile, GITHUB_OUTPUT: outputFile } = env;
  if (summaryFile && inputs?.summary !== false) {
    attempt('the job summary', () => {
      if (!appendSummary(summaryFile, summaryText(outcome, words))) {
        problems.push('the job summary is left out: with what is in it already it would be larger than GitHub takes');
      }
    });
  }
  const reported = cut(outcome.report, LONGEST_LOG);
  const notes = [...outcome.warnings, ...problems].map((line) => `meshvet: ${visibleText(line)}\n`).join('');
  machine.print('stdout', freeText(reported + words + notes));

  const told = status === 0 ? [] : [words, ...problems].map((text) => text.replace(/^meshvet: /gm, '').trim());
  const failure = told.filter((text) => text !== '').join('\n');
  const first = [
    ...(failure === '' ? [] : [annotation('error', failure)]),
    ...outcome.warnings.map((line) => annotation('warning', line)),
  ];
  // Without annotations of findings a step that failed for another reason still says so.
  for (const line of withinLimits(first, outcome.annotations)) machine.print('stdout', `${line}\n`);

  if (outputFile) {
    const { counts } = outcome;
    const count = (total: number | undefined): string => (total === undefined ? '' : String(total));
    try {
      writeOutputs(outputFile, {
        'error-count': count(counts?.error),
        'warning-count': count(counts?.warning),
        'info-count': count(counts?.info),
        'exit-code': String(status),
        incomplete: String(status === 2),
        'sarif-file': outcome.sarif ?? '',
        'report-json': outcome.json ?? '',
      });
    } catch (error) {
      status = 2;
      machine.print('stdout', `${annotation('error', `cannot write the outputs: ${wordsOf(error)}`)}\n`);
    }
  }
  return status;
}

function summaryText({ summary, status, warnings }: Outcome, words: string): string {
  const told = [...warnings, ...(words === '' ? [] : [words.trimEnd()])].join('\n');
  const head = summary === '' ? `### meshvet: ${status === 0 ? 'nothing to say' : 'could not do its work'}\n\n` : '';
  // Inside <pre> nothing is Markdown, and with these characters as entities nothing is HTML.
  const escaped = told.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const box = told === '' ? '' : `<pre>\n${escaped}\n</pre>\n\n`;
  return `${head}${summary}${summary === '' || summary.endsWith('\n') ? '' : '\n'}${box === '' ? '' : '\n'}${box}`;
}

/** The first lines of a text, with the number of those that are left out. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const end = text.lastIndexOf('\n', longest);
  const kept = end < 0 ? `${beginning(text, longest)}\n` : text.slice(0, end + 1);
  const left = text.slice(kept.length).split('\n').length - 1;
  return `${kept}... ${Math.max(left, 1)} more lines; the JSON report has all findings\n`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stackOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return stack
    .split('\n')
    .map((line) => visibleText(line))
    .join('\n');
}
