import { describe, expect, it } from 'vitest';
import { meshSettings, NO_EXTERNAL_MATCHERS, NO_EXTERNALS } from '../installation/settings.ts';
import { defineRule, type Rule, type RuleMeta } from '../rule/define-rule.ts';
import type { Severity } from '../source/severity.ts';
import type { Config, RuleSeverity } from './config.ts';
import {
  compileExternals,
  effectiveSeverity,
  findRules,
  ignores,
  projectMatcher,
  projectOf,
  type ResolvedRule,
  type RuleChoice,
  resolveRules,
  ruleIndex,
  settingsOf,
} from './resolve-config.ts';

type Meta = Partial<RuleMeta<'service', Record<string, string>>>;

function ruleOf(id: string, meta: Meta = {}, options?: { schema: object; defaults: Record<string, unknown> }): Rule {
  return defineRule({
    meta: {
      id,
      summary: 'A.',
      why: 'B.',
      fix: 'C.',
      severity: 'warning',
      subject: 'service',
      sources: [],
      messages: {},
      ...meta,
    },
    ...(options && { options }),
    examples: { bad: [], good: [] },
    check() {},
  });
}

const CURRENT: RuleChoice = { preset: 'recommended', profile: 'istio-current', istioVersion: [1, 30] };

function one(rule: Rule, choice: Partial<RuleChoice> = {}): ResolvedRule | undefined {
  return resolveRules([rule], { ...CURRENT, ...choice })[0];
}

describe('settingsOf', () => {
  it('is the mesh of today for an empty config', () => {
    expect(settingsOf({})).toEqual(meshSettings());
  });

  it('reads every key', () => {
    expect(
      settingsOf({
        profile: 'istio-legacy',
        istioVersion: '1.9',
        kubernetesVersion: 'v1.20.3',
        closedWorld: true,
        defaultNamespace: 'shop',
        expectMesh: 'all',
        defaultRevision: 'prod',
        revisions: ['1-9'],
        tags: { prod: '1-9' },
        enableNamespacesByDefault: true,
        linkerdVersion: '2.14',
        installation: { cni: true },
        allowMultipleServices: 'always',
        uniqueApp: 'off',
        externals: { hosts: ['*.example.com'] },
      }),
    ).toEqual({
      profile: 'istio-legacy',
      istioVersion: [1, 9],
      kubernetesVersion: [1, 20],
      closedWorld: true,
      defaultNamespace: 'shop',
      expectMesh: 'all',
      defaultRevision: 'prod',
      revisions: ['1-9'],
      tags: { prod: '1-9' },
      enableNamespacesByDefault: true,
      linkerdVersion: [2, 14],
      installation: { cni: true },
      allowMultipleServices: 'always',
      uniqueApp: 'off',
      externals: { ...NO_EXTERNALS, hosts: ['*.example.com'] },
      meshConfig: undefined,
      meshNetworks: undefined,
    });
  });

  it('takes the versions from the profile', () => {
    expect(settingsOf({ profile: 'istio-1.0' }).istioVersion).toEqual([1, 0]);
  });

  const base = settingsOf({ istioVersion: '1.20', closedWorld: true, externals: { hosts: ['a'], services: ['x/y'] } });

  it('lays a project over the config', () => {
    const settings = settingsOf({ defaultNamespace: 'shop', externals: { hosts: ['b'] } }, base);
    expect(settings).toEqual({
      ...base,
      defaultNamespace: 'shop',
      externals: { ...NO_EXTERNALS, hosts: ['a', 'b'], services: ['x/y'] },
    });
  });

  it.each([
    [{ profile: 'istio-1.0' }, [1, 0], [1, 12]],
    [{ profile: 'istio-1.0', istioVersion: '1.1' }, [1, 1], [1, 12]],
    [{ profile: 'istio-current' }, [1, 20], [1, 36]],
    [{ kubernetesVersion: '1.25' }, [1, 20], [1, 25]],
  ] as const)('a project %j has Istio %j and Kubernetes %j', (keys, istio, kubernetes) => {
    const settings = settingsOf(keys, base);
    expect(settings.istioVersion).toEqual(istio);
    expect(settings.kubernetesVersion).toEqual(kubernetes);
    expect(settings.closedWorld).toBe(true);
  });

  it('refuses a version that was never checked', () => {
    expect(() => settingsOf({ istioVersion: 'new' })).toThrow('"new" is no version');
  });
});

