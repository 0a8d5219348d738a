import { basename, resolve } from 'node:path';
import { addTo, type InputFile, visibleText } from '@meshvet/core';
import { failureWords, UsageError } from './errors.ts';
import type { Host, ProgramEnd } from './host.ts';
import { inputOf, MAX_FILE_SIZE } from './read-input.ts';
import { shownPath } from './shown-path.ts';

/** What is to be rendered, by the programs that its owner uses for it. */
export interface RenderSources {
  /** Charts: folders and archives. */
  readonly charts: readonly string[];
  /** Files of values, for each of the charts. */
  readonly values: readonly string[];
  /** Folders with a Kustomization. */
  readonly kustomizations: readonly string[];
}

const LIMIT = 64 * 1024 * 1024;
const TIMEOUT = 60_000;
/** Files of one chart; what makes more is no chart of somebody. */
const MOST_SOURCES = 10_000;
/** Lines of what a program says when it fails; kustomize quotes a patch before it comes to the point. */
const MOST_LINES = 8;
const LONGEST_LINE = 500;

/**
 * The files that `helm template`, `kustomize build` or `kubectl kustomize` make. Their paths begin with the name of the
 * renderer (`helm:shop/templates/cart.yaml`), and no path in `taken` is among them. Throws a `UsageError` when
 * a program is missing or fails.
 */
export function renderedSources(
  { charts, values, kustomizations }: RenderSources,
  taken: ReadonlySet<string>,
  host: Host,
): InputFile[] {
  const files = new Map<string, InputFile>();
  const add = (file: InputFile): void => {
    let { path } = file;
    for (let n = 2; files.has(path) || taken.has(path); n++) path = `${file.path} (${n})`;
    files.set(path, { ...file, path, rendered: true });
  };
  const givenValues = values.map((path) => valuesArgument(path, host));
  for (const chart of once(charts, host)) {
    const bytes = render('--helm', ['helm'], helmArguments(chart, givenValues, host), host);
    for (const file of splitBySource(`helm:${shownName(chart, host)}`, bytes)) add(file);
  }
  for (const folder of once(kustomizations, host)) {
    add(rendition(`kustomize:${shownName(folder, host)}`, kustomize(folder, host)));
  }
  return [...files.values()];
}

/** The same folder twice is rendered once, however it is written. */
function once(paths: readonly string[], host: Host): string[] {
  return [...new Map(paths.map((path) => [resolve(host.cwd, path), path])).values()];
}

function helmArguments(chart: string, values: readonly string[], host: Host): string[] {
  if (chart === '' || host.kind(resolve(host.cwd, chart)) === undefined) {
    const remote = /^[a-z]+:\/\//.test(chart) ? '; pipe the output of "helm template" into meshvet - instead' : '';
    throw new UsageError(`--helm: no such folder or archive "${visibleText(chart)}"${remote}`);
  }
  return ['template', ...values, '--', releaseName(basename(resolve(host.cwd, chart))), operand(chart)];
}

/** A path that is a path to every program: no flag, and to helm no name of a repository or an address. */
function operand(path: string): string {
  return /^(?:\.{0,2}\/|[A-Za-z]:[\\/]|\.{1,2}$)/.test(path) ? path : `./${path}`;
}

function valuesArgument(path: string, host: Host): string {
  // helm reads "-" from its standard input, and fetches an address.
  if (path === '' || host.kind(resolve(host.cwd, path)) === undefined)
    throw new UsageError(`--values: no such file "${visibleText(path)}"`);
  const written = operand(path);
  // The flag takes a list of paths in one line of CSV (pflag's StringSlice).
  return `--values=${/[",\r\n]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written}`;
}

/** A name of a release that helm takes: a DNS label of at most 53 characters. */
function releaseName(name: string): string {
  const label = name
    .replace(/(?:-\d+\.\d+\.\d+[^/]*)?\.(?:tgz|tar\.gz)$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 53)
    .replace(/^-|-$/g, '');
  return label === '' ? 'release' : label;
}

function kustomize(folder: string, host: Host): Uint8Array {
  // kustomize takes an address of a git repository too.
  if (folder === '' || host.kind(resolve(host.cwd, folder)) !== 'folder')
    throw new UsageError(`--kustomize: no such folder "${visibleText(folder)}"`);
  const path = operand(folder);
  return render('--kustomize', ['kustomize', 'kubectl'], ['build', '--', path], host, ['kustomize', '--', path]);
}

