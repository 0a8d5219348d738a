import type { Namespace } from '../cluster/namespaces.ts';
import type { Service } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { MeshSubject } from '../installation/mesh-use.ts';
import type { ProfileName } from '../installation/settings.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import type { Span } from '../source/position.ts';
import type { Problem, ProblemKind } from '../source/problem.ts';
import type { Edit, Severity } from '../source/severity.ts';
import type { SourceFile } from '../source/source-file.ts';

/** What a rule can be about, and the type its `check` gets. */
export interface SubjectMap {
  /** Any resource, of whatever kind, the unknown ones too. */
  resource: Resource;
  /** Anything that has a pod template, and Pods. */
  workload: Workload;
  /** A core/v1 Service. */
  service: Service;
  /** A core/v1 Namespace object. */
  namespace: Namespace;
  /** Something the reader noticed. */
  problem: Problem;
  /** The whole mesh, once: for what is about several clusters, or about a file beside the manifests. */
  mesh: Mesh;
}

/** The name of something a rule can be about. */
export type SubjectKind = keyof SubjectMap;

/** `{host}` and its like in a message; their values are given with the report. */
type Placeholders<M extends string> = M extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** What a message needs: an object with a value for each of its placeholders. */
export type MessageData<M extends string> = { readonly [K in Placeholders<M>]: string | number };

/** Where a finding is: a field, or characters of a file where no value can be pointed at. */
export type Target = Field<never> | Field | TextTarget;

/** Characters of a file, and the resource they belong to, if any. */
export interface TextTarget {
  readonly source: SourceFile;
  readonly span: Span;
  /** Pointer of the value that the characters belong to, where they are a part of one: a text inside a text. */
  readonly pointer?: string;
}

/** Another place that has to do with a finding. */
export interface Related {
  readonly at: Target;
  /** A short note: "declared here". */
  readonly note: string;
}

/** A severity as the case at hand has it, and why it is what it is. */
export interface WeighedSeverity {
  readonly severity: Severity;
  /** One clause that the message ends with: "the pods are outside the mesh: Namespace shop carries no mesh label". */
  readonly because?: string;
  /** Where that is written, if anywhere. */
  readonly at?: Field;
}

/** What a report may say beside its place and its message. */
export interface ReportOptions {
  readonly related?: readonly Related[];
  /** Milder or stricter than the rule's own, because of the case at hand. The user's setting wins over both. */
  readonly severity?: Severity | WeighedSeverity;
  /** In this case it is good advice only, as `meta.advice` is for a whole rule: left out of preset `recommended`. */
  readonly advice?: boolean;
  /** The codes that hold for this finding, where they are not all of `meta.codes`. */
  readonly codes?: readonly string[];
  /** Another resource than the subject's, where the finding is about that one. */
  readonly resource?: Resource;
  /** Point at the key and not at the value. */
  readonly onKey?: boolean;
  /** One line of what to do here, where it says more than `meta.fix`. */
  readonly fix?: string;
  /** The text edits of a safe fix: the owner would make just these. */
  readonly edits?: readonly Omit<Edit, 'file'>[];
  /** The text edits of a likely fix, which somebody has to look at: made only when asked for by name. */
  readonly suggested?: readonly Omit<Edit, 'file'>[];
  /** The file of the edits, where it is not the one that the finding stands in. */
  readonly editsIn?: SourceFile;
}

/** `report(field, 'messageId', { data })`. A message id or a placeholder that does not exist does not compile. */
export type ReportFunction<M extends Readonly<Record<string, string>>> = <Id extends keyof M & string>(
  at: Target,
  messageId: Id,
  ...rest: Placeholders<M[Id]> extends never
    ? [data?: Record<never, never>, options?: ReportOptions]
    : [data: MessageData<M[Id]>, options?: ReportOptions]
) => void;

/** What `check` is given: one subject, the mesh around it, and the way to report. */
export interface RuleContext<S extends SubjectKind, M extends Readonly<Record<string, string>>, O> {
  readonly subject: SubjectMap[S];
  readonly mesh: Mesh;
  readonly options: O;
  readonly report: ReportFunction<M>;
}

