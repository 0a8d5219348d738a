import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config, OverrideConfig, RuleSeverity } from '../config/config.ts';
import { defineRule, type Rule } from '../rule/define-rule.ts';
import { describeRules } from './describe-rules.ts';
import { type LintSetup, lint } from './lint.ts';

function speaking(id: string, more: Partial<Rule['meta']> = {}): Rule {
  return defineRule({
    meta: {
      id,
      summary: 'x.',
      why: 'x.',
      fix: 'x.',
      severity: 'warning',
      subject: 'resource',
      sources: [],
      messages: { seen: '{name}' },
      ...more,
    },
    examples: { bad: [], good: [] },
    check({ subject, report }) {
      report(subject.body.at('metadata').at('name'), 'seen', { name: subject.name });
    },
  });
}

const RULES = [
  speaking('plain', { codes: ['IST0101/host', 'KIA0101'], formerly: ['plainer'] }),
  speaking('unasked', { profiles: { 'istio-current': 'off' } }),
  speaking('advised', { advice: true, severity: 'info' }),
  speaking('of-text', { subject: 'problem', problem: 'duplicate-key' }),
];

const manifest = (kind: string, name: string, namespace = '', labels = '') =>
  `apiVersion: ${kind === 'Gateway' ? 'networking.istio.io/v1' : 'v1'}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace && `  namespace: ${namespace}\n`}${labels && `  labels: ${labels}\n`}`;

const FILES = [
  { path: 'up/a/one.yaml', text: manifest('Service', 'cart', 'shop', '{ team: web, tier: "" }') },
  { path: 'up/b/two.yaml', text: manifest('Gateway', 'public', 'edge', '{ team: net }') },
  { path: 'up/b/three.yaml', text: manifest('Namespace', 'shop') },
];

