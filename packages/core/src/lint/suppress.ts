import { type RuleIndex, ruleIndex } from '../config/resolve-config.ts';
import type { Resource } from '../manifest/resource.ts';
import type { RuleHead } from '../rule/late-rule.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import { END, NEXT, START, STRIDE, type YamlDocument } from '../source/document.ts';
import type { SourceFile } from '../source/source-file.ts';
import { locationOf } from './finding.ts';
import { compareLocations } from './order.ts';
import type { Finding, Location, SuppressedFinding, UnusedSuppression } from './result.ts';
import { isDay, readSuppressionText, type SuppressionText } from './suppression-text.ts';

type Scope = 'line' | 'next-line' | 'document' | 'file';

/** What silences findings: a comment (`# meshvet-disable-next-line port-name-missing -- sniffed on purpose`) or an annotation. */
export interface Suppression extends SuppressionText {
  /** `istio` and `kiali`: an annotation of that tool, which speaks of the findings with its codes only. */
  readonly by: 'comment' | 'annotation' | 'istio' | 'kiali';
  readonly location: Location;
  /** Lines that a comment covers, from and to, both included; the object that an annotation is on. */
  readonly extent:
    | { readonly scope: Scope; readonly lines: readonly [number, number] }
    | { readonly resource: Resource };
}

/** What decides which suppressions hold. */
export interface SuppressionPolicy {
  readonly rules: readonly RuleHead[];
  /** The day of the run, `2026-12-31`; without it none is over. */
  readonly today?: string | undefined;
  /** Whether one without a reason silences nothing. */
  readonly requireReasons?: boolean | undefined;
}

const COMMENT = /(?:^|[ \t])#[ \t]*meshvet-disable(-next-line|-line|-document|-file)?(?![\w-])([^\r\n]*)/gm;

/** The suppressions in the comments of a file, in their order. Text inside a scalar (a manifest in a ConfigMap) is no comment. */
export function readSuppressions(source: SourceFile, documents: readonly YamlDocument[]): Suppression[] {
  if (!source.text.includes('meshvet-disable')) return [];
  const found: Suppression[] = [];
  // Comments and documents both come in the order of the text.
  let at = 0;
  let scalars: ScalarRanges | undefined;
  for (const match of source.text.matchAll(COMMENT)) {
    const start = match.index + match[0].indexOf('#');
    const end = match.index + match[0].length;
    while (at < documents.length && (documents[at] as YamlDocument).end <= start) {
      at++;
      scalars = undefined;
    }
    const next = documents[at];
    const document = next && next.start <= start ? next : undefined;
    if (document) {
      scalars ??= new ScalarRanges(document);
      if (scalars.hold(start)) continue;
    }
    const location = locationOf(source, { start, end }, '');
    const scope = (match[1]?.slice(1) ?? 'line') as Scope;
    found.push({
      by: 'comment',
      ...readSuppressionText(match[2] ?? ''),
      location,
      extent: { scope, lines: coveredLines(scope, source, location.start.line, document) },
    });
  }
  return found;
}

interface Candidate {
  readonly suppression: Suppression;
  /** Why it silences nothing, as a message; undefined when it does. */
  readonly fault: string | undefined;
  readonly names: (finding: Finding) => boolean;
  /** Of several that silence a finding the first is told. */
  readonly order: number;
  used: boolean;
}

/**
 * Parts findings into those that stand and those that something silences, and tells the suppressions that silenced
 * nothing. `owners` are the resources that the findings are about, one by one.
 */
