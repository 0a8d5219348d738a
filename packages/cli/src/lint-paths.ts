import { dirname, relative, resolve } from 'node:path';
import {
  type Config,
  describeRules,
  explainTraffic,
  explainWorkloads,
  type InputFile,
  ignores,
  type LateRule,
  type LintResult,
  type LintSetup,
  lint,
  type Rule,
  type RuleDescription,
  SetupError,
  type TrafficAnswer,
  type TrafficQuestion,
  type WorkloadReport,
} from '@meshvet/core';
import { failureWords, UsageError } from './errors.ts';
import { findFiles, type Unreadable } from './find-files.ts';
import { type Host, nodeHost, type RawPath } from './host.ts';
import { ownRules } from './own-rules.ts';
import { slashes } from './path-text.ts';
import type { Progress } from './progress.ts';
import { inputOf, MAX_FILE_SIZE, readInput } from './read-input.ts';
import type { RenderSources } from './rendered-sources.ts';
import { shownPath } from './shown-path.ts';

/** How files are found and judged; all of it may be left out. */
export interface LintPathsOptions {
  /** A config that was checked (`readConfig`). */
  readonly config?: Config;
  /** Severities by rule id or code that beat the config, the later the earlier. */
  readonly overrides?: NonNullable<LintSetup['overrides']>;
  /** Path of the file that the config is from: its globs are relative to its folder. Else to the working directory. */
  readonly configPath?: string;
  /** Whether .gitignore and .meshvetignore count; they do by default. */
  readonly ignore?: boolean;
  /** What the path `-`, standard input, is called. */
  readonly stdinFilename?: string;
  /** Path of a file with MeshConfig. */
  readonly meshConfig?: string;
  readonly meshNetworks?: string;
  /** Files and folders of other clusters of the same mesh, by cluster name. */
  readonly clusters?: ReadonlyMap<string, readonly string[]>;
  /** What is rendered with the user's own programs and linted too; nothing when left out. */
  readonly render?: RenderSources;
  /** The rules that may run; those of @meshvet/rules when left out. Rules of plugins have to be among them. */
  readonly rules?: readonly (Rule | LateRule)[];
  /** Also tell what the mesh does with each workload. */
  readonly explain?: boolean;
  /** Also tell what becomes of requests. */
  readonly traffic?: TrafficQuestion;
  /** Measure how long things take. */
  readonly timings?: boolean;
  /** Is told what is being done. */
  readonly progress?: Progress;
}

/** What came of the files behind the paths. */
export interface PathsResult {
  readonly result: LintResult;
  /** What the mesh does with each workload; only when asked for. */
  readonly workloads?: readonly WorkloadReport[];
  /** What becomes of the requests; only when asked for. */
  readonly traffic?: Omit<TrafficAnswer, 'result'>;
  /** What could not be read; the rest was linted. */
  readonly unreadable: readonly Unreadable[];
  /** Paths that lead to nothing. */
  readonly missing: readonly string[];
  /** The text of a file that was read, for excerpts. */
  text(path: string): string | undefined;
  /** The rules that ran, for reports that describe them. */
  rules(): readonly RuleDescription[];
  /** What the engine was given, for those who run it again. */
  readonly input: {
    readonly files: readonly InputFile[];
    readonly setup: LintSetup;
    /** The path to open of a file by the path that is shown; undefined for standard input. What was rendered has none. */
    readonly paths: ReadonlyMap<string, RawPath | undefined>;
  };
  /** Milliseconds, of the work before the engine. */
  readonly stages: { readonly find: number; readonly load: number };
}

