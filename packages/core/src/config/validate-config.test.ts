import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineRule, type Rule } from '../rule/define-rule.ts';
import { readConfig } from './validate-config.ts';

function ruleOf(id: string, more: Partial<Rule['meta']> = {}, options?: Rule['options']): Rule {
  const messages: Record<string, string> = {};
  return defineRule({
    meta: {
      id,
      summary: 'A.',
      why: 'B.',
      fix: 'C.',
      severity: 'warning',
      subject: 'service',
      sources: [],
      messages,
      ...more,
    },
    ...(options && { options }),
    examples: { bad: [], good: [] },
    check() {},
  });
}

const RULES = [
  ruleOf('port-name-missing', { codes: ['IST0118', 'IST0101/host'], formerly: ['port-unnamed'] }),
  ruleOf(
    'labels-many',
    {},
    {
      schema: {
        type: 'object',
        additionalProperties: false,
        properties: { most: { type: 'integer', minimum: 1 }, keys: { type: 'array', items: { type: 'string' } } },
      },
      defaults: { most: 3 },
    },
  ),
];

/** Reads a config in which `«…»` marks the places of the mistakes, in their order. */
async function read(marked: string) {
  const places: string[] = [];
  for (const match of marked.matchAll(/«([^»]*)»/g)) places.push(match[1] as string);
  const text = marked.replace(/[«»]/g, '');
  const result = await readConfig({ path: 'conf/meshvet.config.yaml', text }, RULES);
  if ('config' in result) return { config: result.config, messages: [], found: [], places };
  const lines = text.split('\n');
  const found = result.errors.map(({ location: { start, end, file } }) => {
    expect(file).toBe('conf/meshvet.config.yaml');
    expect(end.line).toBe(start.line);
    return (lines[start.line - 1] as string).slice(start.column - 1, end.column - 1);
  });
  return { config: undefined, messages: result.errors.map((error) => error.message), found, places };
}

describe('readConfig: good files', () => {
  it.each([
    ['', {}],
    ['# nothing yet\n', {}],
    ['---\n', {}],
    ['{}', {}],
    ['null', {}],
    ['preset: strict\n', { preset: 'strict' }],
    ['{"preset": "all", "maxWarnings": 0}', { preset: 'all', maxWarnings: 0 }],
    ['istioVersion: "1.30"\nkubernetesVersion: v1.36.2\n', { istioVersion: '1.30', kubernetesVersion: 'v1.36.2' }],
    // A release that we know nothing of is not a mistake.
    ['istioVersion: "7.99"', { istioVersion: '7.99' }],
    [
      'rules:\n  port-name-missing: off\n  IST0118: Off\n  ist0101: "off"\n  labels-many: {severity: off, options: {most: 2}}\n',
      {
        rules: {
          'port-name-missing': 'off',
          IST0118: 'off',
          ist0101: 'off',
          'labels-many': { severity: 'off', options: { most: 2 } },
        },
      },
    ],
    [
      'rules: {port-unnamed: {severity: error}, IST0101/host: info}',
      { rules: { 'port-unnamed': { severity: 'error' }, 'IST0101/host': 'info' } },
    ],
    [
      'uniqueApp: off\nprojects: [{folder: a, uniqueApp: off}]',
      { uniqueApp: 'off', projects: [{ folder: 'a', uniqueApp: 'off' }] },
    ],
    [
      'projects: [a, "b/*", {folder: ./c, closedWorld: true}]',
      { projects: ['a', 'b/*', { folder: './c', closedWorld: true }] },
    ],
    [
      'externals: {services: ["*/redis"], hosts: ["*.example.com"]}',
      { externals: { services: ['*/redis'], hosts: ['*.example.com'] } },
    ],
    ['x: &a [b]\nignore: *a\n'.replace('x', 'revisions'), { revisions: ['b'], ignore: ['b'] }],
    [
      'requireReasons: true\noverrides: [{files: [a/b], kinds: [Pod, apps/Deployment], labels: {a.b/c: "x*", d: ""}, rules: {port-unnamed: off, IST0101: info}}]',
      {
        requireReasons: true,
        overrides: [
          {
            files: ['a/b'],
            kinds: ['Pod', 'apps/Deployment'],
            labels: { 'a.b/c': 'x*', d: '' },
            rules: { 'port-unnamed': 'off', IST0101: 'info' },
          },
        ],
      },
    ],
    ['extends: [strict, ./a.yaml]', { extends: ['strict', './a.yaml'] }],
    ['$schema: ./x.json\nfailOn: never\n', { $schema: './x.json', failOn: 'never' }],
  ])('%j', async (text, config) => {
    expect(await readConfig({ path: 'meshvet.config.yaml', text }, RULES)).toEqual({ config });
  });
});

