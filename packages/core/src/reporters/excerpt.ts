import type { Range } from '../source/position.ts';
import type { SourceFile } from '../source/source-file.ts';
import { displayWidth } from './display-width.ts';
import { visibleText } from './visible-text.ts';

/** One line of a file as it can be printed, and which of its columns to mark. */
export interface Excerpt {
  /** Line number, from 1. */
  readonly line: number;
  readonly text: string;
  /** Columns of the terminal before the mark. */
  readonly before: number;
  /** Columns to mark; at least one. */
  readonly marked: number;
}

/** Columns of source text that are shown; longer lines are cut around the mark. */
const MAX_WIDTH = 100;
const TAB = 4;
const CUT = '...';

interface Cell {
  readonly text: string;
  readonly width: number;
}

/**
 * The first line of a range, ready to print: tabs are spaces, control codes are visible, and a line that is too long
 * (minified JSON) is cut around the mark. undefined when the file has no such line.
 */
export function excerpt(source: SourceFile, range: Range, maxWidth: number = MAX_WIDTH): Excerpt | undefined {
  const { start, end } = range;
  if (start.line < 1 || start.line > source.lineCount) return undefined;
  const line = source.line(start.line);
  const from = Math.min(Math.max(start.column - 1, 0), line.length);
  const to = end.line > start.line ? line.length : Math.min(Math.max(end.column - 1, from), line.length);

  // A line may be megabytes long: look only at what could be shown.
  const low = line.length <= maxWidth ? 0 : charStart(line, Math.max(0, from - maxWidth));
  const high = charStart(line, Math.min(line.length, from + maxWidth + 1));
  const before = cellsOf(line.slice(low, from), 0);
  const column = widthOf(before);
  const marked = cellsOf(line.slice(from, Math.min(to, high)), column);
  const after = cellsOf(line.slice(Math.min(to, high), high), column + widthOf(marked));
  const whole = low === 0 && high === line.length;
  if (whole && column + widthOf(marked) + widthOf(after) <= maxWidth) {
    return finish(start.line, before, marked, after, '', '');
  }

  // The mark first, then a quarter of what is left before it, and the rest behind it.
  const room = maxWidth - 2 * CUT.length;
  const shown = fit(marked, room);
  const rest = room - widthOf(shown);
  const left = fitEnd(before, Math.max(Math.floor(rest / 4), rest - widthOf(after)));
  const right = shown.length < marked.length ? [] : fit(after, rest - widthOf(left));
  const cutLeft = low > 0 || left.length < before.length;
  const cutRight = high < line.length || right.length < after.length || shown.length < marked.length;
  return finish(start.line, left, shown, right, cutLeft ? CUT : '', cutRight ? CUT : '');
}

function finish(
  line: number,
  before: readonly Cell[],
  marked: readonly Cell[],
  after: readonly Cell[],
  head: string,
  tail: string,
): Excerpt {
  const text = head + [...before, ...marked, ...after].map((cell) => cell.text).join('') + tail;
  return {
    line,
    text: text.trimEnd(),
    before: head.length + widthOf(before),
    marked: Math.max(1, widthOf(marked)),
  };
}

/** Characters with the marks that stand on them, as they are printed. */
function cellsOf(text: string, column: number): Cell[] {
  const cells: Cell[] = [];
  let at = column;
  for (const character of text) {
    const width = character === '\t' ? TAB - (at % TAB) : undefined;
    const shown = width === undefined ? visibleText(character) : ' '.repeat(width);
    const cell = { text: shown, width: width ?? displayWidth(shown) };
    at += cell.width;
    const last = cells.at(-1);
    if (cell.width === 0 && last) cells[cells.length - 1] = { text: last.text + shown, width: last.width };
    else cells.push(cell);
  }
  return cells;
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}

function fit(cells: readonly Cell[], room: number): readonly Cell[] {
  let width = 0;
  for (const [i, cell] of cells.entries()) {
    width += cell.width;
    if (width > room) return cells.slice(0, i);
  }
  return cells;
}

function fitEnd(cells: readonly Cell[], room: number): readonly Cell[] {
  return [...fit([...cells].reverse(), room)].reverse();
}

/** The same offset, or one less where it would split a surrogate pair. */
function charStart(text: string, offset: number): number {
  const code = text.charCodeAt(offset);
  const previous = text.charCodeAt(offset - 1);
  return code >= 0xdc00 && code <= 0xdfff && previous >= 0xd800 && previous <= 0xdbff ? offset - 1 : offset;
}