/** Lints files, folders, globs and standard input (`-`). */
export async function lintPaths(
  paths: readonly string[],
  options: LintPathsOptions = {},
  host: Host = nodeHost(),
): Promise<PathsResult> {
  const { config = {}, configPath } = options;
  const configFolder = configPath === undefined ? host.cwd : dirname(resolve(host.cwd, configPath));
  const began = host.clock();
  const toConfig = (shown: string): string => slashes(relative(configFolder, resolve(host.cwd, shown)));
  const ignored = config.ignore?.length ? ignores(config) : undefined;
  const found = await findFiles(
    paths,
    {
      ignore: options.ignore ?? true,
      ...(ignored ? { excluded: (shown: string) => ignored(toConfig(shown)) } : {}),
      ...(options.stdinFilename === undefined ? {} : { stdinFilename: options.stdinFilename }),
    },
    host,
  );
  const foundAt = host.clock();

  const unreadable = [...found.unreadable];
  const files: InputFile[] = [];
  const texts = new Map<string, string>();
  for (const [i, { shown, path }] of found.files.entries()) {
    options.progress?.say(() => `reading file ${i + 1} of ${found.files.length}`);
    try {
      const file =
        path === undefined ? inputOf(await host.readStdin(MAX_FILE_SIZE), shown) : readInput(host, path, shown);
      files.push(file);
      texts.set(shown, file.text);
    } catch (error) {
      unreadable.push({ shown, reason: failureWords(error) });
    }
  }
  if (options.render) {
    const { renderedSources } = await import('./seldom-read.ts');
    for (const file of renderedSources(options.render, new Set(found.files.map(({ shown }) => shown)), host)) {
      files.push(file);
      texts.set(file.path, file.text);
    }
  }
  const clusters = await readClusters(options, host, unreadable, texts);
  const crds = config.crds?.length
    ? await (await import('./seldom-read.ts')).readCrds(config.crds, configFolder, host)
    : [];
  for (const file of crds) texts.set(file.path, file.text);
  const loadedAt = host.clock();

  const meshConfig = beside(options.meshConfig, 'MeshConfig', host, texts);
  const meshNetworks = beside(options.meshNetworks, 'MeshNetworks', host, texts);
  const setup = {
    rules: options.rules ?? ownRules,
    config,
    ...(options.overrides ? { overrides: options.overrides } : {}),
  };
  const whole: LintSetup = {
    ...setup,
    configPath: toConfig,
    // A hook names the files that changed, and the Namespace with its label is not among them: that none is there says nothing of a mesh.
    ...(found.whole ? {} : { assumeMesh: 'unless-shown' as const }),
    clusters,
    crds,
    today: host.today(),
    ...(options.progress
      ? {
          onProgress: (done: number, total: number) =>
            options.progress?.say(() => `judging resource ${done} of ${total}`),
        }
      : {}),
    ...(meshConfig ? { meshConfig } : {}),
    ...(meshNetworks ? { meshNetworks } : {}),
    ...(options.timings ? { clock: () => host.clock() } : {}),
  };
  options.progress?.say(() => `reading the manifests of ${files.length} files`);
  const run = await usable(() => runOf(files, whole, options));
  return {
    ...run,
    input: { files, setup: whole, paths: new Map(found.files.map(({ shown, path }) => [shown, path])) },
    unreadable,
    missing: found.missing,
    text: (path) => texts.get(path),
    rules: () => describeRules(setup),
    stages: { find: foundAt - began, load: loadedAt - foundAt },
  };
}

async function runOf(
  files: readonly InputFile[],
  setup: LintSetup,
  options: LintPathsOptions,
): Promise<Pick<PathsResult, 'result' | 'workloads' | 'traffic'>> {
  if (options.traffic) {
    const { result, ...traffic } = await explainTraffic(files, setup, options.traffic);
    return { result, traffic };
  }
  return options.explain ? explainWorkloads(files, setup) : { result: await lint(files, setup) };
}

/** A file beside the manifests that cannot be used is a mistake in the call. */
async function usable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof SetupError) throw new UsageError(error.message);
    throw error;
  }
}

async function readClusters(
  options: LintPathsOptions,
  host: Host,
  unreadable: Unreadable[],
  texts: Map<string, string>,
): Promise<Record<string, InputFile[]>> {
  const read: [string, InputFile[]][] = [];
  for (const [name, paths] of options.clusters ?? []) {
    const found = await findFiles(paths, { ignore: options.ignore ?? true }, host);
    const [missing] = found.missing;
    if (missing !== undefined)
      throw new UsageError(`--cluster ${name}: no such file or folder ${JSON.stringify(missing)}`);
    unreadable.push(...found.unreadable);
    const files: InputFile[] = [];
    for (const { shown, path } of found.files) {
      if (path === undefined) throw new UsageError(`--cluster ${name}: a cluster cannot be read from standard input`);
      try {
        const file = readInput(host, path, shown);
        files.push(file);
        texts.set(shown, file.text);
      } catch (error) {
        unreadable.push({ shown, reason: failureWords(error) });
      }
    }
    read.push([name, files]);
  }
  return Object.fromEntries(read);
}

function beside(path: string | undefined, what: string, host: Host, texts: Map<string, string>): InputFile | undefined {
  if (path === undefined) return undefined;
  const full = resolve(host.cwd, path);
  const shown = shownPath(host, full);
  try {
    const file = readInput(host, full, shown);
    texts.set(shown, file.text);
    return file;
  } catch (error) {
    throw new UsageError(`cannot read ${what} from ${JSON.stringify(path)}: ${failureWords(error)}`);
  }
}
