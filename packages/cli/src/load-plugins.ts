import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Rule, type RuleHead, SEVERITIES, visibleText } from '@meshvet/core';
import { failureWords, UsageError } from './errors.ts';
import type { Host } from './host.ts';

const MEGABYTE = 1024 * 1024;
/** A module may wait for something that never comes. */
const LOADING_MILLISECONDS = 20_000;

/** The rules that plugins bring. */
export interface Plugins {
  readonly rules: readonly Rule[];
  /** The plugin that a rule is from, by the rule's id. */
  readonly owners: ReadonlyMap<string, string>;
}

/** A plugin as a config names it, and the config: paths are relative to its folder. */
export interface PluginName {
  readonly name: string;
  readonly configPath: string;
}

export const NO_PLUGINS: Plugins = { rules: [], owners: new Map() };

/**
 * Loads the plugins that configs name, each once: packages as Node finds them from the folder of the config, and files
 * below or beside it. This runs their code. Throws a `UsageError` with the plugin's name for one that is not there, breaks, or
 * brings something else than rules.
 */
export async function loadPlugins(
  named: readonly PluginName[],
  known: readonly RuleHead[],
  host: Host,
): Promise<Plugins> {
  const rules: Rule[] = [];
  const owners = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const { meta } of known) for (const id of [meta.id, ...(meta.formerly ?? [])]) taken.set(id, 'meshvet');
  const loaded = new Set<string>();
  for (const { name, configPath } of named) {
    const file = fileOf(name, configPath, host);
    if (loaded.has(file)) continue;
    loaded.add(file);
    for (const [i, candidate] of rulesOf(await load(name, file), name).entries()) {
      const fault = ruleFault(candidate);
      if (fault !== undefined) throw broken(name, `its rule number ${i + 1}${idOf(candidate)} ${fault}`);
      const rule = candidate as Rule;
      for (const id of [rule.meta.id, ...(rule.meta.formerly ?? [])]) {
        const owner = taken.get(id);
        if (owner !== undefined) throw broken(name, `its rule "${id}" has the id of a rule of ${owner}`);
        taken.set(id, `plugin "${name}"`);
      }
      rules.push(rule);
      owners.set(rule.meta.id, name);
    }
  }
  return { rules, owners };
}

async function load(name: string, file: string): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('it does not finish loading')), LOADING_MILLISECONDS);
    });
    return await Promise.race([import(pathToFileURL(file).href), late]);
  } catch (error) {
    const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw broken(name, `it cannot be loaded from "${file}": ${words}`);
  } finally {
    clearTimeout(timer);
  }
}

/** The file that a plugin's name stands for. */
function fileOf(name: string, configPath: string, host: Host): string {
  const { createRequire } = process.getBuiltinModule('node:module');
  const folder = dirname(configPath);
  const wanted = /^\.\.?(?:[/\\]|$)/.test(name) ? resolve(folder, name) : name;
  try {
    return createRequire(join(folder, 'config.js')).resolve(wanted);
  } catch (error) {
    // `require` does not see what a package exports for `import` alone.
    const { code } = error as NodeJS.ErrnoException;
    const file = code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? importedFile(name, folder, host) : undefined;
    if (file !== undefined) return file;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
      throw broken(name, `there is no such ${wanted === name ? 'package' : 'module'}, looked for from "${folder}"`);
    }
    throw broken(name, failureWords(error));
  }
}

/** The main file of a package whose `exports` have no branch for `require`. */
function importedFile(name: string, from: string, host: Host): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const home = join(folder, 'node_modules', name);
    const file = join(home, 'package.json');
    if (host.kind(file) === 'file') {
      const content = host.read(file, MEGABYTE);
      if (!('bytes' in content)) return undefined;
      try {
        const manifest = JSON.parse(new TextDecoder().decode(content.bytes)) as { readonly exports?: unknown } | null;
        const target = importTarget(manifest?.exports);
        return target === undefined ? undefined : resolve(home, target);
      } catch {
        return undefined; // A broken package.json: the package exports nothing.
      }
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** What `import` of a package's name leads to; the first condition that holds counts, as in Node. */
function importTarget(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (exports === null || typeof exports !== 'object' || Array.isArray(exports)) return undefined;
  for (const [condition, target] of Object.entries(exports)) {
    if (!['.', 'node', 'import', 'module-sync', 'default'].includes(condition)) continue;
    const found = importTarget(target);
    if (found !== undefined) return found;
  }
  return undefined;
}

function rulesOf(module: unknown, name: string): readonly unknown[] {
  const { rules, default: main } = module as { readonly rules?: unknown; readonly default?: unknown };
  const inside = isObject(main) ? main.rules : undefined;
  const list = [rules, inside, main].find((candidate) => Array.isArray(candidate)) as readonly unknown[] | undefined;
  if (!list) throw broken(name, 'it exports no list "rules"');
  if (list.length === 0) throw broken(name, 'its list "rules" is empty');
  return list;
}

const SUBJECTS = ['resource', 'workload', 'service', 'namespace', 'problem', 'mesh'];

/** What keeps a value from being a rule, as the end of "its rule ..."; undefined when it is one. */
function ruleFault(rule: unknown): string | undefined {
  if (!isObject(rule)) return 'is no object; make it with defineRule';
  const { meta, check, examples, options } = rule;
  if (!isObject(meta)) return 'has no meta';
  if (typeof check !== 'function') return 'has no function "check"';
  if (typeof meta.id !== 'string' || !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(meta.id) || meta.id.length > 80) {
    return 'has no meta.id of words joined by "-", such as "service-team-missing"';
  }
  const unsaid = ['summary', 'why', 'fix'].find((key) => typeof meta[key] !== 'string' || meta[key] === '');
  if (unsaid) return `has no text meta.${unsaid}`;
  if (!SEVERITIES.includes(meta.severity as never))
    return `has no meta.severity; it is one of ${SEVERITIES.join(', ')}`;
  if (!SUBJECTS.includes(meta.subject as string)) return `has no meta.subject; it is one of ${SUBJECTS.join(', ')}`;
  if (!isObject(meta.messages) || !Object.values(meta.messages).every((text) => typeof text === 'string')) {
    return 'has no meta.messages, texts by id';
  }
  if (!isTexts(meta.sources)) return 'has no list meta.sources';
  for (const key of ['codes', 'formerly', 'types'] as const) {
    if (meta[key] !== undefined && !isTexts(meta[key])) return `has a meta.${key} that is no list of texts`;
  }
  if (!isObject(examples) || !Array.isArray(examples.bad) || !Array.isArray(examples.good)) {
    return 'has no examples with the lists bad and good';
  }
  if (options !== undefined && !(isObject(options) && isObject(options.schema) && isObject(options.defaults))) {
    return 'has options without a schema and defaults';
  }
  return undefined;
}

function idOf(rule: unknown): string {
  const id = isObject(rule) && isObject(rule.meta) ? rule.meta.id : undefined;
  return typeof id === 'string' ? `, "${id.slice(0, 80)}",` : '';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function broken(name: string, fault: string): UsageError {
  return new UsageError(`plugin "${visibleText(name)}": ${visibleText(fault)}`);
}
