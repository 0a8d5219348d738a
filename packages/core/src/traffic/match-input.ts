import type { LabelSet } from '../manifest/label-set.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Field } from '../source/field.ts';
import type { RegexMatcher } from './string-match.ts';

/** What of a request and of its proxy the matches of a rule look at. */
export interface MatchInput {
  /** Namespace of the proxy. */
  readonly namespace: string;
  /** Labels of the proxy's pod. */
  readonly labels: LabelSet;
  /** `mesh`, or the names by which the VirtualService knows the Gateway that serves the request, in all their forms. */
  readonly gateways: ReadonlySet<string>;
  /** The port of the listener: of the Service that was called, or of the Gateway server. */
  readonly port: number;
  /** Without the query. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly method: string;
  readonly scheme: string;
  /** As the Host header has it. */
  readonly authority: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly regex: RegexMatcher;
}

/** Whether a request meets a rule, and the first thing that it does not meet. */
export interface MatchResult {
  readonly answer: Answer;
  /** The match that decided; undefined for a rule without any. */
  readonly field: Field | undefined;
  /** Why not: "path /api does not begin with /v2". */
  readonly why: string | undefined;
}
