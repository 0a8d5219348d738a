import type { Finding, LintResult, Location, RelatedLocation, UnusedSuppression } from '../lint/result.ts';
import { SEVERITIES, type Severity } from '../source/severity.ts';
import { SourceFile } from '../source/source-file.ts';
import { codeFrame } from './code-frame.ts';
import { counted } from './counted.ts';
import { displayWidth } from './display-width.ts';
import { foldFindings, type MorePlaces } from './fold.ts';
import { type Paint, painter, type Style } from './paint.ts';
import type { Reporter, ReportInfo } from './reporter.ts';
import { ruleTable } from './rule-table.ts';
import { visibleText } from './visible-text.ts';
import { hanging, wrap } from './wrap.ts';

const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', info: 'blue' };
/** Longest of the labels that stand before a message: `warning`. */
const LABEL = 7;

// How much of each list is shown: the text is for eyes, the JSON report has all of it.
const MAX_RELATED = 4;
const MAX_NOTES = 12;
const MAX_FOLDED = 4;
const MAX_UNDECIDED = 4;
const MAX_SUPPRESSED = 5;

/**
 * For people: errors first, then warnings and infos, each by file with the lines they are about; at the end what was left out,
 * and a line that counts.
 */
export const text: Reporter = (result, info) => {
  const paint = painter(info.color === true);
  const asked = info.quiet ? result.findings.filter((finding) => finding.severity === 'error') : result.findings;
  const sorted = SEVERITIES.flatMap((severity) => asked.filter((finding) => finding.severity === severity));
  const { shown, more } = info.fold ? foldFindings(sorted) : { shown: sorted, more: NOTHING_FOLDED };
  const look: Look = {
    paint,
    sourceOf: sources(info),
    more,
    columns: info.width,
    ...(info.fold ? { told: new Set<string>() } : {}),
  };
  const blocks = [
    ...SEVERITIES.flatMap((severity) =>
      fileBlocks(
        shown.filter((finding) => finding.severity === severity),
        [],
        look,
      ),
    ),
    ...fileBlocks([], info.quiet ? [] : result.unusedSuppressions, look),
    ...failureBlocks(result, paint),
  ];
  if (info.quiet && blocks.length === 0) return '';
  const quietLines = info.quiet ? [] : quietBlock(result, look, info.fold ? MAX_FOLDED : MAX_NOTES);
  if (quietLines.length > 0) blocks.push(quietLines);
  const table = info.statistics ? ruleTable(asked, paint) : [];
  if (table.length > 0) blocks.push(table);
  const folded = asked.length - shown.length;
  blocks.push(
    [
      ...wrap(summary(result, paint), info.width),
      ...wrap(workloadLine(result), info.width),
      ...wrap(fixableLine(asked, paint), info.width),
      ...(folded > 0 ? wrap(`${folded} of them folded: --no-fold shows all`, info.width) : []),
    ].filter((line) => line !== ''),
  );
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};

const NOTHING_FOLDED: ReadonlyMap<Finding, MorePlaces> = new Map();

/** What all blocks are drawn with. */
interface Look {
  readonly paint: Paint;
  readonly sourceOf: Sources;
  readonly more: ReadonlyMap<Finding, MorePlaces>;
  /** Of the terminal. */
  readonly columns: number | undefined;
  /** When folding, why and what to do are told once in all; else once a file. */
  readonly told?: Set<string>;
}

type Sources = (path: string) => SourceFile | undefined;

/** Files by path, with their lines counted once. */
function sources(info: ReportInfo): Sources {
  const known = new Map<string, SourceFile | undefined>();
  return (path) => {
    if (!known.has(path)) {
      const content = info.text?.(path);
      known.set(path, content === undefined ? undefined : new SourceFile(path, content));
    }
    return known.get(path);
  };
}

interface FileEntries {
  readonly findings: Finding[];
  readonly unused: UnusedSuppression[];
}

function fileBlocks(findings: readonly Finding[], unused: readonly UnusedSuppression[], look: Look): string[][] {
  const files = new Map<string, FileEntries>();
  const entriesOf = (path: string): FileEntries => {
    let entries = files.get(path);
    if (!entries) {
      entries = { findings: [], unused: [] };
      files.set(path, entries);
    }
    return entries;
  };
  for (const finding of findings) entriesOf(finding.location.file).findings.push(finding);
  for (const suppression of unused) entriesOf(suppression.location.file).unused.push(suppression);

  const paths = [...files.keys()].sort((a, b) => (a < b ? -1 : 1));
  return paths.flatMap((path) => fileBlock(path, files.get(path) as FileEntries, look));
}

function fileBlock(path: string, entries: FileEntries, look: Look): string[][] {
  const { findings, unused } = entries;
  const width = [...findings, ...unused].reduce((most, entry) => Math.max(most, lineColumn(entry.location).length), 5);
  const said = look.told ?? new Set<string>();
  const draw: Draw = { ...look, width, said };
  return [
    [look.paint('underline', visibleText(path))],
    ...findings.map((finding) => findingBlock(finding, draw)),
    ...unused.map((suppression) => unusedBlock(suppression, draw)),
  ];
}

