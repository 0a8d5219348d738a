import { type LintSetup, lint } from '../lint/lint.ts';
import { compareText } from '../lint/order.ts';
import type { Finding, LintResult } from '../lint/result.ts';
import { addTo } from '../source/grouping.ts';
import type { InputFile } from '../source/source-file.ts';
import { applyEdits, ChosenEdits, type TextEdit } from './apply-edits.ts';
import type { FixOptions, FixResult, WithdrawnFix } from './fix-result.ts';
import { refusedEdit } from './refused-edit.ts';

/** Every fix may make room for another; more rounds than this nobody needs. */
const MOST_ROUNDS = 20;
/** Runs of the engine in one round, to find out which of many edits does what it should not. */
const MOST_RUNS = 64;
/** The same for all rounds together: a file full of fixes that are wrong must not take hours. */
const MOST_RUNS_IN_ALL = 256;
/** So many fixes are few enough to find out of each whether it is to blame. */
const BULK = 16;
/** Edits of one round that are looked at alone. */
const MOST_CHECKS = 256;

interface Candidate {
  readonly finding: Finding;
  /** All edits of a finding are made in one file. */
  readonly file: string;
  readonly edits: readonly TextEdit[];
}

/** What came of some fixes: the findings afterwards, or why they cannot all be made and whose fault it is. */
type Attempt =
  | { readonly ok: true; readonly result: LintResult; readonly texts: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly reasons: ReadonlyMap<Candidate, string>; readonly suspects: ReadonlySet<Candidate> };

/** What `fixFiles` does. */
export async function fixInRounds(
  files: readonly InputFile[],
  setup: LintSetup,
  options: FixOptions = {},
): Promise<FixResult> {
  const { clock: _, ...quiet } = setup;
  const texts = new Map<string, string>();
  const twice = new Set<string>();
  for (const { path, text } of files) {
    if (texts.has(path)) twice.add(path);
    texts.set(path, text);
  }
  const before = new Map(texts);
  const fixed = new Map<string, { findings: Finding[]; edits: number }>();
  let result = options.result ?? (await lint(files, setup));
  let withdrawn: WithdrawnFix[] = [];
  let rounds = 0;
  let runs = 0;
  for (;;) {
    const candidates = result.findings.flatMap((finding): Candidate[] => {
      const edits = finding.edits ?? (options.suggested ? finding.suggestedEdits : undefined);
      const file = edits?.[0]?.file;
      if (!edits || file === undefined || twice.has(file) || !texts.has(file)) return [];
      if (edits.some((edit) => edit.file !== file)) return [];
      return options.wanted?.(finding) !== false && options.mayEdit?.(file) !== false ? [{ finding, file, edits }] : [];
    });
    if (candidates.length === 0 || rounds === MOST_ROUNDS || runs >= MOST_RUNS_IN_ALL) {
      withdrawn = candidates.map(({ finding }) => ({ finding, reason: `${counted(rounds)} were not enough` }));
      break;
    }
    rounds++;
    const round = new Round(files, texts, result, quiet);
    await round.run(candidates);
    runs += round.runs;
    withdrawn = round.withdrawn;
    if (round.accepted.length === 0) break;
    for (const { finding, file, edits } of round.accepted) {
      const of = fixed.get(file) ?? { findings: [], edits: 0 };
      of.findings.push(finding);
      of.edits += edits.length;
      fixed.set(file, of);
    }
    for (const [path, text] of round.texts) texts.set(path, text);
    result = round.result;
  }
  return {
    files: [...fixed]
      .sort(([a], [b]) => compareText(a, b))
      .map(([path, { findings, edits }]) => ({
        path,
        before: before.get(path) as string,
        after: texts.get(path) as string,
        fixed: findings,
        edits,
      })),
    result,
    withdrawn,
    rounds,
  };
}

function counted(rounds: number): string {
  return rounds === 1 ? '1 round' : `${rounds} rounds`;
}

/** One round: edits that do not touch each other, made in the texts as they were at its beginning. */
class Round {
  readonly #files: readonly InputFile[];
  readonly #before: ReadonlyMap<string, string>;
  readonly #counts: Counts;
  readonly #suppressed: Counts;
  readonly #start: LintResult;
  readonly #setup: LintSetup;
  readonly accepted: Candidate[] = [];
  readonly withdrawn: WithdrawnFix[] = [];
  texts: ReadonlyMap<string, string> = new Map();
  result: LintResult;
  /** How often the engine ran. */
  runs = 0;
  #checks = 0;