describe('ruleIndex', () => {
  const missing = ruleOf('port-name-missing', { codes: ['IST0118', 'KIA0601'], formerly: ['port-unnamed'] });
  const prefix = ruleOf('port-name-prefix', { codes: ['IST0118'] });
  const host = ruleOf('route-host-unknown', { codes: ['IST0101/host', 'KIA1101'] });
  const rules = [missing, prefix, host];

  it.each([
    ['port-name-missing', 'id', ['port-name-missing']],
    ['port-unnamed', 'former', ['port-name-missing']],
    ['IST0118', 'code', ['port-name-missing', 'port-name-prefix']],
    ['ist0118', 'code', ['port-name-missing', 'port-name-prefix']],
    ['IST0101', 'code', ['route-host-unknown']],
    ['IST0101/host', 'code', ['route-host-unknown']],
    ['ist0101/HOST', 'code', ['route-host-unknown']],
  ])('%s is the %s of %j', (name, kind, ids) => {
    const found = ruleIndex(rules).find(name);
    expect(found?.kind).toBe(kind);
    expect(found?.rules.map((rule) => rule.meta.id)).toEqual(ids);
    expect(findRules(rules, name)).toEqual(found?.rules);
  });

  it.each(['', 'nothing', 'IST0101/gateway', 'Port-Name-Missing', '__proto__', 'constructor', 'toString'])(
    '%s is nothing',
    (name) => {
      expect(ruleIndex(rules).find(name)).toBeUndefined();
      expect(findRules(rules, name)).toEqual([]);
    },
  );

  it('lists all names, sorted', () => {
    expect(ruleIndex(rules).names).toEqual([
      'IST0101',
      'IST0101/host',
      'IST0118',
      'KIA0601',
      'KIA1101',
      'port-name-missing',
      'port-name-prefix',
      'port-unnamed',
      'route-host-unknown',
    ]);
  });

  it('prefers an id to a former id', () => {
    const [first, second] = [ruleOf('old'), ruleOf('new', { formerly: ['old'] })];
    expect(findRules([second, first], 'old')).toEqual([first]);
  });
});

describe('resolveRules: preset and profile', () => {
  type Row = [
    name: string,
    meta: Meta,
    choice: Partial<RuleChoice>,
    usual: RuleSeverity | undefined,
    reportedInfo: RuleSeverity | undefined,
  ];
  const advice: Meta = { advice: true, severity: 'info' };
  it.each<Row>([
    ['its own severity', {}, {}, 'warning', 'info'],
    ['its own severity, strict', {}, { preset: 'strict' }, 'warning', 'info'],
    ['the profile sees it milder', { profiles: { 'istio-current': 'info' } }, {}, 'info', 'info'],
    ['another profile does', { profiles: { 'istio-legacy': 'info' } }, {}, 'warning', 'info'],
    ['off in the profile', { profiles: { 'istio-current': 'off' } }, {}, undefined, undefined],
    [
      'off in the profile, strict',
      { profiles: { 'istio-current': 'off' } },
      { preset: 'strict' },
      undefined,
      undefined,
    ],
    ['off in the profile, all', { profiles: { 'istio-current': 'off' } }, { preset: 'all' }, 'warning', 'info'],
    ['advice, recommended', advice, {}, undefined, undefined],
    ['advice, strict', advice, { preset: 'strict' }, 'warning', 'warning'],
    ['advice, all', advice, { preset: 'all' }, 'info', 'info'],
    ['advice that is an error, strict', { ...advice, severity: 'error' }, { preset: 'strict' }, 'error', 'warning'],
    ['advice with a strict severity', { ...advice, strict: 'error' }, { preset: 'strict' }, 'error', 'error'],
    ['advice that stays mild', { ...advice, strict: 'info' }, { preset: 'strict' }, 'info', 'info'],
    ['advice with a strict severity, all', { ...advice, strict: 'error' }, { preset: 'all' }, 'info', 'info'],
    ['strict lifts', { severity: 'info', strict: 'warning' }, { preset: 'strict' }, 'warning', 'warning'],
    ['strict lifts only in strict', { severity: 'info', strict: 'warning' }, {}, 'info', 'info'],
    ['strict never lowers', { severity: 'error', strict: 'warning' }, { preset: 'strict' }, 'error', 'warning'],
    [
      'advice off in the profile, strict',
      { ...advice, profiles: { 'istio-current': 'off' } },
      { preset: 'strict' },
      undefined,
      undefined,
    ],
  ])('%s', (_, meta, choice, usual, reportedInfo) => {
    const resolved = one(ruleOf('a', meta), choice);
    expect(resolved && effectiveSeverity(resolved, undefined, [])).toBe(usual);
    expect(resolved && effectiveSeverity(resolved, 'info', [])).toBe(reportedInfo);
  });

  it.each([
    [{ since: '1.3' }, [1, 2], false],
    [{ since: '1.3' }, [1, 3], true],
    [{ since: '1.3' }, [1, 10], true],
    [{ until: '1.9' }, [1, 9], true],
    [{ until: '1.9' }, [1, 10], false],
    [{ until: '1.9' }, [2, 0], false],
    [{ since: '1.3', until: '1.9' }, [1, 4], true],
  ] as const)('%j with Istio %j runs: %s', (meta, istioVersion, runs) => {
    expect(one(ruleOf('a', meta), { istioVersion }) !== undefined).toBe(runs);
    expect(one(ruleOf('a', meta), { istioVersion, preset: 'all' }) !== undefined).toBe(runs);
    // The user says how bad a finding is, and not that a falsehood is true.
    expect(one(ruleOf('a', meta), { istioVersion, settings: { a: 'error' } }) !== undefined).toBe(runs);
  });

  it('keeps the order of the rules', () => {
    const rules = ['b', 'a', 'c'].map((id) => ruleOf(id));
    expect(resolveRules(rules, CURRENT).map(({ rule }) => rule.meta.id)).toEqual(['b', 'a', 'c']);
  });
});

