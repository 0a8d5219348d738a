/** A finding that a manifest expects on one of its lines: `#~ messageId`, or #~ messageId `the text under the carets`. */
export interface Mark {
  readonly file: string;
  readonly line: number;
  readonly messageId: string;
  readonly text: string | undefined;
}

/** Reads the marks at the ends of lines; several stand one behind the other. */
export function readMarks(file: string, text: string): Mark[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const at = line.indexOf('#~');
    if (at < 0) return [];
    return [...line.slice(at + 2).matchAll(/([A-Za-z][\w-]*)(?:\s+`([^`]*)`)?/g)].map((match) => ({
      file,
      line: i + 1,
      messageId: match[1] as string,
      text: match[2],
    }));
  });
}