/** What a rule says of itself: its words, its severity, and what it looks at. */
export interface RuleMeta<S extends SubjectKind, M extends Readonly<Record<string, string>>> {
  /** Topic first; names the defect: "allow port-name-missing" reads well. The file is named for it. */
  readonly id: string;
  /** Ids it once had, so that configs and suppressions go on working. */
  readonly formerly?: readonly string[];
  /** What is wrong, in one sentence. */
  readonly summary: string;
  /** What the mesh does because of it, in one sentence. */
  readonly why: string;
  /** What to do, in one sentence. */
  readonly fix: string;
  readonly severity: Severity;
  /** Where a profile sees it differently; `off` rules run under preset `all` only, at their own severity. */
  readonly profiles?: Readonly<Partial<Record<ProfileName, Severity | 'off'>>>;
  /** Good advice that no outage hangs on: left out of preset `recommended`; in `strict` its info is a warning. */
  readonly advice?: boolean;
  /**
   * What has to be in use for the rule to have a meaning; where nothing of it is, the rule does not run. Left out it follows from `types`, and
   * is `kubernetes` for what holds without any mesh.
   */
  readonly about?: MeshSubject;
  /** Severity under preset `strict`, where it is not the rule's own (for advice: `warning` in place of `info`). */
  readonly strict?: Severity;
  readonly subject: S;
  /** For subject `resource`: the types it looks at (`networking.istio.io/VirtualService`, the bare kind for core); all when left out. */
  readonly types?: readonly string[];
  /**
   * For subject `resource`: the rule is asked of the mesh where the resource is applied (`Mesh.around`), so that one fault in two overlays is
   * told in both. Not for rules that accuse because something is missing: what lies in another branch proves that it may exist.
   */
  readonly judgedAround?: boolean;
  /** For subject `problem`: the kind of problem the rule speaks of. */
  readonly problem?: ProblemKind;
  /** Codes of the same check in other tools: `IST0118`, `KIA0601`, `IST0101/host`. */
  readonly codes?: readonly string[];
  /** First Istio release that the rule holds for, and the last one, where there are such. */
  readonly since?: `1.${number}`;
  readonly until?: `1.${number}`;
  /** Where the claim about the mesh is written: source files and pages of Istio, Kubernetes, Kiali. */
  readonly sources: readonly string[];
  /** One line each, by the id of the situation; `{name}` is filled in. They quote what was written and what is accepted. */
  readonly messages: M;
  /** For messages of which the `why` or `fix` of the rule would be untrue: their own. */
  readonly perMessage?: Readonly<Partial<Record<keyof M & string, MessageWords>>>;
}

/** What one message says in place of the rule's own words. */
export interface MessageWords {
  readonly why?: string;
  readonly fix?: string;
}

/** Manifests that show a rule. They run as tests, and are printed in its page and by `explain`. */
export interface RuleExample {
  /** What it shows, in one line. */
  readonly title?: string;
  /** YAML; in bad ones `#~ messageId` ends each line that a finding points at. Indentation in common is taken off. */
  readonly yaml: string;
  /** Settings that the example needs: a profile, a version. */
  readonly settings?: ExampleSettings;
}

/** Settings of the mesh that an example is about. */
export interface ExampleSettings {
  readonly profile?: ProfileName;
  readonly istioVersion?: string;
  readonly kubernetesVersion?: string;
  readonly closedWorld?: boolean;
}

/** A rule: what it says of itself, its examples, and its check. */
export interface RuleDefinition<
  S extends SubjectKind = SubjectKind,
  M extends Readonly<Record<string, string>> = Readonly<Record<string, string>>,
  O = unknown,
> {
  readonly meta: RuleMeta<S, M>;
  /** JSON Schema of the options and their defaults. Most rules have none. */
  readonly options?: { readonly schema: object; readonly defaults: O };
  readonly examples: { readonly bad: readonly RuleExample[]; readonly good: readonly RuleExample[] };
  /** Looks at one subject. It reads and reports, and changes nothing. */
  check(context: RuleContext<S, M, O>): void;
}

/** A rule of any subject, as the engine keeps it. */
// biome-ignore lint/suspicious/noExplicitAny: rules differ in their subject and messages; defineRule has checked them.
export type Rule = RuleDefinition<any, any, any>;

/** Gives a rule its types; does nothing else. */
export function defineRule<
  const S extends SubjectKind,
  const M extends Readonly<Record<string, string>>,
  O = Record<never, never>,
>(rule: RuleDefinition<S, M, O>): RuleDefinition<S, M, O> {
  return rule;
}
