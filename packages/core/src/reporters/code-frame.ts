import type { Range } from '../source/position.ts';
import type { SourceFile } from '../source/source-file.ts';
import { excerpt } from './excerpt.ts';
import type { Paint, Style } from './paint.ts';

/** How a frame is drawn. */
export interface FrameLook {
  /** Columns before the bar; the line number stands at their right. */
  readonly gutter: number;
  readonly mark: '^' | '-';
  readonly style: Style;
  /** Printable already; stands behind the marks. */
  readonly note?: string;
}

/** The line of a place, with its number, and below it marks under the exact characters. No lines when the text has no such place. */
export function codeFrame(source: SourceFile, range: Range, paint: Paint, look: FrameLook): string[] {
  const shown = excerpt(source, range);
  if (!shown) return [];
  const number = String(shown.line).padStart(look.gutter);
  const marks = paint(look.style, look.mark.repeat(shown.marked));
  const note = look.note ? ` ${paint(look.style, look.note)}` : '';
  return [
    paint('dim', `${number} |`) + (shown.text === '' ? '' : ` ${shown.text}`),
    `${paint('dim', `${' '.repeat(look.gutter)} |`)} ${' '.repeat(shown.before)}${marks}${note}`,
  ];
}