interface Draw extends Look {
  /** Columns of the widest `line:column` of the file. */
  readonly width: number;
  /** What was said already: why and what to do are told once. */
  readonly said: Set<string>;
}

function findingBlock(finding: Finding, draw: Draw): string[] {
  const { paint, said } = draw;
  const style = STYLES[finding.severity];
  const { message, codes, location } = finding;
  const lines = [
    ...heading(location, finding.severity, style, message, draw),
    `${indent(draw)}${paint('dim', rule(finding.ruleId, codes))}${finding.edits?.length ? ` ${paint('cyan', '[*]')}` : ''}`,
    ...frame(location, draw, '^', style),
  ];
  for (const related of finding.related.slice(0, MAX_RELATED)) lines.push(...relatedLines(related, finding, draw));
  const more = finding.related.length - MAX_RELATED;
  if (more > 0) lines.push(`${indent(draw)}and ${counted(more, 'more place')}`);
  for (const [label, words] of [['why', finding.why] as const, ['fix', finding.fix] as const]) {
    const key = `${finding.ruleId} ${label} ${words}`;
    if (words === '' || said.has(key)) continue;
    said.add(key);
    const before = `${' '.repeat(draw.width - 1)}${paint('cyan', label)}  `;
    lines.push(...hanging(before, draw.width + 4, visibleText(words), draw.columns));
  }
  const folded = draw.more.get(finding);
  if (folded) {
    const named = folded.first.map((place) => `${visibleText(place.file)}:${lineColumn(place)}`);
    const others = folded.total > named.length ? ', ...' : '';
    const words = `and ${counted(folded.total, 'more place')}: ${named.join(', ')}${others}`;
    lines.push(...hanging(' '.repeat(draw.width + 4), draw.width + 4, words, draw.columns));
  }
  return lines;
}

function unusedBlock(suppression: UnusedSuppression, draw: Draw): string[] {
  const { location, message } = suppression;
  return [...heading(location, 'note', 'cyan', message, draw), ...frame(location, draw, '^', 'cyan')];
}

function heading(location: Location, label: string, style: Style, message: string, draw: Draw): string[] {
  const { paint, width, columns } = draw;
  const at = paint('dim', lineColumn(location).padStart(width));
  const under = indent(draw);
  const lines = wrap(visibleText(message), columns === undefined ? undefined : columns - under.length);
  return lines.map((line, i) =>
    i === 0 ? `  ${at}  ${paint(style, label.padEnd(LABEL))}  ${paint('bold', line)}` : under + paint('bold', line),
  );
}

/** Under the message. */
function indent(draw: Draw): string {
  return ' '.repeat(draw.width + LABEL + 6);
}

function frame(location: Location, draw: Draw, mark: '^' | '-', style: Style, note?: string): string[] {
  const source = draw.sourceOf(location.file);
  if (!source) return [];
  const look = { gutter: draw.width + 2, mark, style, width: draw.columns, ...(note ? { note } : {}) };
  return codeFrame(source, location, draw.paint, look);
}

function relatedLines(related: RelatedLocation, finding: Finding, draw: Draw): string[] {
  const { location } = related;
  const note = visibleText(related.message);
  const lines = frame(location, draw, '-', 'cyan', note);
  const elsewhere = location.file !== finding.location.file;
  if (lines.length > 0 && !elsewhere) return lines;
  const arrow = draw.paint('dim', `${' '.repeat(draw.width + 2)}-->`);
  const place = `${arrow} ${visibleText(location.file)}:${lineColumn(location)}`;
  if (lines.length > 0) return [place, ...lines];
  const under = draw.width + 6;
  const alone = displayWidth(visibleText(location.file)) + under + 10 + displayWidth(note) > (draw.columns ?? Infinity);
  if (!alone) return [`${place}  ${draw.paint('cyan', note)}`];
  const room = (draw.columns as number) - under;
  return [place, ...wrap(note, room).map((line) => ' '.repeat(under) + draw.paint('cyan', line))];
}

function failureBlocks(result: LintResult, paint: Paint): string[][] {
  return result.failures.map((failure) => [
    `${paint('red', 'failure')}  rule ${visibleText(failure.ruleId)} broke on ${visibleText(failure.subject)}: ${visibleText(failure.message)}`,
    ...failure.stack
      .split('\n')
      .slice(0, 6)
      .map((line) => paint('dim', `         ${visibleText(line.trim())}`)),
  ]);
}

/** What was left out, what is not known, what was silenced: one line each. */
function quietBlock(result: LintResult, look: Look, maxNotes: number): string[] {
  return [
    ...list('note', result.notes, maxNotes, look, (note) =>
      note.folder === '.' || note.message.includes(note.folder) ? note.message : `${note.message} (in ${note.folder})`,
    ),
    ...(result.notes.some(({ message }) => /\bchart\b/.test(message))
      ? [hint('--helm CHART reads what a chart renders', look)]
      : []),
    ...list('suppressed', result.suppressed, MAX_SUPPRESSED, look, ({ location, ruleId, suppression }) => {
      const reason = suppression.reason === '' ? '' : `: ${suppression.reason}`;
      return `${location.file}:${lineColumn(location)} ${ruleId}${reason}`;
    }),
    ...(result.baselineGone ? [goneLine(result.baselineGone, look.paint)] : []),
    ...list(
      'undecided',
      result.undecided,
      MAX_UNDECIDED,
      look,
      ({ question, needs }) => `${question}; what would tell: ${needs}`,
    ),
  ];
}

