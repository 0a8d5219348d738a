import type { Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';
import type {
  Outcome,
  PassedOver,
  Step,
  StepKind,
  Trace,
  TraceDestination,
  TraceFault,
  TraceMirror,
  TraceRewrite,
} from './trace.ts';

/** A trace while it is being made. */
export class Draft {
  readonly steps: Step[] = [];
  readonly needs: string[] = [];
  readonly destinations: TraceDestination[] = [];
  readonly mirrors: TraceMirror[] = [];
  route: Resource | undefined;
  rule: string | undefined;
  status: number | undefined;
  timeout: string | undefined;
  rewrite: TraceRewrite | undefined;
  fault: TraceFault | undefined;
  gatewayAllowed: boolean | 'unknown' | undefined;

  step(kind: StepKind, text: string, field?: Field, passedOver?: readonly PassedOver[]): void {
    this.steps.push({ kind, text, field, ...(passedOver && passedOver.length > 0 ? { passedOver } : {}) });
  }

  /** A step that many endpoints share is said once. */
  sayOnce(kind: StepKind, text: string, field?: Field): void {
    if (!this.steps.some((step) => step.kind === kind && step.text === text)) this.step(kind, text, field);
  }

  /** What nearly decided goes with the last step of its kind. */
  passed(kind: StepKind, passedOver: readonly PassedOver[]): void {
    const at = this.steps.findLastIndex((step) => step.kind === kind);
    const last = this.steps[at];
    if (last && passedOver.length > 0)
      this.steps[at] = { ...last, passedOver: [...(last.passedOver ?? []), ...passedOver] };
  }

  /** What would have to be read to know more. */
  need(what: string): void {
    if (!this.needs.includes(what)) this.needs.push(what);
  }

  end(outcome: Outcome, handledAs: 'http' | 'tcp' | undefined): Trace {
    const needs = [...this.needs];
    for (const { endpoints } of this.destinations)
      for (const { arrival } of endpoints)
        for (const need of arrival.needs) if (!needs.includes(need)) needs.push(need);
    return {
      outcome,
      handledAs,
      status: this.status,
      route: this.route,
      rule: this.rule,
      destinations: this.destinations,
      mirrors: this.mirrors,
      timeout: this.timeout,
      rewrite: this.rewrite,
      fault: this.fault,
      gatewayAllowed: this.gatewayAllowed,
      steps: this.steps,
      needs,
    };
  }
}
