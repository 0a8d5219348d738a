export { type Mark, readMarks } from './marks.ts';
export { findingsOf, type RuleCase, type RuleCases, testRule } from './test-rule.ts';
export { dedent, yaml } from './yaml.ts';