describe('resolveRules: what the user says', () => {
  const codes = { codes: ['IST0118', 'IST0101/host', 'KIA0601'] };
  const adviceMeta: Meta = { ...codes, advice: true, severity: 'info' };
  type Row = [
    meta: Meta,
    settings: Config['rules'],
    reported: Severity | undefined,
    codes: readonly string[],
    expected: RuleSeverity | 'left out',
  ];
  it.each<Row>([
    [codes, { a: 'error' }, undefined, [], 'error'],
    [codes, { a: 'error' }, 'info', [], 'error'],
    [codes, { a: 'info' }, 'error', [], 'info'],
    [codes, { a: 'off' }, undefined, [], 'left out'],
    [codes, { a: { severity: 'off' } }, undefined, [], 'left out'],
    [codes, { a: 'off', IST0118: 'error' }, undefined, ['IST0118'], 'left out'],
    [codes, { a: 'error', IST0118: 'info' }, undefined, ['IST0118'], 'error'],
    [codes, { old: 'error' }, undefined, [], 'error'],
    [codes, { old: 'error', a: 'info' }, undefined, [], 'info'],
    [codes, { a: 'info', old: 'error' }, undefined, [], 'error'],
    [codes, { IST0118: 'error' }, undefined, ['IST0118'], 'error'],
    [codes, { ist0118: 'error' }, 'info', ['IST0118', 'KIA0601'], 'error'],
    [codes, { IST0118: 'error' }, undefined, ['KIA0601'], 'warning'],
    [codes, { IST0118: 'error' }, 'info', [], 'info'],
    [codes, { IST0118: 'off' }, undefined, ['IST0118'], 'off'],
    [codes, { IST0118: 'off' }, undefined, ['KIA0601'], 'warning'],
    [codes, { IST0101: 'error' }, undefined, ['IST0101/host'], 'error'],
    [codes, { 'IST0101/host': 'error' }, undefined, ['IST0101/host'], 'error'],
    [codes, { 'IST0101/host': 'error' }, undefined, ['IST0101'], 'warning'],
    [codes, { IST0118: 'error', KIA0601: 'info' }, undefined, ['KIA0601', 'IST0118'], 'info'],
    [codes, { KIA0601: 'info', IST0118: 'error' }, undefined, ['KIA0601', 'IST0118'], 'error'],
    [codes, { IST0118: 'off', KIA0601: 'info', ist0118: 'error' }, undefined, ['KIA0601', 'IST0118'], 'error'],
    [adviceMeta, { a: 'error' }, undefined, [], 'error'],
    [adviceMeta, { a: { options: {} } }, undefined, [], 'left out'],
    [adviceMeta, { IST0118: 'warning' }, 'info', ['IST0118'], 'warning'],
    [adviceMeta, { IST0118: 'warning' }, 'error', ['KIA0601'], 'off'],
    [adviceMeta, { IST0118: 'off' }, undefined, ['IST0118'], 'left out'],
    [{ ...codes, profiles: { 'istio-current': 'off' } }, { a: 'info' }, 'error', [], 'info'],
  ])('%j with %j: a report of %s with %j is %s', (meta, settings, reported, found, expected) => {
    const resolved = one(ruleOf('a', { ...meta, formerly: ['old'] }), { settings });
    expect(resolved === undefined ? 'left out' : effectiveSeverity(resolved, reported, found)).toBe(expected);
  });

  it('lays options over the defaults, key by key', () => {
    const options = { schema: { type: 'object' }, defaults: { most: 3, names: ['x'] } };
    const rule = ruleOf('a', { formerly: ['old'] }, options);
    expect(one(rule)?.options).toEqual({ most: 3, names: ['x'] });
    expect(one(rule, { settings: { old: { options: { names: [] } }, a: { options: { most: 4 } } } })?.options).toEqual({
      most: 4,
      names: [],
    });
    expect(options.defaults).toEqual({ most: 3, names: ['x'] });
    expect(one(ruleOf('b'))?.options).toEqual({});
  });

  it('keeps a hostile option a plain key', () => {
    const rule = ruleOf('a', {}, { schema: {}, defaults: {} });
    const settings = JSON.parse('{"a": {"options": {"__proto__": {"bad": 1}}}}');
    const resolved = one(rule, { settings });
    expect(Object.getPrototypeOf(resolved?.options)).toBe(Object.prototype);
    expect(resolved?.options.bad).toBeUndefined();
  });

  it('refuses a rule that does not exist', () => {
    expect(() => one(ruleOf('a'), { settings: JSON.parse('{"constructor": "off"}') })).toThrow(
      'There is no rule "constructor"',
    );
  });
});

