import { visibleText } from '@meshvet/core';
import { ownRules } from './own-rules.ts';

/** Whose fault it is that a rule threw, and what to do, in one line. */
export function brokenRule(ruleId: string): string {
  const ours = ownRules.some((rule) => rule.meta.id === ruleId);
  return ours
    ? `rule ${ruleId} broke: a fault of meshvet itself; please report it with the manifests that lead to it`
    : `rule ${visibleText(ruleId)} broke: a fault of the plugin that it is from; please tell its author`;
}
