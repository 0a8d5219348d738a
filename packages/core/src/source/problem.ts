import type { Span } from './position.ts';
import type { SourceFile } from './source-file.ts';

/** What the reader noticed. Each kind has a rule of its own (`yaml-<kind>`) that says it in words. */
export interface ProblemData {
  /** No YAML, or YAML that Kubernetes refuses: `reason` in one clause, without place. The document is not read. */
  readonly syntax: { readonly reason: string };
  /** A key stands twice in one mapping: Kubernetes takes the last in silence. `span` is the later one. */
  readonly 'duplicate-key': {
    readonly key: string;
    readonly first: Span;
    /** A second object begins here: `---` is missing, and its other keys are not told. */
    readonly glued?: boolean;
    /** Both times the same scalar: nothing is lost. */
    readonly same?: boolean;
  };
  /** A Kubernetes object without its apiVersion or its kind. `written` is the other one; `usual` the apiVersion of the kind today. */
  readonly untyped: { readonly lacks: 'apiVersion' | 'kind'; readonly written: string; readonly usual?: string };
  /** Text after a line `...`: kubectl drops the rest of the document in silence. */
  readonly 'after-end': Record<never, never>;
  /** `<<` stands after a key that it brings too: kubectl lets the merged value win, every other tool the written one. */
  readonly 'merge-order': { readonly key: string; readonly written: Span };
  /** Aliases that multiply, or nesting without end: not read. `limit` names what was passed. */
  readonly bomb: { readonly limit: 'aliases' | 'depth' };
  /** The file is larger than the limit: not read. Bytes. */
  readonly 'too-large': { readonly size: number; readonly limit: number };
}

/** The name of something the reader may notice. */
export type ProblemKind = keyof ProblemData;

/** Something the reader noticed, with its place. */
export type Problem = {
  [K in ProblemKind]: {
    readonly kind: K;
    readonly source: SourceFile;
    readonly span: Span;
    readonly data: ProblemData[K];
  };
}[ProblemKind];

/** Why a file, or part of it, was passed over without a finding. */
export type SkipReason =
  /** A template (Helm, Jinja, ...): no YAML before something fills it in. */
  | 'template'
  /** YAML or JSON that is no Kubernetes resource (Helm values, CI files, ...). */
  | 'notKubernetes'
  /** Nothing in it but comments and white space. */
  | 'empty'
  | 'tooLarge';
