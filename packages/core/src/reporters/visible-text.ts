// Cc: C0, DEL, C1 (0x9b starts an escape sequence of its own). Cs: surrogates without a partner. Zl, Zp: line breaks that
// terminals and editors do not agree on. The rest is not seen, or turns the order of the text around it (bidi controls).
// Zero-width (non-)joiners are not here: scripts and emoji need them.
const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\u{e0001}\u{e0020}-\u{e007f}]/gu;
const PLAIN = /^[ -~]*$/;

/**
 * Text that can be printed: control codes, bidi controls, invisible characters and broken surrogates become visible
 * escapes such as `\x1b` or `\u202e`. All that comes from the input goes through here before it meets a terminal.
 */
export function visibleText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(HIDDEN, escapeOf);
}

/** As `visibleText`, for JSON that is made already: the same characters as JSON escapes, so that the value stays the same. */
export function visibleJson(json: string): string {
  return json.replace(HIDDEN, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i), 4)}`).join(''),
  );
}

function escapeOf(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = character.codePointAt(0) as number;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${code.toString(16)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
