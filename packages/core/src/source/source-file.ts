import type { Position, Range, Span } from './position.ts';

/** Why a file that was found has no usable text. */
export type FileProblem = 'too-large' | 'not-utf8';

/** What the engine is given: a path to show and the text behind it. The engine never opens a file. */
export interface InputFile {
  /** Relative to the working directory, with `/`. */
  readonly path: string;
  /** The whole text; empty when `problem` says why there is none. */
  readonly text: string;
  readonly problem?: FileProblem;
  /** Size in bytes, where the host knows it. */
  readonly size?: number;
  /** A program has made the text: it is no template, whatever its path says. */
  readonly rendered?: boolean;
}

/** A file under lint. Lines are counted only when a place in it is asked for. */
export class SourceFile {
  readonly path: string;
  readonly text: string;
  #lineStarts: Uint32Array | undefined;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  /** Line and column of an offset. Offsets outside the text are moved to its nearest end. */
  position(offset: number): Position {
    const starts = this.#starts();
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (starts[low] as number) + 1 };
  }

  range(span: Span): Range {
    return { start: this.position(span.start), end: this.position(span.end) };
  }

  /** Offset at which a line (from 1) begins; the end of the text for a line that does not exist. */
  lineStart(line: number): number {
    return this.#starts()[line - 1] ?? this.text.length;
  }

  /** The text of a line (from 1), without its line break; empty for a line that does not exist. */
  line(line: number): string {
    const starts = this.#starts();
    const start = starts[line - 1];
    if (start === undefined) return '';
    const end = starts[line] ?? this.text.length;
    return this.text.slice(start, end).replace(/(?:\r\n|\n|\r)$/, '');
  }

  get lineCount(): number {
    return this.#starts().length;
  }

  #starts(): Uint32Array {
    this.#lineStarts ??= Uint32Array.from(lineStarts(this.text));
    return this.#lineStarts;
  }
}

// A carriage return alone ends a line too: that is how YAML counts (and kubectl reads such files).
function lineStarts(text: string): number[] {
  const starts = [0];
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    return starts;
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}
