const ABSOLUTE = /^(?:\/|[A-Za-z]:\/)/;

/**
 * A path of the result as hosts of repositories want it: from the root, without `.` and `..`. What lies outside the
 * repository still begins with `../`, and an absolute path stays as it is.
 */
export function repositoryPath(path: string, folder = ''): string {
  if (ABSOLUTE.test(path)) return path;
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** Whether a path of `repositoryPath` lies outside the repository. */
export function isOutside(path: string): boolean {
  return ABSOLUTE.test(path) || path === '..' || path.startsWith('../');
}
