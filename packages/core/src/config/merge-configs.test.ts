import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineRule } from '../rule/define-rule.ts';
import type { Config } from './config.ts';
import { mergeConfigs } from './merge-configs.ts';
import { resolveRules } from './resolve-config.ts';

describe('what is laid over another config', () => {
  const rows: [title: string, configs: Config[], merged: Config][] = [
    ['nothing', [], {}],
    ['replaces keys', [{ preset: 'all', failOn: 'info' }, { preset: 'strict' }], { preset: 'strict', failOn: 'info' }],
    ['replaces revisions', [{ revisions: ['a'] }, { revisions: ['b'] }], { revisions: ['b'] }],
    [
      'appends lists',
      [
        { ignore: ['a'], projects: ['p'], overrides: [{ rules: { x: 'off' } }], plugins: ['one'] },
        { ignore: ['b'], projects: ['q'], overrides: [{ rules: { y: 'off' } }], plugins: ['two'] },
      ],
      {
        ignore: ['a', 'b'],
        projects: ['p', 'q'],
        overrides: [{ rules: { x: 'off' } }, { rules: { y: 'off' } }],
        plugins: ['one', 'two'],
      },
    ],
    [
      'appends externals, list by list',
      [{ externals: { hosts: ['a'], services: ['x/y'] } }, { externals: { hosts: ['b'], gateways: [] } }],
      { externals: { hosts: ['a', 'b'], services: ['x/y'], gateways: [] } },
    ],
    [
      'keeps externals of one side',
      [{ externals: { hosts: ['a'] } }, { preset: 'all' }],
      { externals: { hosts: ['a'] }, preset: 'all' },
    ],
    [
      'merges rules',
      [{ rules: { a: 'off', b: 'error' } }, { rules: { a: 'info' } }],
      { rules: { b: 'error', a: 'info' } },
    ],
    [
      'keeps options beside another severity',
      [{ rules: { a: { severity: 'off', options: { most: 3 } } } }, { rules: { a: 'info' } }],
      { rules: { a: { severity: 'info', options: { most: 3 } } } },
    ],
    [
      'keeps a severity beside other options',
      [{ rules: { a: 'error' } }, { rules: { a: { options: { most: 3 } } } }],
      { rules: { a: { severity: 'error', options: { most: 3 } } } },
    ],
    [
      'leaves the releases of another profile behind',
      [{ profile: 'istio-legacy', istioVersion: '1.3', kubernetesVersion: '1.15' }, { profile: 'istio-current' }],
      { profile: 'istio-current' },
    ],
    [
      'keeps the releases of the same profile',
      [{ istioVersion: '1.28' }, { profile: 'istio-current' }],
      { profile: 'istio-current', istioVersion: '1.28' },
    ],
    [
      'takes the releases that come with the profile',
      [{ istioVersion: '1.28' }, { profile: 'istio-legacy', istioVersion: '1.3' }],
      { profile: 'istio-legacy', istioVersion: '1.3' },
    ],
  ];
  test.each(rows)('%s', (_title, configs, merged) => {
    expect(mergeConfigs(configs)).toEqual(merged);
  });
});

test('of two names for one rule the one in the later config counts', () => {
  const rule = defineRule({
    meta: {
      id: 'new',
      formerly: ['old'],
      summary: 'A.',
      why: 'B.',
      fix: 'C.',
      severity: 'warning',
      subject: 'service',
      sources: [],
      messages: {},
    },
    examples: { bad: [], good: [] },
    check() {},
  });
  const severity = (configs: Config[]) =>
    resolveRules([rule], {
      preset: 'recommended',
      profile: 'istio-current',
      istioVersion: [1, 30],
      settings: mergeConfigs(configs).rules,
    })[0]?.severity;
  expect(severity([{ rules: { old: 'error' } }, { rules: { new: 'info' } }])).toBe('info');
  expect(severity([{ rules: { new: 'error' } }, { rules: { old: 'info' } }])).toBe('info');
  expect(severity([{ rules: { new: 'error', old: 'warning' } }, { rules: { new: 'info' } }])).toBe('info');
});

const setting = fc.constantFrom(
  'error' as const,
  'off' as const,
  { options: { most: 1 } },
  { severity: 'info' as const },
);
const config: fc.Arbitrary<Config> = fc.record(
  {
    preset: fc.constantFrom('recommended' as const, 'strict' as const),
    rules: fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor'), setting),
    ignore: fc.array(fc.string(), { maxLength: 2 }),
    externals: fc.record({ hosts: fc.array(fc.string(), { maxLength: 2 }) }, { requiredKeys: [] }),
    closedWorld: fc.boolean(),
  },
  { requiredKeys: [] },
);

test('it does not matter which two of three are laid over each other first', () => {
  fc.assert(
    fc.property(config, config, config, (a, b, c) => {
      const whole = mergeConfigs([a, b, c]);
      expect(mergeConfigs([mergeConfigs([a, b]), c])).toEqual(whole);
      expect(mergeConfigs([a, mergeConfigs([b, c])])).toEqual(whole);
    }),
  );
});

test('an empty config changes nothing, and none of them is written to', () => {
  fc.assert(
    fc.property(config, config, (a, b) => {
      const before = JSON.stringify([a, b]);
      mergeConfigs([a, b]);
      expect(JSON.stringify([a, b])).toBe(before);
      const tidy = mergeConfigs([a]);
      expect(mergeConfigs([{}, a, {}])).toEqual(tidy);
    }),
  );
});