  constructor(files: readonly InputFile[], texts: ReadonlyMap<string, string>, result: LintResult, setup: LintSetup) {
    this.#files = files;
    this.#before = new Map(texts);
    this.#start = result;
    this.#setup = setup;
    this.#counts = countsOf(result.findings);
    this.#suppressed = countsOf(result.suppressed);
    this.result = result;
  }

  async run(candidates: readonly Candidate[]): Promise<void> {
    const open: Candidate[][] = [this.#apart(candidates)];
    for (let batch = open.pop(); batch; batch = open.pop()) {
      if (batch.length === 0) continue;
      if (this.runs === MOST_RUNS) {
        for (const left of [batch, ...open].flat()) this.#withdraw(left, 'too many fixes had to be tried one by one');
        return;
      }
      this.runs++;
      const attempt = await this.#attempt(batch);
      if (attempt.ok) {
        this.accepted.push(...batch);
        this.texts = attempt.texts;
        this.result = attempt.result;
        continue;
      }
      for (const [candidate, reason] of attempt.reasons) this.#withdraw(candidate, reason);
      const rest = batch.filter((one) => !attempt.reasons.has(one));
      const [first, second] = split(rest, attempt.suspects);
      // The last of the list is tried first: what nobody suspects.
      open.push(second, first);
    }
  }

  #withdraw({ finding }: Candidate, reason: string): void {
    this.withdrawn.push({ finding, reason });
  }