describe('readConfig: mistakes', () => {
  it.each<[text: string, ...messages: string[]]>([
    ['«ruels»: {}', '"ruels" is no key of a config file. Did you mean "rules"?'],
    ['externals: {«host»: [a]}', '"host" is no key of "externals". Did you mean "hosts"?'],
    [
      'externals: {«zzzzzz»: [a]}',
      '"zzzzzz" is no key of "externals". It has "namespaces", "hosts", "services", "gateways" and "workloads".',
    ],
    [
      'projects:\n  - folder: a\n    «rules»: {}',
      expect.stringMatching(/^"rules" is no key of "projects\[0\]"\. It has "folder", /),
    ],
    ['preset: «strickt»', '"preset" is "strickt"; it takes "recommended", "strict" or "all". Did you mean "strict"?'],
    [
      'overrides:\n  - rules: {«labels-many»: {severity: info, options: {most: 2}}, «no-such»: off}',
      '"overrides[0].rules.labels-many" is a mapping; it takes "error", "warning", "info" or "off" here, and nothing else: options hold everywhere and stand in "rules" of the config.',
      'There is no rule "no-such".',
    ],
    [
      'overrides: [{rules: {IST0118: «of»}}]',
      expect.stringMatching(/^"overrides\[0\]\.rules\.IST0118" is "of"; .* Did you mean "off"\?$/),
    ],
    ['overrides: [{«files»: [a]}]', '"overrides[0]" lacks "rules".'],
    [
      'overrides: [{rules: {}, files: [«a\\b»], names: [«"!x"»], kinds: [«deployment»]}]',
      expect.stringMatching(/^"overrides\[0\]\.files\[0\]" .* backslash/),
      expect.stringMatching(/^"overrides\[0\]\.names\[0\]" .* begins with "!"/),
      expect.stringMatching(/^"overrides\[0\]\.kinds\[0\]" is "deployment"; it takes a kind such as "Deployment"/),
    ],
    ['failOn: «3»', '"failOn" is 3; it takes "error", "warning", "info" or "never".'],
    ['closedWorld: «"yes"»', '"closedWorld" is "yes"; it takes true or false.'],
    [
      'istioVersion: «1.30»',
      '"istioVersion" is 1.30, which YAML reads as a number; it takes a release in quotes, such as "1.30".',
    ],
    ['istioVersion: «latest»', '"istioVersion" is "latest"; it takes a release in quotes, such as "1.30".'],
    ['defaultRevision: «on»', '"defaultRevision" is on, which YAML reads as true; it takes a text in quotes.'],
    ['defaultRevision: «""»', '"defaultRevision" is empty.'],
    [
      'defaultNamespace: «Shop»',
      '"defaultNamespace" is "Shop"; it takes the name of a namespace: small letters, digits and "-", at most 63.',
    ],
    ['«rules»:', '"rules" has no value; it takes a mapping. Without one, leave the key out.'],
    ['«rules»: []', '"rules" is a list; it takes a mapping.'],
    ['ignore: «vendor»', '"ignore" is "vendor"; it takes a list.'],
    ['ignore: [a, «3»]', '"ignore[1]" is 3, which YAML reads as a number; it takes a text in quotes.'],
    ['ignore: [«""»]', '"ignore[0]" is empty.'],
    [
      'ignore: [«"!a"»]',
      '"ignore[0]" is "!a", which is no glob to use: it begins with "!", and a glob here only says what matches.',
    ],
    ['maxWarnings: «-1»', '"maxWarnings" is -1; it takes a whole number, 0 or more.'],
    ['maxWarnings: «1.5»', '"maxWarnings" is 1.5; it takes a whole number, 0 or more.'],
    ['maxWarnings: «"3"»', '"maxWarnings" is "3"; it takes a whole number, 0 or more.'],
    ['rules: {«port-name-mising»: off}', 'There is no rule "port-name-mising". Did you mean "port-name-missing"?'],
    ['rules: {«port-unnamd»: off}', 'There is no rule "port-unnamd". Did you mean "port-unnamed"?'],
    ['rules: {«IST0119»: off}', expect.stringMatching(/^There is no rule "IST0119"\. Did you mean "IST01\d\d"\?$/)],
    ['rules: {«nonsense»: off}', 'There is no rule "nonsense".'],
    ['rules: {«__proto__»: off}', 'There is no rule "__proto__".'],
    ['rules: {«constructor»: off}', 'There is no rule "constructor".'],
    ['«__proto__»: {preset: 3}', expect.stringMatching(/^"__proto__" is no key of a config file\./)],
    ['«constructor»: 1', expect.stringMatching(/^"constructor" is no key of a config file\./)],
    [
      'rules: {port-name-missing: «warn»}',
      '"rules.port-name-missing" is "warn"; it takes "error", "warning", "info" or "off".',
    ],
    [
      'rules: {labels-many: «warnig»}',
      '"rules.labels-many" is "warnig"; it takes "error", "warning", "info" or "off". Did you mean "warning"?',
    ],
    ['rules: {IST0118: «true»}', '"rules.IST0118" is true; it takes "error", "warning", "info" or "off".'],
    [
      'rules: {port-name-missing: {severity: «2»}}',
      '"rules.port-name-missing.severity" is 2; it takes "error", "warning", "info" or "off".',
    ],
    [
      'rules: {port-name-missing: {«level»: off}}',
      '"level" is no key of "rules.port-name-missing". It has "severity".',
    ],
    ['rules: {port-name-missing: {«options»: {}}}', 'Rule "port-name-missing" has no options.'],
    ['rules: {port-unnamed: {«options»: {}}}', 'Rule "port-unnamed" has no options.'],
    [
      'rules: {IST0118: {«options»: {}}}',
      'Options belong to one rule: name it by its id, such as "port-name-missing", and not by a code.',
    ],
    [
      'rules: {labels-many: {options: {«mots»: 1}}}',
      '"mots" is no key of "rules.labels-many.options". Did you mean "most"?',
    ],
    [
      'rules: {labels-many: {options: {most: «0»}}}',
      '"rules.labels-many.options.most" is 0; it takes a whole number, 1 or more.',
    ],
    [
      'projects: [«3»]',
      '"projects[0]" is 3, which YAML reads as a number; it takes a folder, or a mapping with a folder and its settings.',
    ],
    ['projects:\n  - «closedWorld»: true', '"projects[0]" lacks "folder".'],
    ['projects: [«../a»]', '"projects[0]" is "../a", which is not below the folder of the config file.'],
    [
      'projects: [{folder: «a/../../b»}]',
      '"projects[0].folder" is "a/../../b", which is not below the folder of the config file.',
    ],
    ['projects: [«/a»]', '"projects[0]" is "/a", which is not below the folder of the config file.'],
    ['projects: [«C:\\a»]', '"projects[0]" is "C:\\a", which is not below the folder of the config file.'],
    [
      'projects: [«a\\b»]',
      '"projects[0]" is "a\\b", which is no glob to use: it has a backslash; folders are parted by "/".',
    ],
    [
      'externals: {services: [«redis»]}',
      '"externals.services[0]" is "redis"; it takes namespace/name, where each may be a glob, such as "shop/*".',
    ],
    ['externals: {hosts: [«a/b»]}', '"externals.hosts[0]" is "a/b"; it takes a name without "/".'],
    ['externals: {hosts: [«"!a"»]}', expect.stringMatching(/no glob to use/)],
    [
      'projects: [{folder: a, externals: {hosts: [«"!a"»]}}]',
      expect.stringMatching(/^"projects\[0\]\.externals\.hosts\[0\]"/),
    ],
    ['preset: all\n«preset»: strict', '"preset" stands twice here: take one away.'],
    ['«- a»', 'A config file is a mapping of keys to values, and this is a list.'],
    ['«hello»', 'A config file is a mapping of keys to values, and this is "hello".'],
    [
      'preset: «x»\nclosedWorld: «1»\nrules: {«x»: off}\n«why»: 1',
      '"preset" is "x"; it takes "recommended", "strict" or "all".',
      '"closedWorld" is 1; it takes true or false.',
      'There is no rule "x".',
      expect.stringMatching(/^"why" is no key/),
    ],
  ])('%s', async (text, ...messages) => {
    const { messages: told, found, places } = await read(text);
    expect(told).toEqual(messages);
    expect(found).toEqual(places);
  });

  it.each([
    ['a second document', 'preset: all\n---\npreset: strict\n', 3],
    ['text after the end', 'preset: all\n...\npreset: strict\n', 3],
    ['broken YAML', 'preset: [all\nrules: {}\n', undefined],
    ['a tab', 'rules:\n\tx: 1\n', 2],
    ['an unknown alias', 'preset: *x\n', 1],
    ['nesting', `rules: ${'['.repeat(5000)}`, 1],
    ['broken JSON', '{"preset": "all",,}', 1],
  ])('%s has a place', async (_, text, line) => {
    const result = await readConfig({ path: 'meshvet.config.yaml', text }, RULES);
    const [error, second] = 'errors' in result ? result.errors : [];
    expect(error?.message).toMatch(/^[A-Z"].*\.$/);
    expect(second).toBeUndefined();
    if (line) expect(error?.location.start.line).toBe(line);
  });

  it.each(['too-large', 'not-utf8'] as const)('a file that is %s', async (problem) => {
    const result = await readConfig({ path: 'c.yaml', text: '', problem }, RULES);
    expect('errors' in result && result.errors.length).toBe(1);
  });

  it('gives the pointer', async () => {
    const result = await readConfig({ path: 'c.yaml', text: 'rules: {"a/b": off}' }, RULES);
    expect('errors' in result && result.errors[0]?.location).toEqual({
      file: 'c.yaml',
      start: { line: 1, column: 9 },
      end: { line: 1, column: 14 },
      pointer: '/rules/a~1b',
    });
  });

  it('lets nothing through that steers a terminal', async () => {
    const text = `"\\e[31m\\u202e": 1\n`;
    const result = await readConfig({ path: 'c.yaml', text }, RULES);
    expect('errors' in result && result.errors[0]?.message).toMatch(/^"\\u001b\[31m\\u202e" is no key/);
  });

  it('stays short and quick on a file of nothing but mistakes', async () => {
    const started = performance.now();
    const keys = Array.from({ length: 20_000 }, (_, i) => `"k${i}": [${i}]`).join(', ');
    const text = `{"ignore": [${'3,'.repeat(20_000)}3], "rules": {${keys}}, ${keys}}`;
    const result = await readConfig({ path: 'c.json', text }, RULES);
    expect('errors' in result && result.errors.length).toBe(50);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('readConfig: anything', () => {
  const word = fc.constantFrom(
    ...[
      'rules',
      'projects',
      'ignore',
      'externals',
      'hosts',
      'services',
      'folder',
      'preset',
      'istioVersion',
      'maxWarnings',
    ],
    ...[
      'severity',
      'options',
      'most',
      'port-name-missing',
      'labels-many',
      'IST0118',
      'off',
      'warning',
      'strict',
      '1.30',
      'a/*',
    ],
    ...['__proto__', 'constructor', '..', '', '!', '{a,b}', '[', '~', '/', '$schema', 'uniqueApp', '<<'],
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(word, fc.jsonValue(), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc
        .array(fc.tuple(fc.oneof({ weight: 9, arbitrary: word }, { weight: 1, arbitrary: fc.string() }), tie('tree')), {
          maxLength: 5,
        })
        .map(Object.fromEntries),
    ),
  }));
  const config = fc.oneof(
    tree,
    fc.array(fc.tuple(word, tree), { maxLength: 5 }).map(Object.fromEntries),
    fc.record({ rules: tree, projects: tree, externals: tree, ignore: tree }, { requiredKeys: [] }),
  );

  it('is a config, or has a mistake with a place inside the file', async () => {
    let good = 0;
    await fc.assert(
      fc.asyncProperty(config, fc.constantFrom(undefined, 2), async (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const result = await readConfig({ path: 'c.json', text }, RULES);
        if ('config' in result) {
          good++;
          expect(result.config).toEqual(value ?? {});
          return;
        }
        expect(result.errors.length).toBeGreaterThan(0);
        const lines = text.split('\n');
        for (const { message, location } of result.errors) {
          expect(message).toMatch(/^[\x20-\x7e\u00a0-\uffff]+\.$|\?$/);
          for (const { line, column } of [location.start, location.end]) {
            expect(line).toBeGreaterThan(0);
            expect(line).toBeLessThanOrEqual(lines.length);
            expect(column).toBeGreaterThan(0);
            expect(column).toBeLessThanOrEqual((lines[line - 1] as string).length + 1);
          }
        }
        const places = result.errors.map(({ location }) => location.pointer);
        expect(new Set(places).size, 'one mistake, one error').toBe(places.length);
      }),
      { numRuns: 400 },
    );
    expect(good).toBeGreaterThan(0);
    // Each run compiles the schema anew, which takes its time on a busy machine.
  }, 90_000);

  it('never throws for any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]:,-*&!|>\'"%@`#?\n\t abr<') })),
        async (text) => {
          const result = await readConfig({ path: 'c.yaml', text }, RULES);
          expect('config' in result || result.errors.length > 0).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
