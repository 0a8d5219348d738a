import { describe, expect, test } from 'vitest';
import { defineRule, type Rule } from '../rule/define-rule.ts';
import type { LateRule } from '../rule/late-rule.ts';
import { describeRules } from './describe-rules.ts';
import { lint } from './lint.ts';

const words = { summary: 'x.', why: 'x.', fix: 'x.', severity: 'error', sources: [], messages: { seen: 'x' } } as const;
const RULES: readonly Rule[] = [
  defineRule({
    meta: { ...words, id: 'service-seen', subject: 'service' },
    examples: { bad: [], good: [] },
    check({ subject, report }) {
      report(subject.resource.body, 'seen');
    },
  }),
  defineRule({
    meta: { ...words, id: 'route-seen', subject: 'resource', types: ['networking.istio.io/VirtualService'] },
    examples: { bad: [], good: [] },
    check({ subject, report }) {
      report(subject.body, 'seen');
    },
  }),
  defineRule({
    meta: { ...words, id: 'pod-seen', subject: 'workload' },
    options: { schema: {}, defaults: { name: 'a' } },
    examples: { bad: [], good: [] },
    check({ subject, options, report }) {
      if (subject.resource.name === options.name) report(subject.resource.body, 'seen');
    },
  }),
  defineRule({
    meta: { ...words, id: 'syntax-seen', subject: 'problem', problem: 'syntax' },
    examples: { bad: [], good: [] },
    check({ subject, report }) {
      report({ source: subject.source, span: subject.span }, 'seen');
    },
  }),
];

function late(rule: Rule, loaded: string[]): LateRule {
  const { messages: _, sources: __, ...meta } = rule.meta;
  const head = rule.options === undefined ? { meta } : { meta, options: rule.options };
  const load = async () => {
    loaded.push(meta.id);
    return rule;
  };
  return { ...head, load };
}

const named = (kind: string, apiVersion: string) => `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\n`;
const SERVICE = `${named('Service', 'v1')}spec: { ports: [{ port: 80 }] }\n`;
const ROUTE = named('VirtualService', 'networking.istio.io/v1');
const POD = `${named('Pod', 'v1')}spec: { containers: [{ name: x, image: x }] }\n`;

describe('a rule that comes late', () => {
  test.each<[string, string, string[]]>([
    ['a Service', SERVICE, ['service-seen']],
    ['a route', ROUTE, ['route-seen']],
    ['a pod', POD, ['pod-seen']],
    ['what cannot be read', 'apiVersion: v1\nkind: Service\nmetadata: [\n', ['syntax-seen']],
    ['several', `${SERVICE}---\n${ROUTE}---\n${POD}`, ['service-seen', 'route-seen', 'pod-seen']],
    ['nothing of them', named('ConfigMap', 'v1'), []],
  ])('is loaded for what it looks at, and finds the same: %s', async (_, text, expected) => {
    const loaded: string[] = [];
    const files = [{ path: 'a.yaml', text }];
    const result = await lint(files, { rules: RULES.map((rule) => late(rule, loaded)) });
    expect(result).toEqual(await lint(files, { rules: RULES }));
    expect(new Set(result.findings.map(({ ruleId }) => ruleId))).toEqual(new Set(expected));
    expect(loaded).toEqual(expected);
  });

  test('is not loaded where it is off, and not to be described', async () => {
    const loaded: string[] = [];
    const setup = {
      rules: RULES.map((rule) => late(rule, loaded)),
      config: { rules: { 'service-seen': 'off' } },
    } as const;
    expect((await lint([{ path: 'a.yaml', text: SERVICE }], setup)).findings).toEqual([]);
    expect(describeRules(setup)).toEqual(describeRules({ ...setup, rules: RULES }));
    expect(loaded).toEqual([]);
  });

  test('stands beside others, in their order', async () => {
    const [service, ...others] = RULES as [Rule, ...Rule[]];
    const files = [{ path: 'a.yaml', text: `${SERVICE}---\n${ROUTE}` }];
    expect(await lint(files, { rules: [late(service, []), ...others] })).toEqual(await lint(files, { rules: RULES }));
  });

  test('that cannot be loaded is no clean run', async () => {
    const broken = { ...late(RULES[0] as Rule, []), load: () => Promise.reject(new Error('gone')) };
    await expect(lint([{ path: 'a.yaml', text: SERVICE }], { rules: [broken] })).rejects.toThrow('gone');
  });
});
