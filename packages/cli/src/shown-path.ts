import { relative } from 'node:path';
import type { Host } from './host.ts';
import { slashes } from './path-text.ts';

/** A full path as it is shown: relative to the working directory, with `/`. */
export function shownPath(host: Host, full: string): string {
  return slashes(relative(host.cwd, full));
}
