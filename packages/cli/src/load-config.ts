import { resolve } from 'node:path';
import { type Config, type Rule, readConfig } from '@meshvet/core';
import { ConfigFileError, failureWords, UsageError } from './errors.ts';
import type { Host } from './host.ts';
import { readInput } from './read-input.ts';
import { shownPath } from './shown-path.ts';

/** A config and where it stands: its globs are relative to that folder. */
export interface LoadedConfig {
  readonly config: Config;
  /** Full path of the file. */
  readonly path: string;
}

/** Reads and checks a config file. Throws with all its mistakes, each with its place. */
export async function loadConfig(path: string, rules: readonly Rule[], host: Host): Promise<LoadedConfig> {
  const full = resolve(host.cwd, path);
  const shown = shownPath(host, full);
  let file: ReturnType<typeof readInput>;
  try {
    file = readInput(host, full, shown);
  } catch (error) {
    throw new UsageError(`cannot read the config file ${JSON.stringify(shown)}: ${failureWords(error)}`);
  }
  const result = await readConfig(file, rules);
  if ('config' in result) return { config: result.config, path: full };
  throw new ConfigFileError(file, result.errors);
}
