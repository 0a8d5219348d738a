import type { RequestSpec } from '../traffic/request-spec.ts';
import type { LintResult } from './result.ts';
import type { ReachReport, TraceReport } from './trace-result.ts';

/** What is asked of a mesh. */
export interface TrafficQuestion {
  /** What becomes of each of these. */
  readonly requests?: readonly RequestSpec[];
  /** Who can call what, as a table. */
  readonly reach?: ReachQuestion;
  /** Where callers stand whose name is given without a namespace. */
  readonly namespace?: string | undefined;
}

/** What the table is about; nothing in it means every workload and every port of a Service. */
export interface ReachQuestion {
  /** Only this caller, by a name such as `shop/web`. */
  readonly from?: string | undefined;
  /** Only these requests, in place of the ports of Services. */
  readonly requests?: readonly Omit<RequestSpec, 'from' | 'gateway'>[];
}

/** What becomes of the requests that were asked about. */
export interface TrafficAnswer {
  /** What the rules of the setup found. */
  readonly result: LintResult;
  /** In the order of the requests. */
  readonly traces: readonly TraceReport[];
  /** One for each mesh; a project of the config is one. */
  readonly tables: readonly ReachReport[];
  /** Requests that cannot be asked, such as those of a caller that was not read: a line each. */
  readonly faults: readonly string[];
}
