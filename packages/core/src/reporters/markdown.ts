import type { Finding, LintResult } from '../lint/result.ts';
import { SEVERITIES } from '../source/severity.ts';
import { counted } from './counted.ts';
import { cutText } from './cut-text.ts';
import { markdownCode, markdownText } from './markdown-text.ts';
import type { Reporter } from './reporter.ts';
import { shownFindings } from './shown-findings.ts';

/** GitHub drops a job summary of more than 1 MiB as a whole. */
const MAX_BYTES = 900_000;
/** What the line that counts what is left out may take. */
const RESERVE = 200;
/** How many notes of each kind are listed. */
const MAX_NOTES = 12;

/** For job summaries and comments: a line that counts, and a table that is cut, with a count, where it grows too large. */
export const markdown: Reporter = (result, info) => {
  const findings = bySeverity(shownFindings(result, info));
  const head = [`### ${markdownText(info.tool.name)}: ${counts(result)}`, ''];
  for (const { ruleId, subject, message } of result.failures.slice(0, MAX_NOTES)) {
    head.push(`- **failure**: rule ${markdownCode(ruleId)} broke on ${markdownText(`${subject}: ${message}`)}`);
  }
  if (result.failures.length > MAX_NOTES) head.push(`- and ${result.failures.length - MAX_NOTES} more failures`);
  if (result.failures.length > 0) head.push('');
  if (!info.quiet) head.push(...notes(result));

  let room = (info.maxBytes ?? MAX_BYTES) - RESERVE - byteLength(head.join('\n'));
  const rows: string[] = [];
  const table = ['| | where | finding | rule |', '|---|---|---|---|'];
  room -= byteLength(table.join('\n')) + 2;
  for (const finding of findings) {
    const line = row(finding);
    room -= byteLength(line) + 1;
    if (room < 0) break;
    rows.push(line);
  }
  const left = findings.length - rows.length;
  return [
    ...head,
    ...(rows.length > 0 ? [...table, ...rows, ''] : []),
    ...(left > 0 ? [`and ${left} more ${left === 1 ? 'finding' : 'findings'}, left out for size`, ''] : []),
  ].join('\n');
};

/** Graver ones first, so that what is cut is the least grave. */
function bySeverity(findings: readonly Finding[]): Finding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

function counts(result: LintResult): string {
  const found = SEVERITIES.map((severity) => {
    const total = result.findings.filter((finding) => finding.severity === severity).length;
    return total === 0 ? '' : severity === 'info' ? `${total} info` : counted(total, severity);
  }).filter((words) => words !== '');
  const parts = found.length > 0 ? found : ['no findings'];
  if (result.failures.length > 0) parts.push(counted(result.failures.length, 'failure'));
  if (result.suppressed.length > 0) parts.push(`${result.suppressed.length} suppressed`);
  if (result.baselined) parts.push(`${result.baselined.length} baselined`);
  if (result.unchanged !== undefined) parts.push(`${result.unchanged} left out (nothing of them changed)`);
  if (result.undecided.length > 0) parts.push(`${result.undecided.length} undecided`);
  return `${parts.join(', ')} in ${counted(result.files.read, 'file')}, ${counted(result.resources, 'resource')}`;
}

function notes(result: LintResult): string[] {
  const all = [
    ...result.unusedSuppressions.map(({ location, message }) => {
      const place = markdownCode(shorten(`${location.file}:${location.start.line}:${location.start.column}`));
      return `note: ${place} ${markdownText(shorten(message))}`;
    }),
    ...result.notes.map(({ message }) => `note: ${markdownText(shorten(message))}`),
    ...result.undecided.map(
      ({ question, needs }) => `undecided: ${markdownText(shorten(`${question}; what would tell: ${needs}`))}`,
    ),
  ];
  if (all.length === 0) return [];
  const shown = all.slice(0, MAX_NOTES).map((line) => `- ${line}`);
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [`- and ${more} more`] : []), ''];
}

function row({ location, severity, message, fix, ruleId }: Finding): string {
  const place = markdownCode(`${location.file}:${location.start.line}:${location.start.column}`);
  const words = [message, fix].filter((line) => line !== '').map(markdownText);
  return `| ${severity} | ${place} | ${words.join('<br>')} | ${markdownCode(ruleId)} |`;
}

function shorten(text: string): string {
  return cutText(text, 500);
}

/** Bytes of a text as UTF-8; it has no lone surrogates. */
function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A half of a pair counts two: the pair is four bytes.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
