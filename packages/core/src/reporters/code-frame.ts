import type { Range } from '../source/position.ts';
import type { SourceFile } from '../source/source-file.ts';
import { displayWidth } from './display-width.ts';
import { excerpt } from './excerpt.ts';
import type { Paint, Style } from './paint.ts';
import { wrap } from './wrap.ts';

/** Columns of source that are shown in the narrowest terminal. */
const LEAST_SOURCE = 30;
/** As many as without a terminal, also in a wide one. */
const MAX_SOURCE = 100;

/** How a frame is drawn. */
export interface FrameLook {
  /** Columns before the bar; the line number stands at their right. */
  readonly gutter: number;
  readonly mark: '^' | '-';
  readonly style: Style;
  /** Printable already; stands behind the marks. */
  readonly note?: string;
  /** Columns of the whole line. */
  readonly width?: number | undefined;
}

/** The line of a place, with its number, and below it marks under the exact characters. No lines when the text has no such place. */
export function codeFrame(source: SourceFile, range: Range, paint: Paint, look: FrameLook): string[] {
  const bar = look.gutter + 3;
  const room = look.width === undefined ? undefined : Math.max(LEAST_SOURCE, look.width - bar);
  const shown = room === undefined ? excerpt(source, range) : excerpt(source, range, Math.min(room, MAX_SOURCE));
  if (!shown) return [];
  const number = String(shown.line).padStart(look.gutter);
  const empty = paint('dim', `${' '.repeat(look.gutter)} |`);
  const marks = `${empty} ${' '.repeat(shown.before)}${paint(look.style, look.mark.repeat(shown.marked))}`;
  const { note = '' } = look;
  const fits = room === undefined || shown.before + shown.marked + 1 + displayWidth(note) <= room;
  return [
    paint('dim', `${number} |`) + (shown.text === '' ? '' : ` ${shown.text}`),
    fits && note !== '' ? `${marks} ${paint(look.style, note)}` : marks,
    ...(fits ? [] : wrap(note, room).map((line) => `${empty} ${paint(look.style, line)}`)),
  ];
}