  /** Of fixes that touch each other the first; the other has its turn in the next round. */
  #apart(candidates: readonly Candidate[]): Candidate[] {
    const chosen = new Map<string, ChosenEdits>();
    return candidates.filter(({ file, edits }) => {
      const here = chosen.get(file) ?? new ChosenEdits();
      chosen.set(file, here);
      return here.take(edits);
    });
  }

  async #attempt(batch: readonly Candidate[]): Promise<Attempt> {
    const all = [...this.accepted, ...batch];
    const byFile = new Map<string, Candidate[]>();
    for (const candidate of all) {
      const { file } = candidate;
      addTo(byFile, file, candidate);
    }
    const texts = new Map<string, string>();
    for (const [file, candidates] of byFile) {
      const text = this.#before.get(file) as string;
      const edits = candidates.flatMap((candidate) => candidate.edits);
      const reason = await refusedEdit(file, text, edits);
      if (reason !== undefined) return refused(batch, new Set(candidates), reason, await this.#culprits(batch, file));
      texts.set(file, applyEdits(text, edits));
    }
    const files = this.#files.map((file) => {
      const text = texts.get(file.path) ?? this.#before.get(file.path);
      if (text === undefined || text === file.text) return file;
      const { size: _, ...rest } = file;
      return { ...rest, text };
    });
    return this.#judge(all, batch, await lint(files, this.#setup), texts);
  }

  /** The fixes of a file that cannot be made even alone, as far as they can be found at a price. */
  async #culprits(batch: readonly Candidate[], file: string): Promise<ReadonlyMap<Candidate, string>> {
    const text = this.#before.get(file) as string;
    const reasons = new Map<Candidate, string>();
    for (const candidate of batch) {
      if (candidate.file !== file) continue;
      if (this.#checks++ >= MOST_CHECKS) break;
      const reason = await refusedEdit(file, text, candidate.edits);
      if (reason !== undefined) reasons.set(candidate, reason);
    }
    return reasons;
  }

  #judge(
    all: readonly Candidate[],
    batch: readonly Candidate[],
    result: LintResult,
    texts: ReadonlyMap<string, string>,
  ): Attempt {
    const expected = new Map(this.#counts);
    for (const { finding } of all) expected.set(keyOf(finding), (expected.get(keyOf(finding)) ?? 0) - 1);
    const extra = extraOf(result.findings, expected);
    const reasons = new Map<Candidate, string>();
    for (const candidate of batch) {
      const key = keyOf(candidate.finding);
      if (extra.some((finding) => keyOf(finding) === key)) reasons.set(candidate, 'the finding would still be there');
    }
    const strange = extra.filter((finding) => !all.some((one) => keyOf(one.finding) === keyOf(finding)));
    const [first] = strange;
    if (batch.length > BULK && new Set(batch.map((one) => resourceKey(one.finding))).size === batch.length) {
      // Where in each of many resources something of its own comes up, nobody has to try them one by one.
      const own = new Map(strange.map((finding) => [resourceKey(finding), finding]));
      const guilty = batch.flatMap((candidate) => {
        const came = own.get(resourceKey(candidate.finding));
        return came ? [[candidate, broughtUp(came)] as const] : [];
      });
      if (guilty.length === batch.length) return { ok: false, reasons: new Map(guilty), suspects: new Set() };
    }
    const awakened = extraOf(result.suppressed, this.#suppressed);
    if (first) {
      return refused(batch, near(batch, strange), broughtUp(first), reasons);
    }
    if (reasons.size > 0) return { ok: false, reasons, suspects: new Set() };
    if (awakened.length > 0 || result.unusedSuppressions.length > this.#start.unusedSuppressions.length) {
      return refused(batch, near(batch, awakened), 'a suppression comment would come to mean something else');
    }
    if (result.failures.length > this.#start.failures.length) {
      return refused(batch, new Set(), 'a rule would break');
    }
    return { ok: true, result, texts };
  }
}

function broughtUp({ ruleId, message }: Finding): string {
  return `it would bring up ${ruleId}: ${message}`;
}

/** Fixes that cannot all be made. One that is tried alone is the one. */
function refused(
  batch: readonly Candidate[],
  suspects: ReadonlySet<Candidate>,
  reason: string,
  known: ReadonlyMap<Candidate, string> = new Map(),
): Attempt {
  const [only] = batch;
  const reasons = known.size > 0 ? known : new Map(batch.length === 1 && only ? [[only, reason]] : []);
  return { ok: false, reasons, suspects };
}

/** The fixes that stand where something came up: in its resource, in the Namespace it belongs to, beside it there, in its file. */
function near(batch: readonly Candidate[], findings: readonly Finding[]): Set<Candidate> {
  const ways: readonly [(finding: Finding) => string | undefined, (finding: Finding) => string | undefined][] = [
    [resourceKey, resourceKey],
    // What a Namespace says is for all in it.
    [namespaceOf, ({ resource }) => (resource?.kind === 'Namespace' ? resource.name : undefined)],
    [namespaceOf, namespaceOf],
    [fileOf, fileOf],
  ];
  for (const [placeOf, ownPlace] of ways) {
    const places = new Set(findings.flatMap((finding) => placeOf(finding) ?? []));
    const there = batch.filter(({ finding }) => places.has(ownPlace(finding) ?? ''));
    if (there.length > 0) return new Set(there);
  }
  return new Set();
}

function namespaceOf({ resource }: Finding): string | undefined {
  return resource?.namespace;
}

function fileOf({ location }: Finding): string {
  return location.file;
}

/** Two parts: what is not suspected and what is, or two halves where that does not part them. */
function split(batch: readonly Candidate[], suspects: ReadonlySet<Candidate>): [Candidate[], Candidate[]] {
  const first = batch.filter((one) => !suspects.has(one));
  if (first.length > 0 && first.length < batch.length) return [first, batch.filter((one) => suspects.has(one))];
  const half = batch.length >> 1;
  return [batch.slice(0, half), batch.slice(half)];
}

type Counts = ReadonlyMap<string, number>;

function countsOf(findings: readonly Finding[]): Counts {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(keyOf(finding), (counts.get(keyOf(finding)) ?? 0) + 1);
  return counts;
}

/** The findings beyond those that are expected, the last of each key. */
function extraOf(findings: readonly Finding[], expected: Counts): Finding[] {
  const left = new Map(expected);
  return findings.filter((finding) => {
    const count = (left.get(keyOf(finding)) ?? 0) - 1;
    left.set(keyOf(finding), count);
    return count < 0;
  });
}

/** What makes a finding the same one after an edit: what its fingerprint is made of, without its number. */
function keyOf(finding: Finding): string {
  const { ruleId, messageId, location } = finding;
  return [ruleId, messageId, resourceKey(finding), location.pointer].join('\n');
}

function resourceKey({ resource, location }: Finding): string {
  return [location.file, resource?.kind ?? '', resource?.namespace ?? '', resource?.name ?? ''].join('\n');
}
