import type { RuleHead } from '../rule/late-rule.ts';
import { Field } from '../source/field.ts';
import { readSingle } from '../source/read-single.ts';
import { type InputFile, SourceFile } from '../source/source-file.ts';
import { compareText } from './order.ts';
import type { Finding, LintResult } from './result.ts';

/** The version of the file; it grows when an older meshvet would read the file wrongly. */
const VERSION = 1;

// In the order in which they are written.
const TEXTS = ['rule', 'message', 'type', 'namespace', 'name', 'field', 'file', 'text'] as const;

/**
 * A finding that is known, by what it is and not by where it stands: lines, files and the order of lists may change. Only
 * where no resource with a name is there to go by, the file counts.
 */
export interface BaselineEntry {
  readonly rule: string;
  /** Id of the message. */
  readonly message: string;
  /** Kind with its group, without version: the same object is served under several. */
  readonly type?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** `fieldPath` of the finding. */
  readonly field?: string;
  /** Relative to the folder of the baseline, with `/`. */
  readonly file?: string;
  /** The words of a finding that has no resource, with `#` for numbers. */
  readonly text?: string;
  /** How many findings are the same by all of this: variants of a resource, items without a name. */
  readonly count: number;
}

/** Entries by their key, in order. */
export type Baseline = ReadonlyMap<string, BaselineEntry>;

/** What is wrong with a file that is no baseline, in one line, and where. */
export interface BaselineError {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The path of a file as a baseline has it, from the one that a finding has. */
export type BaselinePath = (file: string) => string;

const samePath: BaselinePath = (file) => file;

/** The baseline that knows exactly these findings. */
export function baselineOf(findings: Iterable<Finding>, path: BaselinePath = samePath): Baseline {
  const entries = new Map<string, BaselineEntry>();
  for (const finding of findings) {
    const entry = entryOf(finding, path);
    const key = keyOf(entry);
    const known = entries.get(key);
    entries.set(key, known ? { ...known, count: known.count + 1 } : entry);
  }
  return sorted(entries);
}

/** What is left of a baseline when the findings that do not occur any more are taken out. */
export function pruneBaseline(baseline: Baseline, occurring: Baseline): Baseline {
  const left = new Map<string, BaselineEntry>();
  for (const [key, entry] of baseline) {
    const count = Math.min(entry.count, occurring.get(key)?.count ?? 0);
    if (count > 0) left.set(key, { ...entry, count });
  }
  return sorted(left);
}

/** How many findings a baseline knows, and another one does not. */
export function baselineExcess(baseline: Baseline, other: Baseline): number {
  let excess = 0;
  for (const [key, { count }] of baseline) excess += Math.max(0, count - (other.get(key)?.count ?? 0));
  return excess;
}

/** The result with the findings that a baseline knows set apart. One more than it knows of a kind is a finding. */
export function withBaseline(result: LintResult, baseline: Baseline, path: BaselinePath = samePath): LintResult {
  const left = new Map([...baseline].map(([key, { count }]) => [key, count]));
  const findings: Finding[] = [];
  const baselined: Finding[] = [];
  for (const finding of result.findings) {
    const key = keyOf(entryOf(finding, path));
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    (count > 0 ? baselined : findings).push(finding);
  }
  const baselineGone = [...left.values()].reduce((sum, count) => sum + count, 0);
  return { ...result, findings, baselined, baselineGone };
}

/** The file: JSON, sorted, one entry a line, so that version control merges it by lines. */
export function baselineText(baseline: Baseline): string {
  const lines = [...sorted(baseline).values()].map((entry) => {
    const members = TEXTS.flatMap((name) => (entry[name] === undefined ? [] : [member(name, entry[name])]));
    if (entry.count > 1) members.push(member('count', entry.count));
    return `    { ${members.join(', ')} }`;
  });
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `{\n  "version": ${VERSION},\n  "findings": ${list}\n}\n`;
}

/**
 * Reads and checks a baseline. The first mistake is told; entries that a merge has doubled count once. Former names of the
 * given rules stand for the names of today.
 */
export async function readBaseline(
  file: InputFile,
  rules: readonly RuleHead[] = [],
): Promise<{ readonly baseline: Baseline } | { readonly error: BaselineError }> {
  const source = new SourceFile(file.path, file.text);
  const at = (message: string, offset: number) => ({ error: { message, ...source.position(offset) } });
  if (file.problem) return at(file.problem === 'too-large' ? 'the file is too large' : 'the file is not UTF-8', 0);
  const conflict = /^(?:<{7}|={7}|>{7})(?=[ \r\n]|$)/m.exec(file.text);
  if (conflict) return at('a merge conflict is left here; keep the entries of both sides', conflict.index);
  const { document, problems } = await readSingle(source);
  const [problem] = problems;
  if (problem) {
    const reason =
      problem.kind === 'syntax'
        ? problem.data.reason
        : problem.kind === 'duplicate-key'
          ? `"${problem.data.key}" stands here twice`
          : 'this is no baseline';
    return at(reason, problem.span.start);
  }
  if (!document) return at('the file is empty', 0);
  try {
    return { baseline: entriesOf(new Field(document, document.value), rules) };
  } catch (error) {
    if (error instanceof Mistake) return at(error.message, error.field.span().start);
    throw error;
  }
}

class Mistake extends Error {
  readonly field: Field;

