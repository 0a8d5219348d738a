/**
 * Globs as the config knows them: `*` and `?` within a segment, `**` across segments, `[a-z]`, `[!a]` and `{a,b}`.
 *
 * Matched by hand and not through a regular expression: a config comes from the repository that is checked, and
 * `*a*a*a*a*a*b` as a regular expression takes time without end on a path of many `a`s. Here the time is at most the
 * length of the glob times the length of the text. For what both know, a test holds it equal to picomatch (`dot`).
 */
type Matcher = (text: string) => boolean;

const LONGEST_GLOB = 250;
const MOST_ALTERNATIVES = 50;

const STAR = Symbol('*');
const GLOBSTAR = Symbol('**');
type Token = typeof STAR | ((character: string) => boolean);
type Segment = typeof GLOBSTAR | readonly Token[];

const anyCharacter = (): boolean => true;

/** Why a glob cannot be used, in one clause; undefined when it can. */
export function globFault(glob: string): string | undefined {
  if (glob.trim() === '') return 'it is empty';
  if (glob.length > LONGEST_GLOB) return `it is longer than ${LONGEST_GLOB} characters`;
  if (glob.includes('\\')) return 'it has a backslash; folders are parted by "/"';
  if (glob.startsWith('!')) return 'it begins with "!", and a glob here only says what matches';
  if (expandBraces(glob) === undefined) return `its braces stand for more than ${MOST_ALTERNATIVES} globs`;
  return undefined;
}

/** Whether a glob is plain text: only one thing matches it. */
function isPlain(glob: string): boolean {
  return !/[*?[{]/.test(glob);
}

/** Whether any of the globs matches a text. Globs that `globFault` refuses match nothing. */
export function matchAny(globs: readonly string[]): Matcher {
  const plain = new Set<string>();
  const patterns: Segment[][] = [];
  for (const glob of globs) {
    if (globFault(glob) !== undefined) continue;
    if (isPlain(glob)) plain.add(glob);
    else for (const text of expandBraces(glob) ?? []) patterns.push(text.split('/').map(parseSegment));
  }
  if (patterns.length === 0) return (text) => plain.has(text);
  return (text) => {
    if (plain.has(text)) return true;
    const segments = text.split('/');
    return patterns.some((pattern) => matchSegments(pattern, segments));
  };
}

/** A path or glob of the config in its plainest form: no `./` before it, no `/` behind it; the folder itself is ''. */
export function tidyPath(path: string): string {
  let start = 0;
  while (path.startsWith('./', start)) {
    start += 2;
    while (path[start] === '/') start++;
  }
  let end = path.length;
  while (end > start && path[end - 1] === '/') end--;
  const text = path.slice(start, end);
  return text === '.' ? '' : text;
}

function matchSegments(pattern: readonly Segment[], text: readonly string[]): boolean {
  return matchWild(pattern, text, GLOBSTAR, (segment, part) => segment !== GLOBSTAR && matchSegment(segment, part));
}

function matchSegment(tokens: readonly Token[], text: string): boolean {
  // `a/*` is not `a/`: what is nothing but stars stands for one character at least.
  if (text === '' && tokens.length > 0) return false;
  return matchWild(tokens, text, STAR, (token, character) => token !== STAR && token(character));
}

/**
 * The usual match with one place to come back to: when what follows a star does not fit, only the last star takes one
 * more. That is enough, because an earlier star that took more would leave less to choose from.
 */
function matchWild<P, T>(
  pattern: readonly P[],
  text: ArrayLike<T>,
  star: P,
  fits: (part: P, item: T) => boolean,
): boolean {
  let at = 0;
  let after = -1;
  let mark = 0;
  for (let i = 0; i < text.length; ) {
    const part = pattern[at];
    if (at < pattern.length && part === star) {
      after = ++at;
      mark = i;
    } else if (at < pattern.length && fits(part as P, text[i] as T)) {
      at++;
      i++;
    } else if (after >= 0) {
      at = after;
      i = ++mark;
    } else {
      return false;
    }
  }
  while (at < pattern.length && pattern[at] === star) at++;
  return at === pattern.length;
}

function parseSegment(text: string): Segment {
  if (text === '**') return GLOBSTAR;
  const tokens: Token[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '*') {
      if (tokens.at(-1) !== STAR) tokens.push(STAR);
    } else if (character === '?') {
      tokens.push(anyCharacter);
    } else {
      const end = character === '[' ? classEnd(text, i) : -1;
      if (end > 0) {
        tokens.push(parseClass(text.slice(i + 1, end)));
        i = end;
      } else {
        tokens.push((other) => other === character);
      }
    }
  }
  return tokens;
}

/** Where a class that begins at `start` ends; -1 for a `[` that begins none. A `]` right at its front belongs to it. */
function classEnd(text: string, start: number): number {
  const first = text[start + 1] === '!' || text[start + 1] === '^' ? start + 2 : start + 1;
  return text.indexOf(']', first + 1);
}

function parseClass(text: string): (character: string) => boolean {
  const negated = text.startsWith('!') || text.startsWith('^');
  const ranges: [string, string][] = [];
  for (let i = negated ? 1 : 0; i < text.length; i++) {
    const from = text[i] as string;
    if (text[i + 1] === '-' && i + 2 < text.length) {
      ranges.push([from, text[i + 2] as string]);
      i += 2;
    } else {
      ranges.push([from, from]);
    }
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== negated;
}

/** `a{b,c}` as `ab` and `ac`; braces without a comma, or never closed, are plain characters. undefined: too many. */
function expandBraces(glob: string): string[] | undefined {
  const done: string[] = [];
  // `from`: braces before it have been looked at and are plain.
  const waiting: { text: string; from: number }[] = [{ text: glob, from: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { text, from } = next;
    const open = text.indexOf('{', from);
    if (open < 0) {
      done.push(text);
    } else {
      const group = braceGroup(text, open);
      if (group === undefined) {
        waiting.push({ text, from: open + 1 });
      } else {
        const rest = text.slice(group.end + 1);
        for (const choice of group.choices) waiting.push({ text: text.slice(0, open) + choice + rest, from: open });
      }
    }
    if (done.length + waiting.length > MOST_ALTERNATIVES) return undefined;
  }
  return done;
}

function braceGroup(text: string, open: number): { choices: string[]; end: number } | undefined {
  const choices: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < text.length; i++) {
    const character = text[i];
    if (character === '{') depth++;
    else if (character === ',' && depth === 1) {
      choices.push(text.slice(start, i));
      start = i + 1;
    } else if (character === '}' && --depth === 0) {
      choices.push(text.slice(start, i));
      return choices.length > 1 ? { choices, end: i } : undefined;
    }
  }
  return undefined;
}
