import { resolve } from 'node:path';
import {
  type Config,
  didYouMean,
  findRules,
  type LintResult,
  parseVersion,
  REPORTERS,
  ruleIndex,
  visibleText,
} from '@meshvet/core';
import { allRules } from '@meshvet/rules';
import {
  type Arguments,
  COMMANDS,
  type FormatTarget,
  type GivenFlags,
  meant,
  oneOf,
  parseFormats,
} from '../arguments.ts';
import { failureWords, UsageError } from '../errors.ts';
import { findConfig } from '../find-config.ts';
import type { Host } from '../host.ts';
import { type LintPathsOptions, lintPaths, type PathsResult } from '../lint-paths.ts';
import { useColor } from '../use-color.ts';
import { TOOL } from '../version.ts';

const STEPS = ['error', 'warning', 'info'] as const;

/** `meshvet lint`: 0 for nothing at or above the threshold, 1 for findings, 2 when the job could not be done. */
export async function lintCommand({ operands, flags, named }: Arguments, host: Host): Promise<number> {
  const formats = parseFormats(flags.all('format'));
  const given = settingsOfFlags(flags);
  const ruleFlags = flags.all('rule').map(parseRuleFlag);
  const clusters = parseClusters(flags.all('cluster'));

  const loaded = await configOf(flags, host);
  const config = laidOver(loaded?.config ?? {}, given);
  const stdinFilename = flags.last('stdin-filename');
  const meshConfig = flags.last('mesh-config');
  const meshNetworks = flags.last('mesh-networks');
  const options: LintPathsOptions = {
    config,
    overrides: ruleFlags.map(({ name, severity }) => ({ [name]: severity })),
    ...(loaded ? { configPath: loaded.path } : {}),
    ignore: !flags.has('no-ignore'),
    ...(stdinFilename === undefined ? {} : { stdinFilename }),
    ...(meshConfig === undefined ? {} : { meshConfig }),
    ...(meshNetworks === undefined ? {} : { meshNetworks }),
    clusters,
    timings: flags.has('stats'),
  };
  const paths = pathsOf(operands, stdinFilename);
  const run = await lintPaths(paths, options, host);

  const nothingThere = run.missing.length === paths.length;
  const written = nothingThere || report(run, formats, flags, host);
  if (flags.has('stats') && !nothingThere) {
    const { statsText } = await import('../seldom.ts');
    host.print('stderr', statsText(run, host));
  }
  const notices = [...troubles(run, named ? undefined : operands[0], host), ...emptiness(run, flags)];
  const { fails, reason } = threshold(run.result, config, flags.has('quiet'));
  for (const line of reason ? [...notices, reason] : notices) host.print('stderr', `meshvet: ${line}\n`);
  if (notices.length > 0 || !written) return 2;
  return fails ? 1 : 0;
}

/** Standard input that has a name is read without a `-` too. */
function pathsOf(operands: readonly string[], stdinFilename: string | undefined): readonly string[] {
  if (stdinFilename !== undefined && !operands.includes('-')) return [...operands, '-'];
  return operands.length > 0 ? operands : ['.'];
}

type Settings = { -readonly [K in keyof Config]: Config[K] };

function settingsOfFlags(flags: GivenFlags): Settings {
  const settings: Settings = {};
  const take = <K extends 'profile' | 'preset'>(key: K): void => {
    const value = flags.last(key);
    if (value !== undefined) settings[key] = value as NonNullable<Settings[K]>;
  };
  take('profile');
  take('preset');
  const istioVersion = versionFlag(flags, 'istio-version', '1.24');
  if (istioVersion !== undefined) settings.istioVersion = istioVersion;
  const kubernetesVersion = versionFlag(flags, 'kubernetes-version', '1.31');
  if (kubernetesVersion !== undefined) settings.kubernetesVersion = kubernetesVersion;
  if (flags.has('closed-world')) settings.closedWorld = true;
  const failOn = flags.last('fail-on');
  if (failOn !== undefined) settings.failOn = failOn as NonNullable<Settings['failOn']>;
  const most = flags.last('max-warnings');
  if (most !== undefined) {
    if (!/^\d{1,9}$/.test(most))
      throw new UsageError(`--max-warnings: "${visibleText(most)}" is no number; write one such as 10`);
    settings.maxWarnings = Number(most);
  }
  return settings;
}

function versionFlag(
  flags: GivenFlags,
  name: 'istio-version' | 'kubernetes-version',
  example: string,
): string | undefined {
  const text = flags.last(name);
  if (text !== undefined && !parseVersion(text)) {
    throw new UsageError(`--${name}: "${visibleText(text)}" is no version; write one such as ${example}`);
  }
  return text;
}

/** Flags win over the config. Another profile brings its own versions, as it does in a project of a config. */
function laidOver(config: Config, given: Settings): Config {
  const { istioVersion, kubernetesVersion, ...rest } = config;
  const sameProfile = given.profile === undefined || given.profile === (config.profile ?? 'istio-current');
  return sameProfile ? { ...config, ...given } : { ...rest, ...given };
}

interface RuleFlag {
  readonly name: string;
  readonly severity: 'error' | 'warning' | 'info' | 'off';
}

