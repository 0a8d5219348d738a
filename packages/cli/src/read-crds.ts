import { resolve } from 'node:path';
import type { InputFile } from '@meshvet/core';
import { failureWords, UsageError } from './errors.ts';
import { findFiles } from './find-files.ts';
import type { Host } from './host.ts';
import { readInput } from './read-input.ts';
import { shownPath } from './shown-path.ts';

/**
 * The files that `crds` of a config names, from the folder of the config. Ignore files do not count: who names a file means it.
 * A check against half of the definitions looks like one against all, so whatever cannot be read ends the run.
 */
export async function readCrds(names: readonly string[], folder: string, host: Host): Promise<InputFile[]> {
  const there: Host = { ...host, cwd: folder };
  for (const name of names) {
    // A pipe or a device could be waited for without end.
    if (host.kind(resolve(folder, name)) === 'other') throw fault(name, 'it is no regular file');
  }
  const found = await findFiles(
    names.map((name) => (name === '-' ? './-' : name)),
    { ignore: false },
    there,
  );
  const [missing] = found.missing;
  if (missing !== undefined) throw fault(missing, 'there is no such file');
  const [unreadable] = found.unreadable;
  if (unreadable) throw fault(unreadable.shown, unreadable.reason);
  return found.files.map(({ shown, path = shown }) => {
    try {
      return readInput(host, path, shownPath(host, resolve(folder, shown)));
    } catch (error) {
      throw fault(shown, failureWords(error));
    }
  });
}

function fault(name: string, reason: string): UsageError {
  return new UsageError(`the config names ${JSON.stringify(name)} in "crds", which cannot be read: ${reason}`);
}
