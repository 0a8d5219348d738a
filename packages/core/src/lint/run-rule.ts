import type { ResolvedRule } from '../config/resolve-config.ts';
import { effectiveSeverity } from '../config/resolve-config.ts';
import type { Resource } from '../manifest/resource.ts';
import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { ReportOptions, Rule, SubjectKind, Target } from '../rule/define-rule.ts';
import type { RuleHead } from '../rule/late-rule.ts';
import { Field } from '../source/field.ts';
import type { Problem } from '../source/problem.ts';
import type { Severity } from '../source/severity.ts';
import { SourceFile } from '../source/source-file.ts';
import type { Report } from './finding.ts';
import type { RuleFailure } from './result.ts';

/** What a rule said, and where it failed. */
export interface RuleRun {
  readonly reports: readonly Report[];
  readonly failures: readonly RuleFailure[];
}

/** A rule on its way through its subjects. */
export interface RunningRule extends RuleRun {
  readonly rule: Rule;
  /** Goes on to the subjects whose place is below a number, and tells how many those were. */
  runTo(place: number): number;
}

/** Prepares a run of one rule over its subjects. A rule that throws loses that subject, and says so; the rest still runs. */
export function startRule(
  resolved: ResolvedRule<Rule>,
  mesh: Mesh,
  all: Subjects,
  configPath: (path: string) => string,
): RunningRule {
  const { rule } = resolved;
  const reports: Report[] = [];
  const failures: RuleFailure[] = [];
  const subjects = all.of(rule);
  let current: Resource | undefined;
  let next = 0;
  const report = (at: Target, messageId: string, data = {}, options: ReportOptions = {}) => {
    const codes = options.codes ?? rule.meta.codes ?? [];
    // The compiler holds this for rules in TypeScript; a plugin may be anything.
    if (!Object.hasOwn(rule.meta.messages, messageId)) {
      throw new Error(`it reports "${messageId}", which is none of its messages`);
    }
    if (![at, ...(options.related ?? []).map((related) => related.at)].every(isTarget)) {
      throw new Error(`it reports "${messageId}" at something that is no field and no text of a file`);
    }
    const weighed = typeof options.severity === 'object' ? options.severity : undefined;
    const reported = weighed?.severity ?? (options.severity as Severity | undefined);
    const severity = effectiveSeverity(resolved, reported, codes, options.advice, () => ({
      file: configPath((at instanceof Field ? at.document.source : at.source).path),
      resource: options.resource ?? current,
    }));
    if (severity !== 'off')
      reports.push({
        rule,
        at,
        messageId,
        data,
        options,
        resource: current,
        severity,
        ...(weighed ? { weighed } : {}),
      });
  };
  // Workloads, Services and Namespaces are known to one mesh each; a resource to all.
  const meshOf = (resource: Resource | undefined): Mesh =>
    rule.meta.judgedAround && rule.meta.subject === 'resource' && resource ? (mesh.around(resource) ?? mesh) : mesh;
  const runTo = (place: number): number => {
    const first = next;
    for (; next < subjects.length; next++) {
      const { subject, resource, place: own } = subjects[next] as Subject;
      if (own >= place) break;
      current = resource;
      try {
        rule.check({ subject, mesh: meshOf(resource), options: resolved.options, report });
      } catch (fault) {
        failures.push(failure(rule, resource, fault));
      }
    }
    return next - first;
  };
  return { rule, reports, failures, runTo };
}

/** One subject of a rule, and the resource that its findings are about. */
export interface Subject {
  readonly subject: unknown;
  readonly resource: Resource | undefined;
  /** The index of the resource among all of the mesh; 0 for what is no resource. */
  readonly place: number;
}

/** The subjects of a mesh by kind, listed once for all rules. */
export class Subjects {
  readonly #mesh: Mesh;
  readonly #problems: readonly Problem[];
  readonly #lists = new Map<SubjectKind, readonly Subject[]>();
  readonly #byTypes = new Map<string, readonly Subject[]>();
  #places: ReadonlyMap<Resource, number> | undefined;

  constructor(mesh: Mesh, problems: readonly Problem[]) {
    this.#mesh = mesh;
    this.#problems = problems;
  }

  // Workloads, Services and Namespaces come in the order of their resources.
  #placeOf(resource: Resource): number {
    this.#places ??= new Map(this.#mesh.resources.map((one, place) => [one, place]));
    return this.#places.get(resource) ?? 0;
  }

  of(rule: RuleHead): readonly Subject[] {
    const kind: SubjectKind = rule.meta.subject;
    let list = this.#lists.get(kind);
    if (!list) this.#lists.set(kind, (list = this.#make(kind)));
    if (rule.meta.types) return this.#ofTypes(list, rule.meta.types);
    return kind === 'problem' ? list.filter((s) => (s.subject as Problem).kind === rule.meta.problem) : list;
  }

  // Most rules about resources look at one type among thousands of objects: each is not asked of every one of them.
  #ofTypes(list: readonly Subject[], types: readonly string[]): readonly Subject[] {
    const key = types.join('\n');
    let fitting = this.#byTypes.get(key);
    if (!fitting) {
      const wanted = new Set(types);
      fitting = list.filter(({ resource }) => resource !== undefined && wanted.has(resource.type));
      this.#byTypes.set(key, fitting);
    }
    return fitting;
  }

  #make(kind: SubjectKind): readonly Subject[] {
    const own = (list: readonly { readonly resource: Resource }[]) =>
      list.map((subject) => ({ subject, resource: subject.resource, place: this.#placeOf(subject.resource) }));
    switch (kind) {
      case 'workload':
        return own(this.#mesh.workloads);
      case 'service':
        return own(this.#mesh.services);
      case 'namespace':
        return own(this.#mesh.namespaces);
      case 'resource':
        return this.#mesh.resources.map((resource, place) => ({ subject: resource, resource, place }));
      case 'mesh':
        return [{ subject: this.#mesh, resource: undefined, place: 0 }];
      case 'problem':
        return this.#problems.map((subject) => ({ subject, resource: undefined, place: 0 }));
    }
  }
}

function isTarget(at: Target | undefined): boolean {
  return at instanceof Field || (at?.source instanceof SourceFile && typeof at.span?.start === 'number');
}

function failure(rule: Rule, resource: Resource | undefined, fault: unknown): RuleFailure {
  const error = fault instanceof Error ? fault : new Error(String(fault));
  return {
    ruleId: rule.meta.id,
    subject: resource ? `${nameOf(resource)} in ${resource.document.source.path}` : 'a document',
    message: error.message,
    stack: error.stack ?? '',
  };
}
