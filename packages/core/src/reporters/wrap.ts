import { displayWidth } from './display-width.ts';

/** Fewer columns than these make a column of single words: then a text is left as it is. */
const LEAST = 24;
// The styles that `painter` gives, which take no column.
const STYLE = /\u001b\[\d+m/g;

/**
 * Breaks a text at its spaces into lines of at most `width` columns. A word that is longer stays whole, so that paths and
 * commands can be copied. The text must be printable already; styles of `painter` count as nothing. Without a width, or with
 * one too small to be of use, it is one line.
 */
export function wrap(text: string, width: number | undefined): string[] {
  if (width === undefined || width < LEAST) return [text];
  if (text.includes('\n')) return text.split('\n').flatMap((one) => wrap(one, width));
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(' ')) {
    const columns = displayWidth(word.replace(STYLE, ''));
    if (line !== '' && used + 1 + columns > width) {
      lines.push(line);
      line = word;
      used = columns;
    } else {
      used += columns + (line === '' ? 0 : 1);
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

/** A first line behind a label, and the rest below it: `label` takes `indent` columns. */
export function hanging(label: string, indent: number, text: string, width: number | undefined): string[] {
  const [first = '', ...rest] = wrap(text, width === undefined ? undefined : width - indent);
  return [label + first, ...rest.map((line) => ' '.repeat(indent) + line)];
}