/** So that a baseline only shrinks: what was put right must not come back unseen. */
function goneLine(gone: number, paint: Paint): string {
  const entries = gone === 1 ? 'finding of the baseline does' : 'findings of the baseline do';
  return `${paint('cyan', 'baseline'.padEnd(10))}  ${gone} ${entries} not occur in what was read: "meshvet baseline prune" with the same paths takes ${gone === 1 ? 'it' : 'them'} out`;
}

function list<T>(label: string, items: readonly T[], max: number, look: Look, line: (item: T) => string): string[] {
  const head = `${look.paint('cyan', label.padEnd(10))}  `;
  const lines = items.slice(0, max).flatMap((item) => hanging(head, 12, visibleText(line(item)), look.columns));
  const more = items.length - max;
  return more > 0 ? [...lines, `${head}and ${more} more`] : lines;
}

function hint(words: string, { paint }: Look): string {
  return `${paint('cyan', 'note'.padEnd(10))}  ${words}`;
}

/** What is known of the workloads, where there are any: a run without findings tells with it how much it could judge. */
function workloadLine({ workloads }: LintResult): string {
  if (!workloads) return '';
  const { inMesh, outside, unknown } = workloads;
  if (inMesh + outside + unknown === 0) return '';
  return `${counted(inMesh, 'workload')} in the mesh, ${outside} out of it, ${unknown} unknown`;
}

/** How many of the findings can be fixed, and with which flags. */
function fixableLine(findings: readonly Finding[], paint: Paint): string {
  const safe = findings.filter(({ edits }) => edits?.length).length;
  const likely = findings.filter(({ edits, suggestedEdits }) => !edits?.length && suggestedEdits?.length).length;
  if (safe + likely === 0) return '';
  if (safe === 0) return `${likely} fixable with --fix --fix-suggested, to be looked at`;
  const more = likely > 0 ? `, ${likely} more with --fix-suggested` : '';
  return `${paint('cyan', '[*]')} ${safe} fixable with --fix${more}`;
}

function summary(result: LintResult, paint: Paint): string {
  const totals = SEVERITIES.map((severity) => ({
    severity,
    total: result.findings.filter((finding) => finding.severity === severity).length,
  })).filter(({ total }) => total > 0);
  const input = `${counted(result.files.read, 'file')}, ${counted(result.resources, 'resource')}`;
  const found =
    totals.length === 0
      ? paint('green', 'no findings')
      : totals.map(({ severity, total }) => paint(STYLES[severity], severityCount(severity, total))).join(', ');

  const skipped = Object.entries(result.files.skipped).filter(([, files]) => files > 0);
  const skippedFiles = skipped.reduce((sum, [, files]) => sum + files, 0);
  const rest: string[] = [];
  if (result.failures.length > 0) rest.push(paint('red', counted(result.failures.length, 'failure')));
  if (result.suppressed.length > 0) rest.push(`${result.suppressed.length} suppressed`);
  if (result.baselined) rest.push(`${result.baselined.length} baselined`);
  if (result.unchanged !== undefined) rest.push(`${result.unchanged} left out (nothing of them changed)`);
  if (result.unusedSuppressions.length > 0) rest.push(counted(result.unusedSuppressions.length, 'unused suppression'));
  if (skippedFiles > 0) {
    const reasons = skipped.map(([reason, files]) => `${files} ${skipWords(reason, files)}`).join(', ');
    rest.push(`${skippedFiles} skipped (${reasons})`);
  }
  if (result.undecided.length > 0) rest.push(`${result.undecided.length} undecided`);
  const line = `${input}: ${[found, ...rest].join(', ')}`;
  return hasNoMesh(result) ? `${line}\n${NO_MESH}` : line;
}

/** Said once, so that silence is not taken for praise. */
const NO_MESH =
  'no mesh is used in what was read, so nothing is said about proxies; --expect-mesh all speaks as if one were';

function hasNoMesh({ meshes, resources }: LintResult): boolean {
  return meshes !== undefined && !meshes.istio && !meshes.ambient && !meshes.linkerd && resources > 0;
}

function severityCount(severity: Severity, total: number): string {
  return severity === 'info' ? `${total} info` : counted(total, severity);
}

function skipWords(reason: string, files: number): string {
  if (reason === 'template') return files === 1 ? 'template' : 'templates';
  if (reason === 'notKubernetes') return 'not Kubernetes';
  if (reason === 'tooLarge') return 'too large';
  return visibleText(reason);
}

function rule(id: string, codes: readonly string[]): string {
  return visibleText(codes.length === 0 ? id : `${id} (${codes.join(', ')})`);
}

function lineColumn({ start }: Location): string {
  return `${start.line}:${start.column}`;
}
