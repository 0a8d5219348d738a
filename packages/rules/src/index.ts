import type { Rule } from '@meshvet/core';
import { portNameMissing } from './port/port-name-missing.ts';

/** All rules, in alphabetical order of their ids. */
export const allRules: readonly Rule[] = [
  portNameMissing,
];