  constructor(field: Field, message: string) {
    super(message);
    this.field = field;
  }
}

function entriesOf(root: Field, rules: readonly RuleHead[]): Baseline {
  if (!root.isMapping) throw new Mistake(root, 'a mapping with "version" and "findings" is expected');
  const version = root.at('version');
  if (version.value !== VERSION) {
    const newer = typeof version.value === 'number' && version.value > VERSION;
    throw new Mistake(
      version,
      newer
        ? `this is version ${version.value}, from a newer meshvet; this one reads version ${VERSION}`
        : `"version": ${VERSION} is expected`,
    );
  }
  for (const [key, field] of root.entries())
    if (key !== 'version' && key !== 'findings') throw new Mistake(field, `there is no member "${key}" here`);
  const list = root.at('findings');
  if (!list.isList) throw new Mistake(list, '"findings" is a list of entries');
  const names = new Map(rules.flatMap(({ meta }) => (meta.formerly ?? []).map((name) => [name, meta.id] as const)));
  const entries = new Map<string, BaselineEntry>();
  for (const item of list.items()) {
    const read = readEntry(item);
    const entry = { ...read, rule: names.get(read.rule) ?? read.rule };
    const key = keyOf(entry);
    const known = entries.get(key);
    if (!known || known.count < entry.count) entries.set(key, entry);
  }
  return sorted(entries);
}

function readEntry(item: Field): BaselineEntry {
  if (!item.isMapping) throw new Mistake(item, 'an entry is a mapping with "rule", "message" and what it is about');
  const texts = new Map<string, string>();
  let count = 1;
  for (const [key, field] of item.entries()) {
    const { value } = field;
    if (key === 'count') {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
        throw new Mistake(field, '"count" is a whole number of 1 or more');
      count = value;
    } else if (!(TEXTS as readonly string[]).includes(key)) {
      throw new Mistake(field, `an entry has no member "${key}"; it has ${TEXTS.join(', ')} and count`);
    } else if (typeof value !== 'string') throw new Mistake(field, `"${key}" is a text in quotes`);
    else texts.set(key, value);
  }
  const rule = texts.get('rule');
  const message = texts.get('message');
  if (rule === undefined) throw new Mistake(item, 'this entry lacks "rule"');
  if (message === undefined) throw new Mistake(item, 'this entry lacks "message"');
  if (!texts.has('name') && !texts.has('file'))
    throw new Mistake(item, 'this entry lacks what it is about: "type" and "name", or "file"');
  return { ...Object.fromEntries(texts), rule, message, count };
}

function entryOf(finding: Finding, path: BaselinePath): BaselineEntry {
  const { ruleId, messageId, resource, location } = finding;
  const said = { rule: ruleId, message: messageId, count: 1 };
  if (!resource) {
    // Numbers in these words are lines and sizes, which change when nothing else does.
    return { ...said, file: path(location.file), text: finding.message.replace(/\d+(?:\.\d+)?/g, '#') };
  }
  const slash = resource.apiVersion.lastIndexOf('/');
  return {
    ...said,
    type: slash < 0 ? resource.kind : `${resource.apiVersion.slice(0, slash)}/${resource.kind}`,
    ...(resource.namespace === undefined ? {} : { namespace: resource.namespace }),
    name: resource.name,
    field: finding.fieldPath ?? location.pointer,
    // A name that some later step fills in tells nothing apart.
    ...(resource.name === '' ? { file: path(location.file) } : {}),
  };
}

function keyOf(entry: BaselineEntry): string {
  return JSON.stringify(TEXTS.map((name) => entry[name] ?? null));
}

/** By resource first: what belongs together stands together, and two branches seldom add at one place. */
const ORDER = ['type', 'namespace', 'name', 'file', 'rule', 'message', 'field', 'text'] as const;

function sorted(entries: Baseline): Map<string, BaselineEntry> {
  const compare = (a: BaselineEntry, b: BaselineEntry): number => {
    for (const name of ORDER) {
      const order = compareText(a[name] ?? '', b[name] ?? '');
      if (order !== 0) return order;
    }
    return 0;
  };
  return new Map([...entries].sort(([x, a], [y, b]) => compare(a, b) || compareText(x, y)));
}

function member(name: string, value: string | number): string {
  return `"${name}": ${printable(JSON.stringify(value))}`;
}

/** JSON with everything escaped that an editor, a terminal or a reader of YAML could take for something else. */
function printable(json: string): string {
  return json.replace(/[\p{C}\p{Z}]/gu, (character) =>
    character === ' '
      ? character
      : Array.from(
          { length: character.length },
          (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
}
