import { dirname, relative, resolve, sep } from 'node:path';
import {
  type Baseline,
  type BaselinePath,
  baselineText,
  type RuleHead,
  readBaseline,
  visibleText,
} from '@meshvet/core';
import { failureWords, UsageError } from './errors.ts';
import type { Host } from './host.ts';
import { inputOf } from './read-input.ts';
import { shownPath } from './shown-path.ts';

/** What the file is called when nobody names it. */
export const BASELINE_NAME = 'meshvet.baseline.json';

// A line for each of half a million findings.
const LARGEST = 128 * 1024 * 1024;

/** Reads a baseline. Throws a `UsageError` with the place of the first mistake. */
export async function loadBaseline(path: string, rules: readonly RuleHead[], host: Host): Promise<Baseline> {
  const shown = shownPath(host, path) || '.';
  const words = `the baseline ${JSON.stringify(shown)}`;
  const kind = host.kind(path);
  if (kind === undefined)
    throw new UsageError(`there is no baseline ${JSON.stringify(shown)}; "meshvet baseline create" makes it`);
  let file: ReturnType<typeof inputOf>;
  try {
    file = inputOf(host.read(path, LARGEST), shown);
  } catch (error) {
    throw new UsageError(`cannot read ${words}: ${failureWords(error)}`);
  }
  const result = await readBaseline(file, rules);
  if ('baseline' in result) return result.baseline;
  const { line, column, message } = result.error;
  throw new UsageError(`cannot read ${words}: ${line}:${column}: ${visibleText(message)}`);
}

/** Writes a baseline, whole or not at all. */
export function writeBaseline(path: string, baseline: Baseline, host: Host): void {
  try {
    host.replace(path, baselineText(baseline));
  } catch (error) {
    throw new UsageError(`cannot write the baseline ${JSON.stringify(shownPath(host, path))}: ${failureWords(error)}`);
  }
}

/** Paths of findings as the baseline has them: from its own folder, so that it holds whatever folder a run starts in. */
export function baselinePath(path: string, host: Host): BaselinePath {
  const folder = dirname(path);
  return (file) => {
    const below = relative(folder, resolve(host.cwd, file));
    return sep === '/' ? below : below.replaceAll(sep, '/');
  };
}
