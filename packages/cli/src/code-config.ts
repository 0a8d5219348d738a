import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { InputFile } from '@meshvet/core';
import { UsageError } from './errors.ts';
import type { Host } from './host.ts';
import { shownPath } from './shown-path.ts';

/** A module may wait for something that never comes. */
const LOADING_MILLISECONDS = 20_000;

/** Whether a config is a program: reading it runs it. */
export function isCodeConfig(path: string): boolean {
  return /\.m?[jt]s$/.test(path);
}

/** Runs a config that is a program, and answers what it exports as the text of a file. */
export async function readCodeConfig(path: string, host: Host): Promise<InputFile> {
  const shown = shownPath(host, path);
  const broken = (words: string) => new UsageError(`the config file ${JSON.stringify(shown)} ${words}`);
  if (host.kind(path) !== 'file') throw broken('cannot be read: there is no such file');
  let timer: NodeJS.Timeout | undefined;
  let exported: unknown;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('it does not finish loading')), LOADING_MILLISECONDS);
    });
    const module = (await Promise.race([load(path, shown), late])) as { readonly default?: unknown };
    exported = await Promise.race([module.default, late]);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw broken(`cannot be loaded: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
  } finally {
    clearTimeout(timer);
  }
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported))
    throw broken('has no default export that is an object: export default { preset: "strict" }');
  try {
    // Mistakes in it have their places in this text: the lines of the program are not those of what it makes.
    return { path: `${shown} (as JSON)`, text: `${JSON.stringify(exported, plainOnly, 2)}\n` };
  } catch (error) {
    throw broken(`exports more than data: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function plainOnly(key: string, value: unknown): unknown {
  if (['function', 'symbol', 'bigint'].includes(typeof value)) throw new Error(`"${key}" is a ${typeof value}`);
  return value;
}

/** Node reads TypeScript itself from 22.18 on; before, `jiti` does where it is installed beside the config. */
async function load(path: string, shown: string): Promise<unknown> {
  const { href } = pathToFileURL(path);
  const { typescript } = process.features as { readonly typescript?: unknown };
  if (!/ts$/.test(path) || typescript) return import(href);
  const { createRequire } = process.getBuiltinModule('node:module');
  let entry: string;
  try {
    entry = createRequire(join(dirname(path), 'config.js')).resolve('jiti');
  } catch {
    throw new UsageError(
      `the config file ${JSON.stringify(shown)} is TypeScript, which Node ${process.versions.node} reads with the help of the package jiti only: npm install --save-dev jiti, or use Node 22.18, or a config in YAML or JavaScript`,
    );
  }
  const { createJiti } = (await import(pathToFileURL(entry).href)) as {
    createJiti(from: string, options: object): { import(path: string): Promise<unknown> };
  };
  return createJiti(href, { fsCache: false, moduleCache: false }).import(path);
}