export function applySuppressions(
  findings: readonly Finding[],
  owners: readonly (Resource | undefined)[],
  suppressions: readonly Suppression[],
  policy: SuppressionPolicy,
): { findings: Finding[]; suppressed: SuppressedFinding[]; unused: UnusedSuppression[] } {
  if (suppressions.length === 0) return { findings: [...findings], suppressed: [], unused: [] };
  const index = ruleIndex(policy.rules);
  const candidates = suppressions.map((suppression, order): Candidate => {
    return { suppression, fault: faultOf(suppression, policy), names: naming(suppression, index), order, used: false };
  });
  const byFile = new Map<string, FileExtents>();
  const byResource = new Map<Resource, Extent>();
  for (const one of candidates) {
    const { extent, location } = one.suppression;
    if ('resource' in extent) made(byResource, extent.resource, () => new Extent()).add(one);
    else made(byFile, location.file, () => new FileExtents()).add(one, extent.lines);
  }
  const standing: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const [i, finding] of findings.entries()) {
    const owner = owners[i];
    const extents = [...(byFile.get(finding.location.file)?.around(finding) ?? [])];
    const ofOwner = owner && byResource.get(owner);
    if (ofOwner) extents.push(ofOwner);
    let first: Candidate | undefined;
    for (const extent of extents) {
      const one = extent.first(finding);
      if (one && (!first || one.order < first.order)) first = one;
    }
    if (first) {
      const { reason, location } = first.suppression;
      suppressed.push({ ...finding, suppression: { reason, location } });
    } else standing.push(finding);
  }
  const unused = candidates.flatMap((one): UnusedSuppression[] => {
    const { location, names, reason } = one.suppression;
    const message = complaint(one, index);
    return message === undefined ? [] : [{ location, rules: names, reason, message }];
  });
  return { findings: standing, suppressed, unused: unused.sort((a, b) => compareLocations(a.location, b.location)) };
}

function made<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/**
 * The suppressions of one extent. Which of them fit depends on the rule and the codes of a finding alone, so it is asked once for
 * all findings of a kind: a hostile file has suppressions and findings by the ten thousand.
 */
class Extent {
  readonly #all: Candidate[] = [];
  readonly #firsts = new Map<string, Candidate | undefined>();

  add(one: Candidate): void {
    this.#all.push(one);
  }

  /** The first that silences a finding; all that name it are marked as used. */
  first(finding: Finding): Candidate | undefined {
    const kind = [finding.ruleId, ...finding.codes].join(' ');
    if (this.#firsts.has(kind)) return this.#firsts.get(kind);
    const fitting = this.#all.filter((one) => one.names(finding));
    for (const one of fitting) one.used = true;
    const first = fitting.find((one) => one.fault === undefined);
    this.#firsts.set(kind, first);
    return first;
  }
}

/** The extents of a file: single lines by their number, longer ones (documents, the file) in order. */
class FileExtents {
  readonly #lines = new Map<number, Extent>();
  readonly #long = new Map<string, { readonly from: number; readonly to: number; readonly extent: Extent }>();

