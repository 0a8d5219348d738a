/** A place between two characters. Both count from 1; columns count UTF-16 units, as editors and SARIF do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** From `start` up to, and without, `end`. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Offsets into the text of a file, in UTF-16 units, from 0; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
