import { relative, sep } from 'node:path';
import type { Host } from './host.ts';

/** A full path as it is shown: relative to the working directory, with `/`. */
export function shownPath(host: Host, full: string): string {
  const path = relative(host.cwd, full);
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
