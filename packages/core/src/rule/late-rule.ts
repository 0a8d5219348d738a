import type { Rule, RuleMeta, SubjectKind } from './define-rule.ts';

/** What decides whether a rule runs and by which names it goes: a rule without its messages, examples and check. */
export interface RuleHead {
  readonly meta: Omit<RuleMeta<SubjectKind, Readonly<Record<string, string>>>, 'messages' | 'sources'>;
  readonly options?: Rule['options'];
}

/**
 * A rule whose code is loaded when the input holds something that it looks at. Most rules are about kinds that most runs never
 * see, and reading their code takes longer than a small run.
 */
export interface LateRule extends RuleHead {
  /** Gives the rule, of which all that stands in the head is true. */
  load(): Promise<Rule>;
}

/** The rule itself. */
export async function loadRule(rule: Rule | LateRule): Promise<Rule> {
  return 'load' in rule ? rule.load() : rule;
}
