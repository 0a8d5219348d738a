import type { MeshUse } from '../installation/mesh-use.ts';
import type { Position } from '../source/position.ts';
import type { SkipReason } from '../source/problem.ts';
import type { Edit, Severity } from '../source/severity.ts';

export type { Edit, Severity };

/** Where a finding is. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface Location {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
  /** JSON pointer (RFC 6901) into the document; empty where the place is no value of a document. */
  readonly pointer: string;
}

/** Another place that belongs to a finding, with a short note. */
export interface RelatedLocation {
  readonly message: string;
  readonly location: Location;
}

/** The resource that a finding is about. */
export interface ResourceRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent when the kind has none. */
  readonly namespace?: string;
  readonly name: string;
}

/** Plain JSON: can be cloned, cached and posted. */
export interface Finding {
  readonly ruleId: string;
  readonly messageId: string;
  readonly severity: Severity;
  /** What is wrong, in one line. */
  readonly message: string;
  /** What the mesh does because of it, in one line. */
  readonly why: string;
  /** What to do, in one line. */
  readonly fix: string;
  /** Codes with which other tools say the same of this finding, such as `IST0118` or `KIA0601`. */
  readonly codes: readonly string[];
  readonly resource: ResourceRef | null;
  readonly location: Location;
  /**
   * The field within its resource, with the items of lists by what they are called in place of their index:
   * `/spec/ports/[8080]/name`. Absent when it is the pointer of the location. Baselines go by it.
   */
  readonly fieldPath?: string;
  readonly related: readonly RelatedLocation[];
  /** The edits of a safe fix. */
  readonly edits?: readonly Edit[];
  /** The edits of a fix that is likely and has to be looked at. */
  readonly suggestedEdits?: readonly Edit[];
  /** The same as long as resource, rule and field stay the same, whatever lines move. 16 hexadecimal digits. */
  readonly fingerprint: string;
}

/** A finding that a comment in the file, or an annotation of the resource, silenced. */
export interface SuppressedFinding extends Finding {
  readonly suppression: {
    readonly reason: string;
    readonly location: Location;
  };
}

/** A comment or annotation that silenced nothing, is over, or names a rule that does not exist. */
export interface UnusedSuppression {
  readonly location: Location;
  /** The rules it names; `*` for all. */
  readonly rules: readonly string[];
  readonly reason: string;
  /** Why it is told, in one line. */
  readonly message: string;
}

/** A fault of ours: a rule threw. The other rules still ran. */
export interface RuleFailure {
  readonly ruleId: string;
  /** What the rule was looking at, as text. */
  readonly subject: string;
  readonly message: string;
  readonly stack: string;
}

/** A question that the input does not answer, and what would. */
export interface Undecided {
  /** What is not known, in one clause: "whether 3 workloads of namespace shop are in the mesh". */
  readonly question: string;
  /** What would decide it, in one clause: "a manifest of Namespace shop". */
  readonly needs: string;
  /** How many resources it concerns. */
  readonly resources: number;
}

/** One quiet note about files that were left out together (a chart, a folder). */
export interface SkipNote {
  readonly reason: SkipReason;
  /** The folder they have in common, with `/`; `.` for the working directory. */
  readonly folder: string;
  /** How many files. */
  readonly files: number;
  /** In one line: "12 Helm templates of chart shop". */
  readonly message: string;
}

/** What became of the files that were given. */
export interface FileCounts {
  /** All files that were given to the engine. */
  readonly read: number;
  /** Paths of those that manifests were found in, clean or not, or that have findings; sorted. */
  readonly linted: readonly string[];
  /** Files passed over whole, by reason; only reasons that occurred. */
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
}

/** How long things took, in milliseconds; only filled when a clock is given. */
export interface Timings {
  readonly stages: Readonly<Record<'read' | 'model' | 'rules' | 'findings', number>>;
  readonly rules: readonly { readonly ruleId: string; readonly milliseconds: number; readonly calls: number }[];
}

/** What a report says of a rule. Plain JSON. */
export interface RuleDescription {
  readonly id: string;
  /** What is wrong, in one sentence. */
  readonly summary: string;
  /** What the mesh does because of it, in one sentence. */
  readonly why: string;
  /** What to do, in one sentence. */
  readonly fix: string;
  /** That its findings have in the run when nothing else is said of the case. */
  readonly severity: Severity;
  /** Codes with which other tools say the same. */
  readonly codes: readonly string[];
}

/** How many workloads (gateways are not counted) the manifests show to be in a mesh, and out of it. */
export interface WorkloadCounts {
  readonly inMesh: number;
  readonly outside: number;
  readonly unknown: number;
}

/** All that a run found. Reporters are pure functions of it. */
export interface LintResult {
  readonly files: FileCounts;
  readonly notes: readonly SkipNote[];
  readonly resources: number;
  /** What is known of the workloads in all that was read; `lint` always tells it. */
  readonly workloads?: WorkloadCounts;
  /** In a total order: file, place, rule, message. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  /** Findings that a baseline knows; absent when there was none. They are not among `findings`. */
  readonly baselined?: readonly Finding[];
  /** How many findings the baseline has that do not occur any more; absent when there was none. */
  readonly baselineGone?: number;
  /** How many findings were left out because they touch nothing that was changed; absent when all were asked for. */
  readonly unchanged?: number;
  readonly unusedSuppressions: readonly UnusedSuppression[];
  readonly undecided: readonly Undecided[];
  readonly failures: readonly RuleFailure[];
  /** Which meshes are in use in what was read, each with a sign of it; absent where none was looked for. */
  readonly meshes?: MeshUse;
  readonly timings?: Timings;
}
