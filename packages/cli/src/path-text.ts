import { sep } from 'node:path';

/** Whether a full path is the folder or something below it. Links are not followed: give real paths where that matters. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** A path of this machine with `/`, as reports and globs have it. */
export function slashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
