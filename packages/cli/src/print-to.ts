import { resolve } from 'node:path';
import { visibleText } from '@meshvet/core';
import { failureWords, UsageError } from './errors.ts';
import type { Host } from './host.ts';

/** Prints a text to standard output, or writes it to the file that a `--format` names. `what` is for the words of a failure: "the rules". */
export function printTo(file: string | undefined, text: string, what: string, host: Host): void {
  if (file === undefined) {
    host.print('stdout', text);
    return;
  }
  try {
    host.write(resolve(host.cwd, file), text);
  } catch (error) {
    throw new UsageError(`cannot write ${what} to "${visibleText(file)}": ${failureWords(error)}`);
  }
}
