import { dirname, resolve } from 'node:path';
import { UsageError } from './errors.ts';
import { repositoryOf } from './find-files.ts';
import type { Host } from './host.ts';
import { shownPath } from './shown-path.ts';

/** The names a config file may have. */
export const CONFIG_NAMES = [
  'meshvet.config.yaml',
  'meshvet.config.yml',
  'meshvet.config.json',
  'meshvet.config.ts',
  'meshvet.config.mts',
  'meshvet.config.js',
  'meshvet.config.mjs',
] as const;

/**
 * The config file that counts in the working directory: the nearest one up to the root of the repository. Outside a
 * repository only the working directory is looked at: what lies above may be anybody's. undefined when there is none.
 */
export function findConfig(host: Host): string | undefined {
  const last = repositoryOf(host, host.cwd) ?? host.cwd;
  for (let folder = host.cwd; ; folder = dirname(folder)) {
    const [first, second] = CONFIG_NAMES.filter((name) => host.kind(resolve(folder, name)) === 'file');
    if (first && second) {
      throw new UsageError(
        `${first} and ${second} both stand in ${shownPath(host, folder) || '.'}; only one can count`,
      );
    }
    if (first) return resolve(folder, first);
    if (folder === last) return undefined;
  }
}
