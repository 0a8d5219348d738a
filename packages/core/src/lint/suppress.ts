import { findRules } from '../config/resolve-config.ts';
import type { Rule } from '../rule/define-rule.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import { END, NEXT, START, STRIDE, type YamlDocument } from '../source/document.ts';
import type { SourceFile } from '../source/source-file.ts';
import { locationOf } from './finding.ts';
import type { Finding, Location, SuppressedFinding, UnusedSuppression } from './result.ts';

type Scope = 'line' | 'next-line' | 'document' | 'file';

/** A comment that silences findings: `# meshvet-disable-next-line port-name-missing -- sniffed on purpose`. */
export interface Suppression {
  readonly scope: Scope;
  readonly location: Location;
  /** As written; `*` is all. */
  readonly names: readonly string[];
  readonly reason: string;
  /** Lines it covers, from and to, both included. */
  readonly lines: readonly [number, number];
}

const COMMENT = /(?:^|[ \t])#[ \t]*meshvet-disable(-next-line|-line|-document|-file)?(?![\w-])([^\r\n]*)/gm;

/** The suppressions of a file, in their order. Text inside a scalar (a manifest in a ConfigMap) is no comment. */
export function readSuppressions(source: SourceFile, documents: readonly YamlDocument[]): Suppression[] {
  if (!source.text.includes('meshvet-disable')) return [];
  const found: Suppression[] = [];
  for (const match of source.text.matchAll(COMMENT)) {
    const start = match.index + match[0].indexOf('#');
    const end = match.index + match[0].length;
    const document = documents.find((d) => d.start <= start && start < d.end);
    if (document && isInsideScalar(document, start)) continue;
    const [names = '', ...reason] = (match[2] ?? '').split(/(?:^|\s)--(?:\s|$)/);
    const location = locationOf(source, { start, end }, '');
    const scope = (match[1]?.slice(1) ?? 'line') as Scope;
    found.push({
      scope,
      location,
      names: names.split(/[\s,]+/).filter((name) => name !== ''),
      reason: reason.join(' -- ').trim(),
      lines: coveredLines(scope, source, location.start.line, document),
    });
  }
  return found;
}

/** Parts findings into those that stand and those that a comment silences, and tells the comments that silenced nothing. */
export function applySuppressions(
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
  rules: readonly Rule[],
): { findings: Finding[]; suppressed: SuppressedFinding[]; unused: UnusedSuppression[] } {
  const byFile = new Map<
    string,
    { suppression: Suppression; used: boolean; covers: (finding: Finding) => boolean }[]
  >();
  for (const suppression of suppressions) {
    const list = byFile.get(suppression.location.file) ?? [];
    byFile.set(suppression.location.file, list);
    list.push({ suppression, used: false, covers: coverage(suppression, rules) });
  }
  const standing: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const fitting = (byFile.get(finding.location.file) ?? []).filter((s) => s.covers(finding));
    for (const one of fitting) one.used = true;
    const [first] = fitting;
    if (first)
      suppressed.push({
        ...finding,
        suppression: { reason: first.suppression.reason, location: first.suppression.location },
      });
    else standing.push(finding);
  }
  const unused = [...byFile.values()].flat().flatMap((s) => {
    const message = complaint(s.suppression, s.used, rules);
    return message === undefined
      ? []
      : [{ location: s.suppression.location, rules: s.suppression.names, reason: s.suppression.reason, message }];
  });
  return { findings: standing, suppressed, unused };
}

function coverage(suppression: Suppression, rules: readonly Rule[]): (finding: Finding) => boolean {
  const all = suppression.names.includes('*');
  const ids = new Set(
    suppression.names.filter((n) => !isCode(n)).flatMap((n) => findRules(rules, n).map((r) => r.meta.id)),
  );
  const codes = new Set(suppression.names.filter(isCode).map((n) => n.toUpperCase()));
  const [from, to] = suppression.lines;
  return (finding) =>
    (all ||
      ids.has(finding.ruleId) ||
      finding.codes.some(
        (code) => codes.has(code.toUpperCase()) || codes.has((code.split('/')[0] as string).toUpperCase()),
      )) &&
    finding.location.start.line <= to &&
    finding.location.end.line >= from;
}

function complaint({ names, scope }: Suppression, used: boolean, rules: readonly Rule[]): string | undefined {
  if (names.length === 0)
    return `A suppression names its rules, or * for all: # meshvet-disable-${scope} port-name-missing -- reason`;
  for (const name of names) {
    if (name === '*' || findRules(rules, name).length > 0) continue;
    const near = didYouMean(
      name,
      rules.flatMap((rule) => [rule.meta.id, ...(rule.meta.formerly ?? []), ...(rule.meta.codes ?? [])]),
    );
    return `There is no rule "${name}"${near ? `; did you mean "${near}"?` : '.'}`;
  }
  return used ? undefined : `This suppression of ${names.join(', ')} silences nothing.`;
}

function isCode(name: string): boolean {
  return /^[A-Za-z]{2,4}\d{4}/.test(name);
}

function coveredLines(
  scope: Scope,
  source: SourceFile,
  line: number,
  document: YamlDocument | undefined,
): readonly [number, number] {
  switch (scope) {
    case 'line':
      return [line, line];
    case 'next-line': {
      // Further comments may stand between: the line meant is the next one with something on it.
      let next = line + 1;
      while (next <= source.lineCount && /^\s*(?:#|$)/.test(source.line(next))) next++;
      return [next, next];
    }
    case 'document':
      return document ? [source.position(document.start).line, source.position(document.end).line] : [line, line];
    case 'file':
      return [1, Number.MAX_SAFE_INTEGER];
  }
}

function isInsideScalar(document: YamlDocument, offset: number): boolean {
  const { table } = document;
  for (let slot = 0; slot * STRIDE < table.length; slot++) {
    const start = table[slot * STRIDE + START] as number;
    const leaf = table[slot * STRIDE + NEXT] === slot + 1;
    if (leaf && start <= offset && offset < (table[slot * STRIDE + END] as number) && start >= 0) return true;
  }
  return false;
}