function parseRuleFlag(value: string): RuleFlag {
  const colon = value.lastIndexOf(':');
  if (colon < 1)
    throw new UsageError(`--rule: "${visibleText(value)}" is not ID:SEVERITY, such as port-name-missing:off`);
  const name = value.slice(0, colon);
  const severity = oneOf('--rule', value.slice(colon + 1), [...STEPS, 'off'] as const);
  if (findRules(allRules, name).length === 0) {
    throw new UsageError(`--rule: there is no rule "${visibleText(name)}"${meant(name, ruleIndex(allRules).names)}`);
  }
  return { name, severity };
}

function parseClusters(values: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const clusters = new Map<string, string[]>();
  for (const value of values) {
    const equals = value.indexOf('=');
    if (equals < 1 || equals === value.length - 1) {
      throw new UsageError(`--cluster: "${visibleText(value)}" is not NAME=PATH, such as west=clusters/west`);
    }
    const name = value.slice(0, equals);
    clusters.set(name, [...(clusters.get(name) ?? []), value.slice(equals + 1)]);
  }
  return clusters;
}

async function configOf(flags: GivenFlags, host: Host): Promise<{ config: Config; path: string } | undefined> {
  const flag = flags.later('config', 'no-config');
  if (flag === 'no-config') return undefined;
  const path = flag === 'config' ? flags.last('config') : findConfig(host);
  if (path === undefined) return undefined;
  const { loadConfig } = await import('../seldom.ts');
  return loadConfig(path, allRules, host);
}

/** Prints the reports; false when a file could not be written. */
function report(run: PathsResult, formats: readonly FormatTarget[], flags: GivenFlags, host: Host): boolean {
  let written = true;
  for (const { format, file } of formats) {
    const text = REPORTERS[format](run.result, {
      tool: TOOL,
      text: run.text,
      color: file === undefined && useColor(flags, host, 'stdout'),
      quiet: flags.has('quiet'),
    });
    if (file === undefined) {
      host.print('stdout', text);
      continue;
    }
    try {
      host.write(resolve(host.cwd, file), text);
    } catch (error) {
      written = false;
      host.print(
        'stderr',
        `meshvet: cannot write the ${format} report to "${visibleText(file)}": ${failureWords(error)}\n`,
      );
    }
  }
  return written;
}

/** What could not be done, a line each: with one the exit status is 2. `first` is where a command could have been meant. */
function troubles(run: PathsResult, first: string | undefined, host: Host): string[] {
  const { missing, unreadable, result } = run;
  const lines = missing.map((path) => {
    const shown = `"${visibleText(path)}"`;
    if (/[*?[\]{}]/.test(path)) return `no file matches ${shown}`;
    const command = path === first ? didYouMean(path, COMMANDS) : undefined;
    if (command) return `no such file or folder ${shown}, did you mean the command "${command}"?`;
    return `no such file or folder ${shown}${meant(path, neighbours(path, host))}`;
  });
  for (const { shown, reason } of unreadable) lines.push(`cannot read "${visibleText(shown)}": ${reason}`);
  for (const ruleId of new Set(result.failures.map((failure) => failure.ruleId))) {
    lines.push(
      `rule ${visibleText(ruleId)} broke: a fault of meshvet itself; please report it with the manifests that lead to it`,
    );
  }
  return lines;
}

/** Paths that stand beside one that is missing. */
function neighbours(path: string, host: Host): string[] {
  const cut = path.lastIndexOf('/') + 1;
  try {
    return host.list(resolve(host.cwd, path.slice(0, cut) || '.')).map(({ name }) => path.slice(0, cut) + name);
  } catch {
    return []; // The folder is missing too: nothing is near.
  }
}

/** Input without a manifest is probably a wrong path, and must not look like a clean run. */
function emptiness(run: PathsResult, flags: GivenFlags): string[] {
  const { result, missing, unreadable } = run;
  if (result.resources > 0 || result.findings.length > 0 || result.suppressed.length > 0) return [];
  if (missing.length > 0 || unreadable.length > 0 || flags.has('pass-on-no-manifests')) return [];
  const files = result.files.read;
  const where =
    files === 0 ? 'no file to read' : `no Kubernetes manifest in ${files === 1 ? 'the file' : `the ${files} files`}`;
  return [`${where}; with --pass-on-no-manifests that is no error`];
}

/** Whether the findings fail the run, and a line to say so where the report does not show it. */
function threshold(result: LintResult, config: Config, quiet: boolean): { fails: boolean; reason?: string } {
  const total = (severity: (typeof STEPS)[number]): number =>
    result.findings.filter((finding) => finding.severity === severity).length;
  const failOn = config.failOn ?? 'error';
  const counted = failOn === 'never' ? [] : STEPS.slice(0, STEPS.indexOf(failOn) + 1);
  const warnings = total('warning');
  if (counted.some((severity) => total(severity) > 0)) {
    if (!quiet || total('error') > 0) return { fails: true };
    const shown = counted.filter((severity) => total(severity) > 0).map((severity) => `${total(severity)} ${severity}`);
    return { fails: true, reason: `findings that --quiet hides fail the run: ${shown.join(', ')}` };
  }
  if (config.maxWarnings !== undefined && warnings > config.maxWarnings) {
    return { fails: true, reason: `${warnings} warnings, more than the ${config.maxWarnings} allowed` };
  }
  return { fails: false };
}
