import ignore from 'ignore';

/** What the ignore files from the root of a repository down to one folder leave out. */
export interface IgnoreRules {
  /** These rules and those of an ignore file in a folder below: the deeper file has the last word, as for git. */
  with(folder: string, text: string): IgnoreRules;
  /** `path` is relative to the root, with `/`. */
  ignores(path: string, isFolder: boolean): boolean;
}

// Patterns become regular expressions, and stars multiply the time of one: nobody needs so many.
const MOST_STARS = 8;

/** No rule yet. */
export function noRules(): IgnoreRules {
  return rulesOf([]);
}

function rulesOf(patterns: readonly string[]): IgnoreRules {
  // On a file system without case git does not mind case either; to leave a file in is the safer mistake.
  const matcher = ignore({ ignorecase: false }).add(patterns.map((pattern) => ({ pattern })));
  return {
    with: (folder, text) => rulesOf([...patterns, ...patternsOf(folder, text)]),
    ignores: (path, isFolder) => matcher.ignores(isFolder ? `${path}/` : path),
  };
}

/** The patterns of a file, rewritten so that they mean the same from the root. */
function patternsOf(folder: string, text: string): string[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#') && (line.match(/\*+/g)?.length ?? 0) <= MOST_STARS)
    .map((line) => (folder === '' ? line : moved(line, folder)));
}

function moved(line: string, folder: string): string {
  const negated = line.startsWith('!');
  // `\#` and `\!` are written so only because of where they stand: at the front.
  const body = (negated ? line.slice(1) : line).replace(/^\\([#!])/, '$1');
  // A slash that is not the last character ties a pattern to the folder of its file.
  const tied = body.replace(/\/\s*$/, '').includes('/');
  const base = `/${folder.replace(/[\\*?[\]!# ]/g, '\\$&')}`;
  const rest = tied ? body.replace(/^\//, '') : `**/${body}`;
  return `${negated ? '!' : ''}${base}/${rest}`;
}