/** What the first of the programs that is there prints; the second one has arguments of its own. */
function render(
  flag: string,
  programs: readonly [string, string?],
  args: readonly string[],
  host: Host,
  otherArgs: readonly string[] = [],
): Uint8Array {
  const [first, second] = programs;
  const end = run(flag, first, args, host);
  if (end) return outputOf(flag, `${first} ${args[0]}`, end);
  const other = second === undefined ? undefined : run(flag, second, otherArgs, host);
  if (other) return outputOf(flag, `${second} ${otherArgs[0]}`, other);
  throw new UsageError(
    second === undefined
      ? `${flag} needs the program ${first}, and there is none on the PATH`
      : `${flag} needs the program ${first} or ${second}, and there is neither on the PATH`,
  );
}

function run(flag: string, program: string, args: readonly string[], host: Host): ProgramEnd | undefined {
  try {
    return host.run(program, args, { cwd: host.cwd, limit: LIMIT, timeout: TIMEOUT });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const words =
      code === 'ETIMEDOUT'
        ? `it was not done after ${TIMEOUT / 1000} seconds`
        : code === 'ENOBUFS'
          ? `it prints more than ${LIMIT / 1024 / 1024} MiB`
          : failureWords(error);
    throw new UsageError(`${flag}: ${program} ${args[0]} cannot be used: ${words}`);
  }
}

function outputOf(flag: string, command: string, { status, stdout, stderr }: ProgramEnd): Uint8Array {
  if (status === 0) return stdout;
  // Some characters of UTF-8 have four bytes; a cut one becomes U+FFFD.
  const said = Buffer.from(stderr.subarray(0, MOST_LINES * LONGEST_LINE * 4)).toString('utf8');
  const lines = said
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, MOST_LINES)
    .map((line) => line.slice(0, LONGEST_LINE));
  const why = lines.length > 0 ? '' : status === null ? ': a signal ended it' : ': it gives no reason';
  throw new UsageError(`${flag}: ${command} failed${why}`, lines);
}

/**
 * One file for each template that helm names above a document. helm sorts the documents of all templates by their kind; those of one
 * template stand together here, as `helm template --show-only` prints them.
 */
function splitBySource(chart: string, bytes: Uint8Array): InputFile[] {
  const whole = inputOf({ bytes }, chart);
  if (whole.problem) return [whole];
  const { text } = whole;
  // At the start of a line only: text of a block scalar is indented. What a template says itself stands below helm's line.
  const heads = [...text.matchAll(/^---\n# Source: (.+)$/gm)];
  const first = heads[0]?.index ?? text.length;
  const bySource = new Map<string, string[]>();
  for (const [i, head] of heads.entries()) {
    const source = head[1] as string;
    const part = text.slice(head.index, heads[i + 1]?.index ?? text.length);
    addTo(bySource, source, part);
    if (bySource.size > MOST_SOURCES) throw new UsageError(`--helm: ${visibleText(chart)} renders too many files`);
  }
  const files: InputFile[] = [];
  if (text.slice(0, first).trim() !== '') files.push(limited(chart, text.slice(0, first)));
  for (const [source, parts] of bySource) {
    // The name of the chart, which is not that of its folder, gives way to the path that was asked for.
    const [, ...below] = source.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    files.push(limited([chart, ...below].join('/'), parts.join('')));
  }
  return files;
}

function rendition(path: string, bytes: Uint8Array): InputFile {
  const file = inputOf({ bytes }, path);
  return file.problem ? file : limited(path, file.text);
}

/** The limit that holds for files on disk. */
function limited(path: string, text: string): InputFile {
  const size = Buffer.byteLength(text);
  return size > MAX_FILE_SIZE ? { path, text: '', problem: 'too-large', size } : { path, text, size };
}

/**
 * A folder as it is shown: from the working directory, with `/`; the working directory itself by its name. Reports for other
 * programs resolve `..`, and would take it for a step out of the folder `helm:..`.
 */
function shownName(path: string, host: Host): string {
  const full = resolve(host.cwd, path);
  return (shownPath(host, full) || basename(full)).replace(/^(?:\.\.\/)*(?:\.\.$)?/, '') || basename(full);
}
