import type { LateRule, Rule } from '@meshvet/core';
import { allRules } from '@meshvet/rules';

/** The rules that come with meshvet. In the bundle of the command line a list of late ones stands for this module (`scripts/late-rules.mjs`). */
export const ownRules: readonly (Rule | LateRule)[] = allRules;
