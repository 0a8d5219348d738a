import { expect, test } from 'vitest';
import type { Config } from '../config/config.ts';
import { defineRule, type Rule } from '../rule/define-rule.ts';
import { describeRules } from './describe-rules.ts';

function rule(id: string, meta: object = {}): Rule {
  return defineRule({
    meta: {
      id,
      summary: `${id} is wrong.`,
      why: 'It hurts.',
      fix: 'Mend it.',
      severity: 'warning',
      subject: 'resource',
      sources: [],
      messages: {},
      ...meta,
    },
    examples: { bad: [], good: [] },
    check: () => undefined,
  });
}

const RULES = [
  rule('usual', { codes: ['IST0001', 'KIA0001'] }),
  rule('advice', { advice: true }),
  rule('old', { until: '1.4' }),
  rule('legacy-only', { profiles: { 'istio-current': 'off' } }),
];

function described(config: Config, overrides: NonNullable<Config['rules']>[] = []): string[] {
  return describeRules({ rules: RULES, config, overrides }).map(({ id, severity }) => `${id} ${severity}`);
}

test('all that a report says of a rule', () => {
  expect(describeRules({ rules: RULES })).toEqual([
    {
      id: 'usual',
      summary: 'usual is wrong.',
      why: 'It hurts.',
      fix: 'Mend it.',
      severity: 'warning',
      codes: ['IST0001', 'KIA0001'],
    },
  ]);
});

test('the rules that run, at the severity that they have', () => {
  expect(described({})).toEqual(['usual warning']);
  expect(described({ rules: { usual: 'off' } })).toEqual([]);
  expect(described({ rules: { usual: 'error' } })).toEqual(['usual error']);
  expect(described({ rules: { usual: 'error' } }, [{ usual: 'info' }])).toEqual(['usual info']);
  expect(described({ preset: 'all' })).toEqual(['usual warning', 'advice warning', 'legacy-only warning']);
  expect(described({ istioVersion: '1.4' })).toEqual(['usual warning', 'old warning']);
});

test('a rule of which only a code is on has its own severity', () => {
  expect(described({ rules: { usual: 'off', IST0001: 'info' } })).toEqual([]);
  expect(described({ rules: { usual: 'off' } }, [{ IST0001: 'info' }])).toEqual(['usual warning']);
});

test('rules that run in a project only are there too', () => {
  const projects = ['apps', { folder: 'old', istioVersion: '1.4', rules: { advice: 'error' as const } }];
  expect(described({ projects })).toEqual(['usual warning', 'advice error', 'old warning']);
});
