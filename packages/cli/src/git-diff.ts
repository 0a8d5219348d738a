import type { ChangedLines } from '@meshvet/core';

/** A stretch that a diff without context tells: so many lines went, and so many stand in their place. */
export interface Hunk {
  readonly removed: number;
  /** First of the lines that are there now; with none, the line behind which some went. */
  readonly from: number;
  readonly added: number;
}

/** Reads `git diff --name-status -z`: each path with its status letter. Of two for one path (a merge) the first is `U`. */
export function parseNames(output: string): Map<string, string> {
  const names = new Map<string, string>();
  const parts = output.split('\0');
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const path = parts[i + 1] as string;
    if (names.get(path) !== 'U') names.set(path, (parts[i] as string).charAt(0));
  }
  return names;
}

/**
 * Reads `git diff -U0 --dst-prefix=b/`: the hunks by the path that each file has now. Lines of content are counted off and
 * never read, so that no content looks like a header.
 */
export function parsePatch(patch: string): Map<string, Hunk[]> {
  const files = new Map<string, Hunk[]>();
  let hunks: Hunk[] | undefined;
  let content = 0;
  for (let at = 0; at < patch.length; ) {
    const newline = patch.indexOf('\n', at);
    const end = newline < 0 ? patch.length : newline;
    const first = patch.charCodeAt(at);
    // "\ No newline at end of file" is not among the lines that the head of a hunk counts.
    const counted = content > 0 && first !== BACKSLASH;
    if (counted) content--;
    else if (patch.startsWith('diff --git ', at)) hunks = undefined;
    else if (hunks === undefined && patch.startsWith('+++ ', at)) {
      const path = newPath(patch.slice(at + 4, end));
      if (path !== undefined) files.set(path, (hunks = []));
    } else if (hunks && patch.startsWith('@@ ', at)) {
      const hunk = parseHunk(patch.slice(at, end));
      if (hunk) {
        hunks.push(hunk);
        content = hunk.removed + hunk.added;
      }
    }
    at = end + 1;
  }
  return files;
}

/** The lines that hunks touch: new ones, and where some only went the lines on both sides, which are what is left of it. */
export function touchedLines(hunks: readonly Hunk[]): ChangedLines[] {
  return hunks.map(({ from, added }) => (added === 0 ? [from, from + 1] : [from, from + added - 1]));
}

/**
 * Of what differs from the last commit, what is staged: all that does not differ from the index too. Both lists speak of
 * the lines of the working tree.
 */
export function stagedLines(sinceCommit: readonly Hunk[], sinceIndex: readonly Hunk[]): ChangedLines[] {
  const unstagedRemovals = new Set(sinceIndex.filter(({ added }) => added === 0).map(({ from }) => from));
  const unstaged = touchedLines(sinceIndex.filter(({ added }) => added > 0));
  const own = sinceCommit.filter(({ from, added }) => added > 0 || !unstagedRemovals.has(from));
  return touchedLines(own).flatMap((lines) => without(lines, unstaged));
}

function without(lines: ChangedLines, others: readonly ChangedLines[]): ChangedLines[] {
  let left = [lines];
  for (const [from, to] of others) {
    left = left.flatMap(([a, b]) => {
      if (to < a || from > b) return [[a, b] as const];
      return ([[a, from - 1] as const, [to + 1, b] as const] as const).filter(([x, y]) => x <= y);
    });
  }
  return left;
}

const BACKSLASH = 92;

function parseHunk(line: string): Hunk | undefined {
  const match = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
  if (!match) return undefined;
  return { removed: Number(match[1] ?? 1), from: Number(match[2]), added: Number(match[3] ?? 1) };
}

/** `b/a.yaml`, `b/a b.yaml` and a tab, or in quotes with escapes; undefined for `/dev/null`. */
function newPath(written: string): string | undefined {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(written);
  const path = quoted ? unquote(quoted[1] as string) : written.replace(/\t$/, '');
  return path.startsWith('b/') ? path.slice(2) : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
};

/** With core.quotepath off only control characters, quotes and backslashes are escaped: one byte each. */
function unquote(text: string): string {
  return text.replace(/\\(?:([0-7]{3})|(.))/g, (_, octal: string | undefined, letter: string) =>
    octal === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
