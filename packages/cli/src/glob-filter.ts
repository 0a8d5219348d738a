import { matchAny } from '@meshvet/core';

/**
 * Whether a walk wants a path, relative to where it began. A file: `yes`, `no`, or `manifest` if it is named like one.
 * A folder: `manifest` for all manifests in it, `yes` when something in it may be wanted.
 */
export type Wanted = (path: string, isFolder: boolean) => 'yes' | 'manifest' | 'no';

/** A glob of the command line: where to begin, and what is wanted below. */
export interface GlobFilter {
  /** The folder before the first segment with a wildcard. */
  readonly base: string;
  readonly wanted: Wanted;
}

const WILDCARD = /[*?[\]{}]/;

/**
 * Reads a glob that no shell has expanded, in the same language as the globs of the config. A folder that matches counts
 * with all its manifests. Where the glob ends with a star it may name anything, so only what looks like a manifest is taken.
 */
export function globFilter(glob: string): GlobFilter {
  const segments = glob.replaceAll('\\', '/').split('/');
  const first = segments.findIndex((segment) => WILDCARD.test(segment));
  const base = segments.slice(0, first).join('/');
  const rest = segments.slice(first).filter((segment) => segment !== '');
  const matches = matchAny([rest.join('/')]);
  const anyName = rest.at(-1)?.endsWith('*') ?? false;
  const deep = rest.some((segment) => segment.includes('**') || segment.includes('{'));
  return {
    base: base === '' ? (glob.startsWith('/') ? '/' : '.') : base,
    wanted(path, isFolder) {
      if (matches(path)) return isFolder || anyName ? 'manifest' : 'yes';
      return isFolder && (deep || path.split('/').length < rest.length) ? 'yes' : 'no';
    },
  };
}
