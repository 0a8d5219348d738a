const SINGLE_QUOTE = 39;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const OPEN = 123;
const LESS = 60;
const PERCENT = 37;

/**
 * Whether a text that is no YAML is a template instead: it has `{{ }}`, `{% %}` or `<% %>` outside quotes and comments.
 * Quotes are followed within a line only, as nothing is known of the text's structure. One pass, however long a line is.
 */
export function looksLikeTemplate(text: string): boolean {
  let quote = 0;
  const unclosed = new Set<string>();
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) {
      quote = 0;
    } else if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === SINGLE_QUOTE || code === DOUBLE_QUOTE) {
      quote = code;
    } else if (code === HASH && (i === 0 || text.charCodeAt(i - 1) <= 32)) {
      while (i + 1 < text.length && text.charCodeAt(i + 1) !== 10 && text.charCodeAt(i + 1) !== 13) i++;
    } else if (code === OPEN || code === LESS) {
      const close = closing(code, text.charCodeAt(i + 1));
      if (close === undefined || unclosed.has(close)) continue;
      if (text.includes(close, i + 2)) return true;
      unclosed.add(close);
    }
  }
  return false;
}

function closing(first: number, second: number): string | undefined {
  if (second === PERCENT) return first === OPEN ? '%}' : '%>';
  return first === OPEN && second === OPEN ? '}}' : undefined;
}

/** How far around a place its line is looked at; a line may be a whole file. */
const REACH = 400;

/** The line around an offset, cut where it is very long. */
export function lineAround(text: string, at: number): string {
  const lowest = Math.max(0, at - REACH);
  const highest = Math.min(text.length, at + REACH);
  let start = Math.min(at, text.length);
  while (start > lowest && text.charCodeAt(start - 1) !== 10 && text.charCodeAt(start - 1) !== 13) start--;
  let end = Math.min(at, text.length);
  while (end < highest && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end++;
  return text.slice(start, end);
}
