import { getScalarValue, SCALAR_STYLE } from 'js-yaml';

const BREAK = String.raw`(?:\r\n|\r|\n)`;

/**
 * The text between two double quotes, with its escapes and line breaks resolved. Empty lines behind an escaped line
 * break are line breaks (YAML 1.2, 7.3.1, and go-yaml); js-yaml drops them, and `yaml` makes a space of them.
 */
export function doubleQuoted(written: string): string {
  const text = written.includes('\\') ? keepEmptyLines(written) : written;
  return getScalarValue(text, {
    type: 4,
    valueStart: 0,
    valueEnd: text.length,
    anchorStart: -1,
    anchorEnd: -1,
    tagStart: -1,
    tagEnd: -1,
    style: SCALAR_STYLE.DOUBLE_QUOTED,
    chomping: 1,
    indent: -1,
    fast: false,
  });
}

function keepEmptyLines(written: string): string {
  // Each escape is taken whole, so that the second of two backslashes is not seen as one of its own.
  const escapes = new RegExp(`\\\\(?:${BREAK}((?:[ \\t]*${BREAK})+)[ \\t]*|[\\s\\S])`, 'g');
  return written.replaceAll(escapes, (found, empty: string | undefined) =>
    empty === undefined ? found : '\\n'.repeat(empty.match(new RegExp(BREAK, 'g'))?.length ?? 0),
  );
}
