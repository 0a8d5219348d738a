import { dirname, relative, resolve } from 'node:path';
import { type Config, type ConfigResult, mergeConfigs, type RuleHead, readConfig, visibleText } from '@meshvet/core';
import { isCodeConfig, readCodeConfig } from './code-config.ts';
import { ConfigFileError, failureWords, UsageError } from './errors.ts';
import { configLayers } from './extends-config.ts';
import type { Host } from './host.ts';
import { loadPlugins, NO_PLUGINS, type Plugins } from './load-plugins.ts';
import { slashes } from './path-text.ts';
import { shownPath } from './shown-path.ts';

/** A config and where it stands: its globs are relative to that folder. */
export interface LoadedConfig {
  readonly config: Config;
  /** Full path of the file. */
  readonly path: string;
  /** What the plugins it names bring. */
  readonly plugins: Plugins;
}

/**
 * Reads and checks a config file and those it extends, for the given rules and those of the plugins they name. Throws with
 * all mistakes of a file, each with its place. Plugins are code: `refusePlugins` makes it an error to name any,
 * `refuseCode` makes it one that the config itself is a program.
 */
export async function loadConfig(
  path: string,
  rules: readonly RuleHead[],
  host: Host,
  refusePlugins = false,
  refuseCode = refusePlugins,
): Promise<LoadedConfig> {
  const full = resolve(host.cwd, path);
  const code = isCodeConfig(full);
  if (code && refuseCode) {
    throw new UsageError(
      `the config file ${JSON.stringify(shownPath(host, full))} is a program, which --no-js-config and --no-plugins refuse to run; write it in YAML or JSON, or use --no-config`,
    );
  }
  const layers = await configLayers(full, host, code ? await readCodeConfig(full, host) : undefined);
  const named = layers.flatMap((layer) =>
    'preset' in layer ? [] : layer.plugins.map((name) => ({ name, configPath: layer.path })),
  );
  const [first] = named;
  if (refusePlugins && first) {
    const theirs = named.filter(({ configPath }) => configPath === first.configPath);
    const names = theirs.map(({ name }) => `"${visibleText(name)}"`).join(', ');
    throw new UsageError(
      `the config file ${JSON.stringify(shownPath(host, first.configPath))} names plugins (${names}), which --no-plugins refuses to run; take them out, or use --no-config`,
    );
  }
  const plugins = named.length === 0 ? NO_PLUGINS : await loadPlugins(named, rules, host);
  const configs: Config[] = [];
  for (const layer of layers) {
    if ('preset' in layer) {
      configs.push(layer);
      continue;
    }
    const result = await checked(() => readConfig(layer.file, [...rules, ...plugins.rules]), plugins);
    if ('errors' in result) throw new ConfigFileError(layer.file, result.errors);
    configs.push(withOwnFolder(result.config, dirname(layer.path), dirname(full)));
  }
  return { config: mergeConfigs(configs), path: full, plugins };
}

/** A config brings the definitions that stand beside it, also where another one extends it. */
function withOwnFolder(config: Config, folder: string, main: string): Config {
  if (!config.crds || folder === main) return config;
  return { ...config, crds: config.crds.map((path) => slashes(relative(main, resolve(folder, path)))) };
}

/** A check uses the schemas of options that plugins bring; one that is none is their fault. */
async function checked(check: () => Promise<ConfigResult>, { owners }: Plugins): Promise<ConfigResult> {
  try {
    return await check();
  } catch (error) {
    if (owners.size === 0) throw error;
    const names = [...new Set(owners.values())].map((name) => `"${visibleText(name)}"`).join(', ');
    throw new UsageError(`the options of a rule of plugin ${names} have no usable schema: ${failureWords(error)}`);
  }
}
