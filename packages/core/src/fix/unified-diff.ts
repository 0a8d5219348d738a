/** How many lines stand around a change. */
const CONTEXT = 3;
/** Beyond so many differences the middle is told as a whole: gone, and come. Edits never need it. */
const MOST_DIFFERENCES = 2000;

interface Step {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/**
 * What changed in a file, as `patch` and `git apply` take it; empty when nothing did. Line breaks are part of the lines, so that a
 * file keeps its own.
 */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return '';
  const steps = stepsOf(linesOf(before), linesOf(after));
  const parts = [`--- ${headerPath('a', path)}\n+++ ${headerPath('b', path)}\n`];
  let at = 0;
  let old = 0;
  let now = 0;
  for (const [from, to] of hunksOf(steps)) {
    for (; at < from; at++) {
      if (steps[at]?.sign !== '+') old++;
      if (steps[at]?.sign !== '-') now++;
    }
    const hunk = steps.slice(from, to);
    const olds = hunk.filter(({ sign }) => sign !== '+').length;
    const nows = hunk.filter(({ sign }) => sign !== '-').length;
    parts.push(`@@ -${range(old, olds)} +${range(now, nows)} @@\n`);
    for (const { sign, line } of hunk) {
      parts.push(sign, line);
      if (!line.endsWith('\n')) parts.push('\n\\ No newline at end of file\n');
    }
  }
  return parts.join('');
}

// Of an empty range `patch` wants the line before it.
function range(before: number, count: number): string {
  const start = count === 0 ? before : before + 1;
  return count === 1 ? `${start}` : `${start},${count}`;
}

/** Lines with their breaks: only a line feed ends a line, as for `patch`. */
function linesOf(text: string): string[] {
  return text === '' ? [] : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
}

function hunksOf(steps: readonly Step[]): [number, number][] {
  const hunks: [number, number][] = [];
  for (const [i, { sign }] of steps.entries()) {
    if (sign === ' ') continue;
    const last = hunks.at(-1);
    const end = Math.min(steps.length, i + 1 + CONTEXT);
    if (last && i - CONTEXT <= last[1]) last[1] = end;
    else hunks.push([Math.max(0, i - CONTEXT), end]);
  }
  return hunks;
}

function stepsOf(before: readonly string[], after: readonly string[]): Step[] {
  let head = 0;
  const most = Math.min(before.length, after.length);
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const keep = (lines: readonly string[]): Step[] => lines.map((line) => ({ sign: ' ', line }));
  return [
    ...keep(before.slice(0, head)),
    ...shortest(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...keep(before.slice(before.length - tail)),
  ];
}

/** The fewest lines that go and come, by the greedy search that Myers described in 1986. */
function shortest(a: readonly string[], b: readonly string[]): Step[] {
  const trace: Int32Array[] = [];
  const most = Math.min(a.length + b.length, MOST_DIFFERENCES);
  const furthest = new Int32Array(2 * most + 3);
  const middle = most + 1;
  for (let d = 0; d <= most; d++) {
    trace.push(furthest.slice(middle - d - 1, middle + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (furthest[middle + k - 1] as number) < (furthest[middle + k + 1] as number));
      let x = down ? (furthest[middle + k + 1] as number) : (furthest[middle + k - 1] as number) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest[middle + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trace);
    }
  }
  return [...a.map((line): Step => ({ sign: '-', line })), ...b.map((line): Step => ({ sign: '+', line }))];
}

function walkBack(a: readonly string[], b: readonly string[], trace: readonly Int32Array[]): Step[] {
  const steps: Step[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 1; d > 0; d--) {
    // Slot 0 of a row is diagonal -d - 1.
    const row = trace[d] as Int32Array;
    const at = (k: number) => row[k + d + 1] as number;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const fromX = down ? at(k + 1) : at(k - 1);
    const fromY = fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY) {
      x--;
      y--;
      steps.push({ sign: ' ', line: a[x] as string });
    }
    if (down) steps.push({ sign: '+', line: b[--y] as string });
    else steps.push({ sign: '-', line: a[--x] as string });
  }
  while (x > 0 && y > 0) {
    x--;
    y--;
    steps.push({ sign: ' ', line: a[x] as string });
  }
  return steps.reverse();
}

/** A path as git writes it in a header: in quotes and escaped where it holds what could end the line or mean something else. */
function headerPath(side: 'a' | 'b', path: string): string {
  const whole = path.startsWith('/') ? path : `${side}/${path}`;
  let quoted = '';
  for (const char of whole) {
    const code = char.codePointAt(0) as number;
    // Controls, and what turns the direction of writing: a header must not speak to a terminal.
    const hidden =
      code < 32 ||
      (code >= 127 && code < 160) ||
      code === 0x61c ||
      (code >= 0x200b && code <= 0x200f) ||
      (code >= 0x2028 && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069) ||
      code === 0xfeff;
    if (char === '"' || char === '\\') quoted += `\\${char}`;
    else if (hidden)
      quoted += bytesOf(code)
        .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
        .join('');
    else quoted += char;
  }
  if (quoted !== whole) return `"${quoted}"`;
  // A tab ends a name with spaces in it, as in the diffs of git.
  return whole.includes(' ') ? `${whole}\t` : whole;
}

/** UTF-8, by hand: core knows no encoder. */
function bytesOf(code: number): number[] {
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), 0x80 | (code & 0x3f)];
  return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
}