describe('projectOf', () => {
  const projects: Config['projects'] = [
    'clusters/*',
    { folder: './legacy/', profile: 'istio-1.0' },
    { folder: 'clusters/eu/special', closedWorld: true },
    '**/standalone',
    { folder: 'clusters/us', closedWorld: true },
  ];
  it.each([
    ['clusters/eu/a.yaml', 'clusters/eu'],
    ['clusters/eu/deep/er/a.yaml', 'clusters/eu'],
    ['./clusters/eu/a.yaml', 'clusters/eu'],
    ['clusters/a.yaml', undefined],
    ['clusters/eu', undefined],
    ['legacy/a.yaml', 'legacy'],
    ['legacy-2/a.yaml', undefined],
    ['clusters/eu/special/a.yaml', 'clusters/eu/special'],
    ['x/standalone/y/a.yaml', 'x/standalone'],
    ['a.yaml', undefined],
    ['../clusters/eu/a.yaml', undefined],
    ['/clusters/eu/a.yaml', undefined],
    ['__proto__/a.yaml', undefined],
  ])('%s is of %s', (path, folder) => {
    expect(projectOf(path, { projects })?.folder).toBe(folder);
    expect(projectMatcher(projects)(path)?.folder).toBe(folder);
  });

  it('keeps two folders of one glob apart, and gives the settings of the later entry', () => {
    const find = projectMatcher(projects);
    expect(find('clusters/eu/a.yaml')).toEqual({ folder: 'clusters/eu', settings: { folder: 'clusters/*' } });
    expect(find('clusters/us/a.yaml')).toEqual({
      folder: 'clusters/us',
      settings: { folder: 'clusters/us', closedWorld: true },
    });
  });

  it('gives the same answer whatever was asked before', () => {
    const find = projectMatcher(projects);
    const paths = [
      'clusters/eu/x/y/a.yaml',
      'clusters/eu/special/x/a.yaml',
      'clusters/eu/x/a.yaml',
      'b/c/a.yaml',
      'b/a.yaml',
    ];
    const first = paths.map((path) => find(path)?.folder);
    expect(first).toEqual(['clusters/eu', 'clusters/eu/special', 'clusters/eu', undefined, undefined]);
    expect(paths.map((path) => projectOf(path, { projects })?.folder)).toEqual(first);
  });

  it('takes the folder of the config itself', () => {
    expect(projectOf('a/b.yaml', { projects: ['.'] })?.folder).toBe('');
    expect(projectOf('a/b.yaml', {})).toBeUndefined();
  });

  it('bears a path of very many folders', () => {
    expect(projectOf(`${'a/'.repeat(3000)}b.yaml`, { projects: ['b/*'] })).toBeUndefined();
  });
});

