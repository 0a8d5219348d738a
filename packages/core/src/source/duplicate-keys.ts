import { KEY_START, STRIDE } from './document.ts';
import type { Notice } from './document-builder.ts';
import type { Span } from './position.ts';
import type { ProblemData } from './problem.ts';

type DuplicateNotice = Extract<Notice, { kind: 'duplicate-key' }>;
type Duplicate = { readonly span: Span; readonly data: ProblemData['duplicate-key'] };

/**
 * The keys of a document that stand twice. Where a second object follows the first without a `---` between them, all of its keys stand twice, and it is one mistake:
 * the first of them tells it for all.
 */
export function duplicateKeys(notices: readonly Notice[], text: string, table: Int32Array): Duplicate[] {
  const duplicates = notices.filter((notice): notice is DuplicateNotice => notice.kind === 'duplicate-key');
  if (duplicates.length === 0) return [];
  const root = columnOf(text, table[STRIDE + KEY_START] ?? -1);
  const atRoot = duplicates.filter(({ span }) => columnOf(text, span.start) === root);
  const keys = new Set(atRoot.map(({ key }) => key));
  const isGlued = keys.has('kind') && (keys.has('apiVersion') || keys.has('metadata'));
  const [head] = isGlued ? [...atRoot].sort((a, b) => a.span.start - b.span.start) : [];
  return duplicates.flatMap((notice) => {
    if (head && notice !== head && atRoot.includes(notice)) return [];
    const { span, key, first } = notice;
    const glued = notice === head ? { glued: true } : {};
    const same = isSame(text, first, span) ? { same: true } : {};
    return [{ span, data: { key, first, ...glued, ...same } }];
  });
}

function columnOf(text: string, at: number): number {
  if (at < 0) return -1;
  return at - Math.max(text.lastIndexOf('\n', at - 1), text.lastIndexOf('\r', at - 1)) - 1;
}

// A scalar on the line of its key, the same both times.
function isSame(text: string, first: Span, second: Span): boolean {
  const rest = ({ end }: Span) => {
    const line = /^[^\r\n]{0,400}/.exec(text.slice(end, end + 400))?.[0] ?? '';
    return line.replace(/[ \t]#.*$/, '').trim();
  };
  const value = rest(first);
  return /^:[ \t]+[^|>{[&*!\s]/.test(value) && value === rest(second);
}
