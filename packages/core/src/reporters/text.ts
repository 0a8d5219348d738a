import type { Finding, LintResult, Location, RelatedLocation, UnusedSuppression } from '../lint/result.ts';
import { SEVERITIES, type Severity } from '../source/severity.ts';
import { SourceFile } from '../source/source-file.ts';
import { codeFrame } from './code-frame.ts';
import { counted } from './counted.ts';
import { type Paint, painter, type Style } from './paint.ts';
import type { Reporter, ReportInfo } from './reporter.ts';
import { visibleText } from './visible-text.ts';

const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', info: 'blue' };
/** Longest of the labels that stand before a message: `warning`. */
const LABEL = 7;

// How much of each list is shown: the text is for eyes, the JSON report has all of it.
const MAX_RELATED = 4;
const MAX_NOTES = 12;
const MAX_UNDECIDED = 4;
const MAX_SUPPRESSED = 5;

/** For people: findings by file with the lines they are about, and one line at the end that counts. */
export const text: Reporter = (result, info) => {
  const paint = painter(info.color === true);
  const shown = info.quiet ? result.findings.filter((finding) => finding.severity === 'error') : result.findings;
  const blocks = [
    ...fileBlocks(shown, info.quiet ? [] : result.unusedSuppressions, paint, sources(info)),
    ...failureBlocks(result, paint),
  ];
  if (info.quiet && blocks.length === 0) return '';
  const quietLines = info.quiet ? [] : quietBlock(result, paint);
  if (quietLines.length > 0) blocks.push(quietLines);
  blocks.push([summary(result, paint)]);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};

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

function fileBlocks(
  findings: readonly Finding[],
  unused: readonly UnusedSuppression[],
  paint: Paint,
  sourceOf: Sources,
): string[][] {
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
  return paths.flatMap((path) => fileBlock(path, files.get(path) as FileEntries, paint, sourceOf));
}

function fileBlock(path: string, entries: FileEntries, paint: Paint, sourceOf: Sources): string[][] {
  const { findings, unused } = entries;
  const width = [...findings, ...unused].reduce((most, entry) => Math.max(most, lineColumn(entry.location).length), 5);
  const said = new Set<string>();
  const draw: Draw = { width, paint, sourceOf, said };
  return [
    [paint('underline', visibleText(path))],
    ...findings.map((finding) => findingBlock(finding, draw)),
    ...unused.map((suppression) => unusedBlock(suppression, draw)),
  ];
}

interface Draw {
  /** Columns of the widest `line:column` of the file. */
  readonly width: number;
  readonly paint: Paint;
  readonly sourceOf: Sources;
  /** What was said in this file already: why and what to do are told once. */
  readonly said: Set<string>;
}

function findingBlock(finding: Finding, draw: Draw): string[] {
  const { paint, said } = draw;
  const style = STYLES[finding.severity];
  const { message, codes, location } = finding;
  const lines = [
    heading(location, finding.severity, style, message, draw),
    `${indent(draw)}${paint('dim', rule(finding.ruleId, codes))}`,
    ...frame(location, draw, '^', style),
  ];
  for (const related of finding.related.slice(0, MAX_RELATED)) lines.push(...relatedLines(related, finding, draw));
  const more = finding.related.length - MAX_RELATED;
  if (more > 0) lines.push(`${indent(draw)}and ${counted(more, 'more place')}`);
  for (const [label, words] of [['why', finding.why] as const, ['fix', finding.fix] as const]) {
    const key = `${finding.ruleId} ${label} ${words}`;
    if (words === '' || said.has(key)) continue;
    said.add(key);
    lines.push(`${' '.repeat(draw.width - 1)}${paint('cyan', label)}  ${visibleText(words)}`);
  }
  return lines;
}

function unusedBlock(suppression: UnusedSuppression, draw: Draw): string[] {
  const { location, message } = suppression;
  return [heading(location, 'note', 'cyan', message, draw), ...frame(location, draw, '^', 'cyan')];
}

function heading(location: Location, label: string, style: Style, message: string, draw: Draw): string {
  const { paint, width } = draw;
  const at = paint('dim', lineColumn(location).padStart(width));
  return `  ${at}  ${paint(style, label.padEnd(LABEL))}  ${paint('bold', visibleText(message))}`;
}

/** Under the message. */
function indent(draw: Draw): string {
  return ' '.repeat(draw.width + LABEL + 6);
}

function frame(location: Location, draw: Draw, mark: '^' | '-', style: Style, note?: string): string[] {
  const source = draw.sourceOf(location.file);
  if (!source) return [];
  return codeFrame(source, location, draw.paint, { gutter: draw.width + 2, mark, style, ...(note ? { note } : {}) });
}

function relatedLines(related: RelatedLocation, finding: Finding, draw: Draw): string[] {
  const { location } = related;
  const note = visibleText(related.message);
  const lines = frame(location, draw, '-', 'cyan', note);
  const elsewhere = location.file !== finding.location.file;
  if (lines.length > 0 && !elsewhere) return lines;
  const arrow = draw.paint('dim', `${' '.repeat(draw.width + 2)}-->`);
  const place = `${arrow} ${visibleText(location.file)}:${lineColumn(location)}`;
  return lines.length > 0 ? [place, ...lines] : [`${place}  ${draw.paint('cyan', note)}`];
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
function quietBlock(result: LintResult, paint: Paint): string[] {
  return [
    ...list('note', result.notes, MAX_NOTES, paint, (note) =>
      note.folder === '.' || note.message.includes(note.folder) ? note.message : `${note.message} (in ${note.folder})`,
    ),
    ...list('suppressed', result.suppressed, MAX_SUPPRESSED, paint, ({ location, ruleId, suppression }) => {
      const reason = suppression.reason === '' ? '' : `: ${suppression.reason}`;
      return `${location.file}:${lineColumn(location)} ${ruleId}${reason}`;
    }),
    ...(result.baselineGone ? [goneLine(result.baselineGone, paint)] : []),
    ...list(
      'undecided',
      result.undecided,
      MAX_UNDECIDED,
      paint,
      ({ question, needs }) => `${question}; what would tell: ${needs}`,
    ),
  ];
}

/** So that a baseline only shrinks: what was put right must not come back unseen. */
function goneLine(gone: number, paint: Paint): string {
  const entries = gone === 1 ? 'finding of the baseline does' : 'findings of the baseline do';
  return `${paint('cyan', 'baseline'.padEnd(10))}  ${gone} ${entries} not occur in what was read: "meshvet baseline prune" with the same paths takes ${gone === 1 ? 'it' : 'them'} out`;
}

function list<T>(label: string, items: readonly T[], max: number, paint: Paint, line: (item: T) => string): string[] {
  const lines = items.slice(0, max).map((item) => `${paint('cyan', label.padEnd(10))}  ${visibleText(line(item))}`);
  const more = items.length - max;
  return more > 0 ? [...lines, `${paint('cyan', label.padEnd(10))}  and ${more} more`] : lines;
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