  add(one: Candidate, [from, to]: readonly [number, number]): void {
    if (from === to) made(this.#lines, from, () => new Extent()).add(one);
    else made(this.#long, `${from}-${to}`, () => ({ from, to, extent: new Extent() })).extent.add(one);
  }

  *around({ location: { start, end } }: Finding): Iterable<Extent> {
    for (const { from, to, extent } of this.#long.values()) if (start.line <= to && end.line >= from) yield extent;
    if (end.line - start.line > this.#lines.size) {
      for (const [line, extent] of this.#lines) if (start.line <= line && line <= end.line) yield extent;
      return;
    }
    for (let line = start.line; line <= end.line; line++) {
      const extent = this.#lines.get(line);
      if (extent) yield extent;
    }
  }
}

/** Whether a finding is of the rules, or carries the codes, that a suppression names. */
function naming({ by, names }: Suppression, index: RuleIndex): (finding: Finding) => boolean {
  const all = names.includes('*');
  const codes = new Set(names.filter(isCode).map((name) => name.toUpperCase()));
  if (by === 'istio' || by === 'kiali') {
    const prefix = by === 'istio' ? 'IST' : 'KIA';
    return (finding) =>
      finding.codes.some((code) => code.toUpperCase().startsWith(prefix) && (all || hasCode(codes, code)));
  }
  const ids = new Set(
    names.filter((name) => !isCode(name)).flatMap((name) => index.find(name)?.rules.map((rule) => rule.meta.id) ?? []),
  );
  return (finding) => all || ids.has(finding.ruleId) || finding.codes.some((code) => hasCode(codes, code));
}

function hasCode(codes: ReadonlySet<string>, code: string): boolean {
  return codes.has(code.toUpperCase()) || codes.has((code.split('/')[0] as string).toUpperCase());
}

/** Why a suppression silences nothing, whatever there is; undefined when it may. */
function faultOf({ by, names, reason, until, extent }: Suppression, policy: SuppressionPolicy): string | undefined {
  const foreign = by === 'istio' || by === 'kiali';
  if (names.length === 0 && !foreign) {
    const form = 'scope' in extent ? `# meshvet-disable-${extent.scope} ` : 'meshvet/ignore: ';
    return `A suppression names its rules, or * for all: ${form}port-name-missing -- reason`;
  }
  if (until !== undefined && !isDay(until))
    return `"until=${short(until)}" is no day, and this suppression silences nothing; write it as until=2026-12-31.`;
  if (until !== undefined && policy.today !== undefined && policy.today > until)
    return `This suppression of ${listed(names)} ended with ${until}, and silences nothing any more.`;
  if (!policy.requireReasons || reason !== '') return undefined;
  return foreign
    ? `The config requires reasons, and this annotation has room for none: write meshvet/ignore: ${names.includes('*') ? 'RULES' : listed(names)} -- reason`
    : `The config requires a reason, and this suppression of ${listed(names)} has none: write it behind " -- ".`;
}

/** Why a suppression is told, if it is. Those of other tools are written for more than what meshvet looks for. */
function complaint({ suppression, fault, used }: Candidate, index: RuleIndex): string | undefined {
  const { by, names, extent } = suppression;
  if (by === 'istio' || by === 'kiali') return used ? fault : undefined;
  if (fault !== undefined) return fault;
  for (const name of names) {
    if (name === '*' || index.find(name)) continue;
    const near = didYouMean(name, index.names);
    return `There is no rule "${short(name)}"${near ? `; did you mean "${near}"?` : '.'}`;
  }
  // What a patch lays over an object is not judged in the patch.
  if (used || ('resource' in extent && extent.resource.partial)) return undefined;
  return `This suppression of ${listed(names)} silences nothing.`;
}

/** Names in a message: as many as anybody reads. */
function listed(names: readonly string[]): string {
  const first = names.slice(0, 5).map(short).join(', ');
  return names.length > 5 ? `${first} and ${names.length - 5} more` : first;
}

function short(word: string): string {
  return word.length > 80 ? `${word.slice(0, 79)}…` : word;
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

/** Where the scalars of a document are: a text of 10 MB may hold comments and scalars by the hundred thousand. */
class ScalarRanges {
  readonly #ranges: readonly (readonly [start: number, end: number])[];

  constructor({ table }: YamlDocument) {
    const ranges: [number, number][] = [];
    for (let slot = 0; slot * STRIDE < table.length; slot++) {
      const start = table[slot * STRIDE + START] as number;
      const leaf = table[slot * STRIDE + NEXT] === slot + 1;
      if (leaf && start >= 0) ranges.push([start, table[slot * STRIDE + END] as number]);
    }
    this.#ranges = ranges.sort((a, b) => a[0] - b[0]);
  }

  hold(offset: number): boolean {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as readonly [number, number])[0] <= offset) low = middle + 1;
      else high = middle;
    }
    // Scalars do not overlap, but an empty one may begin where another does.
    for (let i = low - 1; i >= 0; i--) {
      const [start, end] = this.#ranges[i] as readonly [number, number];
      if (offset < end) return true;
      if (end > start) return false;
    }
    return false;
  }
}
