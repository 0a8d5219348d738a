import { dirname, resolve } from 'node:path';
import { type Config, findRules, parseVersion, type RuleHead, ruleIndex, visibleText } from '@meshvet/core';
import { type FlagName, type GivenFlags, meant, oneOf } from './arguments.ts';
import { UsageError } from './errors.ts';
import { findConfig } from './find-config.ts';
import type { Host } from './host.ts';
import type { LintPathsOptions } from './lint-paths.ts';
import type { LoadedConfig } from './load-config.ts';
import { ownRules } from './own-rules.ts';
import type { RenderSources } from './rendered-sources.ts';

const SEVERITY_WORDS = ['error', 'warning', 'info', 'off'] as const;

/** What a run is asked for: the config with the flags laid over it, and all else that `lintPaths` takes. */
export interface RunOptions {
  readonly config: Config;
  readonly options: LintPathsOptions;
  /** Full path of the baseline that flags or config name. */
  readonly baseline: string | undefined;
}

/** Reads flags and config file, for every command that lints. */
export async function runOptions(flags: GivenFlags, host: Host): Promise<RunOptions> {
  const given = settingsOfFlags(flags);
  const clusters = parseClusters(flags.all('cluster'));
  const render = renderOf(flags);

  const loaded = await configOf(flags, host);
  const config = laidOver(loaded?.config ?? {}, given);
  const plugins = loaded?.plugins;
  const rules = plugins?.rules.length ? [...ownRules, ...plugins.rules] : ownRules;
  const ruleFlags = flags.all('rule').map((value) => parseRuleFlag(value, rules));
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
    ...(render ? { render } : {}),
    timings: flags.has('stats'),
    rules,
  };
  return { config, options, baseline: baselineOf(flags, loaded, host) };
}

function baselineOf(
  flags: GivenFlags,
  loaded: { readonly config: Config; readonly path: string } | undefined,
  host: Host,
): string | undefined {
  const flag = flags.later('baseline', 'no-baseline');
  if (flag === 'no-baseline') return undefined;
  const named = flags.last('baseline');
  if (named !== undefined) {
    if (named === '') throw new UsageError('--baseline needs a file name: --baseline meshvet.baseline.json');
    return resolve(host.cwd, named);
  }
  return loaded?.config.baseline === undefined ? undefined : resolve(dirname(loaded.path), loaded.config.baseline);
}

/** Standard input that has a name is read without a `-` too. */
export function pathsOf(operands: readonly string[], flags: GivenFlags): readonly string[] {
  if (flags.has('stdin-filename') && !operands.includes('-')) return [...operands, '-'];
  return operands.length > 0 || flags.has('helm') || flags.has('kustomize') ? operands : ['.'];
}

function renderOf(flags: GivenFlags): RenderSources | undefined {
  const charts = flags.all('helm');
  const values = flags.all('values');
  const kustomizations = flags.all('kustomize');
  if (values.length > 0 && charts.length === 0) throw new UsageError('--values goes with --helm CHART');
  if (charts.length + kustomizations.length === 0) return undefined;
  const filter = (['changed', 'staged', 'since'] as const).find((name) => flags.has(name));
  if (filter) {
    const given = charts.length > 0 ? 'helm' : 'kustomize';
    throw new UsageError(
      `--${filter} goes by lines of files, and --${given} makes text that is no file; give one of them`,
    );
  }
  return { charts, values, kustomizations };
}

type Settings = { -readonly [K in keyof Config]: Config[K] };

function settingsOfFlags(flags: GivenFlags): Settings {
  const settings: Settings = {};
  const take = <K extends 'profile' | 'preset' | 'expectMesh'>(key: K, flag: FlagName = key as FlagName): void => {
    const value = flags.last(flag);
    if (value !== undefined) settings[key] = value as NonNullable<Settings[K]>;
  };
  take('profile');
  take('preset');
  take('expectMesh', 'expect-mesh');
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
  readonly severity: (typeof SEVERITY_WORDS)[number];
}

function parseRuleFlag(value: string, rules: readonly RuleHead[]): RuleFlag {
  const colon = value.lastIndexOf(':');
  if (colon < 1)
    throw new UsageError(`--rule: "${visibleText(value)}" is not ID:SEVERITY, such as port-name-missing:off`);
  const name = value.slice(0, colon);
  const severity = oneOf('--rule', value.slice(colon + 1), SEVERITY_WORDS);
  if (findRules(rules, name).length === 0) {
    throw new UsageError(`--rule: there is no rule "${visibleText(name)}"${meant(name, ruleIndex(rules).names)}`);
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

async function configOf(flags: GivenFlags, host: Host): Promise<LoadedConfig | undefined> {
  const flag = flags.later('config', 'no-config');
  if (flag === 'no-config') return undefined;
  const path = flag === 'config' ? flags.last('config') : findConfig(host);
  if (path === undefined) return undefined;
  const { loadConfig } = await import('./seldom-read.ts');
  const refusePlugins = flags.has('no-plugins');
  return loadConfig(path, ownRules, host, refusePlugins, refusePlugins || flags.has('no-js-config'));
}
