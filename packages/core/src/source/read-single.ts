import type { YamlDocument } from './document.ts';
import { Refusal, Scratch } from './document-builder.ts';
import type { Span } from './position.ts';
import type { Problem } from './problem.ts';
import { DEFAULT_LIMITS } from './read-limits.ts';
import type { SourceFile } from './source-file.ts';
import { type DocumentText, splitDocuments } from './split-documents.ts';

/** The one document of a file, and what was noticed in it. */
export interface SingleResult {
  /** Absent when the file is empty, or cannot be read. */
  readonly document?: YamlDocument;
  readonly problems: readonly Problem[];
}

/**
 * Reads a file of one document that is no manifest, such as a config file: whatever it holds is read, nothing is taken
 * for a template, and a second document is a problem.
 */
export async function readSingle(source: SourceFile): Promise<SingleResult> {
  const [part, second] = splitDocuments(source.text);
  if (!part) return { problems: [] };
  const syntax = (reason: string, span: Span): Problem => ({ kind: 'syntax', source, span, data: { reason } });
  if (part.separatorText) {
    return { problems: [syntax('text on the line of the --- before the document', part.separatorText)] };
  }

  const { readFast } = await import('./fast-reader.ts');
  const fast = readFast(part, DEFAULT_LIMITS, new Scratch());
  const built = 'gaveUpAt' in fast ? (await import('./full-reader.ts')).readFull(part, DEFAULT_LIMITS) : fast;
  if (built instanceof Refusal) {
    const { start, end, limit, reason } = built;
    const span = { start, end };
    return {
      problems: [
        limit === undefined
          ? syntax(reason ?? 'the text is no YAML', span)
          : { kind: 'bomb', source, span, data: { limit } },
      ],
    };
  }

  const problems: Problem[] = built.notices.map(({ span, ...notice }) =>
    notice.kind === 'duplicate-key'
      ? { kind: 'duplicate-key', source, span, data: { key: notice.key, first: notice.first } }
      : { kind: 'merge-order', source, span, data: { key: notice.key, written: notice.written } },
  );
  if (part.afterEnd) problems.push({ kind: 'after-end', source, span: part.afterEnd, data: {} });
  if (second) problems.push(syntax('a second document begins here, and only one is read', firstLine(second)));
  const { value, table, keys } = built;
  const end = part.base + part.text.length;
  return { document: { source, index: 0, start: part.base, end, value, table, keys }, problems };
}

function firstLine({ text, base, separatorText }: DocumentText): Span {
  if (separatorText) return separatorText;
  const start = text.search(/\S/);
  const length = text.slice(start).search(/[\r\n]/);
  return { start: base + start, end: length < 0 ? base + text.length : base + start + length };
}
