/** Why the path of a Unix socket behind `unix://` is refused; undefined when it is not. Source: `ValidateUnixAddress`. */
export function socketPathFault(address: string): string | undefined {
  const path = address.slice('unix://'.length);
  if (path === '') return 'it names no socket';
  if (path.startsWith('@')) return undefined;
  if (!path.startsWith('/')) return 'the path of a socket begins with / or @';
  return path.endsWith('/') ? 'it is a folder and no socket' : undefined;
}