describe('ignores', () => {
  it.each([
    [['vendor'], 'vendor/a/b.yaml', true],
    [['./vendor/'], 'vendor/a.yaml', true],
    [['vendor'], 'my/vendor/a.yaml', false],
    [['**/vendor'], 'my/vendor/a.yaml', true],
    [['*.json'], 'a.json', true],
    [['*.json'], 'b/a.json', false],
    [['**/*.json'], './b/a.json', true],
    [['a', 'b/*'], 'b/c.yaml', true],
    [['.'], 'a/b.yaml', true],
    [[], 'a.yaml', false],
    [undefined, 'a.yaml', false],
  ])('%j leaves out %s: %s', (ignore, path, expected) => {
    expect(ignores(ignore ? { ignore } : {})(path)).toBe(expected);
  });
});

describe('compileExternals', () => {
  const matchers = compileExternals({
    namespaces: ['team-*'],
    hosts: ['*.example.com', 'api.test'],
    services: ['shop/*', '*/redis'],
    gateways: ['istio-system/public'],
    workloads: ['monitoring/*'],
  });
  it.each([
    ['namespace', ['team-a'], true],
    ['namespace', ['shop'], false],
    ['host', ['a.b.example.com'], true],
    ['host', ['API.test'], true],
    ['host', ['example.com'], false],
    ['service', ['shop', 'x'], true],
    ['service', ['web', 'redis'], true],
    ['service', ['web', 'x'], false],
    ['gateway', ['istio-system', 'public'], true],
    ['gateway', ['shop', 'public'], false],
    ['workload', ['monitoring', 'x'], true],
    ['workload', ['shop', 'x'], false],
  ] as const)('%s %j: %s', (kind, names, expected) => {
    expect((matchers[kind] as (...given: readonly string[]) => boolean)(...names)).toBe(expected);
  });

  it('has nothing to ask where nothing is declared', () => {
    expect(compileExternals(NO_EXTERNALS)).toBe(NO_EXTERNAL_MATCHERS);
  });
});

it('what is said later, flag by flag, beats the config: a code there beats an id here', () => {
  const rule = ruleOf('a', { codes: ['IST0118'] });
  const seen = (overrides: Record<string, 'error' | 'info' | 'off'>[]) => {
    const resolved = one(rule, { settings: { a: 'warning' }, overrides });
    return resolved === undefined ? 'left out' : effectiveSeverity(resolved, undefined, ['IST0118']);
  };
  expect(seen([])).toBe('warning');
  expect(seen([{ IST0118: 'off' }])).toBe('off');
  expect(seen([{ IST0118: 'off' }, { a: 'error' }])).toBe('error');
  expect(seen([{ a: 'error' }, { IST0118: 'info' }])).toBe('info');
});

it('a finding that is advice in its case is left out, raised or kept by the preset; the user beats that', () => {
  const seen = (preset: 'recommended' | 'strict' | 'all', settings: Record<string, 'info'> = {}) => {
    const resolved = one(ruleOf('a', { severity: 'info' }), { preset, settings });
    return resolved && [effectiveSeverity(resolved, undefined, []), effectiveSeverity(resolved, undefined, [], true)];
  };
  expect(seen('recommended')).toEqual(['info', 'off']);
  expect(seen('strict')).toEqual(['info', 'warning']);
  expect(seen('all')).toEqual(['info', 'info']);
  expect(seen('recommended', { a: 'info' })).toEqual(['info', 'info']);
});