async function severities(overrides: readonly OverrideConfig[], more: Config = {}, flags?: LintSetup['overrides']) {
  const setup: LintSetup = {
    rules: RULES,
    config: { ...more, overrides },
    configPath: (path) => path.replace(/^up\//, ''),
    ...(flags ? { overrides: flags } : {}),
  };
  const { findings, failures } = await lint(FILES, setup);
  expect(failures).toEqual([]);
  const described = new Set(describeRules(setup).map(({ id }) => id));
  for (const { ruleId } of findings) expect(described).toContain(ruleId);
  return findings.map(({ ruleId, message, severity }) => `${ruleId} ${message} ${severity}`).sort();
}

const off = { rules: { plain: 'off' } } as const;
const ALL = ['plain cart warning', 'plain public warning', 'plain shop warning'];

describe('the conditions of an override', () => {
  const rows: [title: string, conditions: Omit<OverrideConfig, 'rules'>, silenced: string[]][] = [
    ['none: everything', {}, ['cart', 'public', 'shop']],
    ['a file, relative to the config', { files: ['a/one.yaml'] }, ['cart']],
    ['a folder', { files: ['b'] }, ['public', 'shop']],
    ['a folder, written otherwise', { files: ['./b/'] }, ['public', 'shop']],
    ['a glob of files', { files: ['**/t*.yaml', 'c/**'] }, ['public', 'shop']],
    ['the path as the run shows it is not it', { files: ['up/**'] }, []],
    ['a kind', { kinds: ['Service', 'Pod'] }, ['cart']],
    ['a kind with its group', { kinds: ['networking.istio.io/Gateway'] }, ['public']],
    ['a kind of another group', { kinds: ['gateway.networking.k8s.io/Gateway'] }, []],
    ['a namespace, and the Namespace itself', { namespaces: ['sh*'] }, ['cart', 'shop']],
    ['a name', { names: ['p?blic', 'x'] }, ['public']],
    ['a label', { labels: { team: 'w*' } }, ['cart']],
    ['any value of a label', { labels: { team: '*' } }, ['cart', 'public']],
    ['any value, the empty one too', { labels: { tier: '*' } }, ['cart']],
    ['the empty value', { labels: { tier: '' } }, ['cart']],
    ['two labels', { labels: { team: '*', tier: 'x' } }, []],
    ['a key that objects inherit', { labels: { constructor: '*' } }, []],
    ['all of several conditions', { files: ['b'], namespaces: ['shop', 'edge'], kinds: ['Namespace'] }, ['shop']],
  ];
  test.each(rows)('%s', async (_title, conditions, silenced) => {
    const left = ALL.filter((line) => !silenced.includes(line.split(' ')[1] as string));
    expect(await severities([{ ...conditions, ...off }])).toEqual(left);
  });
});

describe('what counts', () => {
  const here = { names: ['cart'] };
  const of = (lines: string[]) => lines.filter((line) => line.includes(' cart '));
  const rows: [
    title: string,
    overrides: OverrideConfig[],
    config: Config,
    flags: LintSetup['overrides'],
    is: string[],
  ][] = [
    [
      'the later entry',
      [{ ...here, rules: { plain: 'error' } }, { rules: { plain: 'info' } }],
      {},
      [],
      ['plain cart info'],
    ],
    [
      'an entry before rules',
      [{ ...here, rules: { plain: 'error' } }],
      { rules: { plain: 'off' } },
      [],
      ['plain cart error'],
    ],
    [
      'a code in an entry before an id in rules',
      [{ rules: { IST0101: 'error' } }],
      { rules: { plain: 'info' } },
      [],
      ['plain cart error'],
    ],
    ['of one entry the id', [{ rules: { plain: 'info', KIA0101: 'error' } }], {}, [], ['plain cart info']],
    ['a former id', [{ rules: { plainer: 'info' } }], {}, [], ['plain cart info']],
    ['a flag before all', [{ rules: { plain: 'info' } }], {}, [{ plain: 'error' }], ['plain cart error']],
    ['a flag that says off', [{ rules: { plain: 'error' } }], {}, [{ plain: 'off' }], []],
    ['a flag with a code', [{ rules: { plain: 'error' } }], {}, [{ kia0101: 'info' }], ['plain cart info']],
    [
      'of two flags the later',
      [{ rules: { plain: 'error' } }],
      {},
      [{ IST0101: 'info' }, { plain: 'warning' }],
      ['plain cart warning'],
    ],
    [
      'an entry that turns on what the profile leaves out',
      [{ ...here, rules: { unasked: 'info' } }],
      {},
      [],
      ['plain cart warning', 'unasked cart info'],
    ],
    [
      'an entry that turns on advice',
      [{ ...here, rules: { advised: 'warning' } }],
      {},
      [],
      ['advised cart warning', 'plain cart warning'],
    ],
    [
      'an entry that turns on what rules turn off',
      [{ ...here, rules: { plain: 'warning' } }],
      { rules: { plain: 'off' } },
      [],
      ['plain cart warning'],
    ],
    [
      'an entry whose conditions do not hold says nothing',
      [{ names: ['x'], rules: { plain: 'error' } }],
      {},
      [],
      ['plain cart warning'],
    ],
  ];
  test.each(rows)('%s', async (_title, overrides, config, flags, is) => {
    expect(of(await severities(overrides, config, flags))).toEqual(is);
  });

  test('what a rule says elsewhere stays as it is', async () => {
    expect(await severities([{ ...here, rules: { unasked: 'error' } }])).toEqual([...ALL, 'unasked cart error']);
  });

  test('a finding about no resource is reached by its file alone', async () => {
    const run = async (override: Omit<OverrideConfig, 'rules'>) => {
      const files = [{ path: 'x.yaml', text: 'apiVersion: v1\nkind: Service\nkind: Service\nmetadata: { name: x }\n' }];
      const config: Config = { overrides: [{ ...override, rules: { 'of-text': 'off' } }] };
      const broken = defineRule({
        ...(RULES[3] as Rule),
        check({ subject, report }) {
          report({ source: subject.source, span: subject.span }, 'seen', { name: 'x' });
        },
      });
      return (await lint(files, { rules: [broken], config })).findings.length;
    };
    expect(await run({ files: ['x.yaml'] })).toBe(0);
    expect(await run({ kinds: ['Service'] })).toBe(1);
    expect(await run({ names: ['*'] })).toBe(1);
    expect(await run({})).toBe(0);
  });
});

const severity = fc.constantFrom<RuleSeverity>('error', 'warning', 'info', 'off');
const name = fc.constantFrom('plain', 'plainer', 'IST0101', 'KIA0101');
const saying = fc.dictionary(name, severity, { maxKeys: 3 });

test('an override without conditions is the same as a flag', async () => {
  await fc.assert(
    fc.asyncProperty(saying, fc.array(saying, { maxLength: 3 }), async (rules, layers) => {
      const asOverrides = await severities(
        layers.map((layer) => ({ rules: layer })),
        { rules },
      );
      expect(asOverrides).toEqual(await severities([], { rules }, layers));
    }),
    { numRuns: 60 },
  );
});
