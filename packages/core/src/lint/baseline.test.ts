import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineRule } from '../rule/define-rule.ts';
import {
  type Baseline,
  type BaselineEntry,
  baselineExcess,
  baselineOf,
  baselineText,
  pruneBaseline,
  readBaseline,
  withBaseline,
} from './baseline.ts';
import { lint } from './lint.ts';
import type { Finding, LintResult } from './result.ts';

const meta = { summary: 'x.', why: 'x.', fix: 'x.', sources: [], severity: 'error' } as const;
const unnamed = defineRule({
  meta: { ...meta, id: 'unnamed', subject: 'service', messages: { unnamed: 'port {port} has no name' } },
  examples: { bad: [], good: [] },
  check({ subject, report }) {
    for (const port of subject.ports)
      if (port.name === undefined) report(port.field, 'unnamed', { port: port.number ?? '?' });
  },
});
const broken = defineRule({
  meta: {
    ...meta,
    id: 'broken',
    subject: 'problem',
    problem: 'duplicate-key',
    messages: { twice: '{key}, first on line {line}' },
  },
  examples: { bad: [], good: [] },
  check({ subject, report }) {
    if (subject.kind !== 'duplicate-key') return;
    const { key, first } = subject.data;
    report({ source: subject.source, span: subject.span }, 'twice', {
      key,
      line: subject.source.position(first.start).line,
    });
  },
});

const service = (name: string, ports: readonly number[]): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ports:\n${ports.map((port) => `    - port: ${port}\n`).join('')}`;
const twice = 'apiVersion: v1\nkind: Service\nmetadata: { name: z }\nspec: { ports: [] }\nx: 1\nx: 2\n';

function run(files: Readonly<Record<string, string>>): Promise<LintResult> {
  const inputs = Object.entries(files).map(([path, text]) => ({ path, text }));
  return lint(inputs, { rules: [unnamed, broken] });
}

async function read(text: string): Promise<Baseline> {
  const result = await readBaseline({ path: 'b.json', text });
  if ('error' in result) throw new Error(JSON.stringify(result.error));
  return result.baseline;
}

async function refusal(text: string): Promise<string> {
  const result = await readBaseline({ path: 'b.json', text });
  if (!('error' in result)) throw new Error('not refused');
  const { line, column, message } = result.error;
  return `${line}:${column} ${message}`;
}

describe('a baseline', () => {
  test('is a sorted file with an entry a line', async () => {
    const { findings } = await run({
      'k/b.yaml': service('b', [80, 81]),
      'a.yaml': `${twice}---\n${service('a', [1])}`,
    });
    expect(baselineText(baselineOf(findings, (file) => `../${file}`))).toBe(`{
  "version": 1,
  "findings": [
    { "rule": "broken", "message": "twice", "file": "../a.yaml", "text": "x, first on line #" },
    { "rule": "unnamed", "message": "unnamed", "type": "Service", "namespace": "default", "name": "a", "field": "/spec/ports/[1]" },
    { "rule": "unnamed", "message": "unnamed", "type": "Service", "namespace": "default", "name": "b", "field": "/spec/ports/[80]" },
    { "rule": "unnamed", "message": "unnamed", "type": "Service", "namespace": "default", "name": "b", "field": "/spec/ports/[81]" }
  ]
}
`);
    expect(baselineText(new Map())).toBe('{\n  "version": 1,\n  "findings": []\n}\n');
  });

  test('lets its findings through wherever they went, and nothing else', async () => {
    const before = await run({ 'a.yaml': `${service('a', [1, 2])}---\n${service('b', [3])}`, 'z.yaml': twice });
    const baseline = baselineOf(before.findings);
    const moved = await run({
      'new/place.yaml': `# one\n\n---\n${service('b', [3])}---\n# more\n${service('a', [2, 1, 4])}`,
      'z.yaml': `# lower\n${twice}`,
    });
    const result = withBaseline(moved, baseline);
    expect(result.findings.map(({ message }) => message)).toEqual(['port 4 has no name']);
    expect(result.baselined).toHaveLength(4);
    expect(result.baselineGone).toBe(0);
  });

  test('goes by the file where no resource is there, or none with a name', async () => {
    const nameless = service('$' + '{NAME}', [80]);
    const before = await run({ 'a.yaml': twice, 'n.yaml': nameless });
    expect(before.findings.map(({ resource }) => resource?.name)).toEqual([undefined, '']);
    const baseline = baselineOf(before.findings);
    expect(withBaseline(await run({ 'a.yaml': twice, 'n.yaml': nameless }), baseline).findings).toEqual([]);
    expect(withBaseline(await run({ 'b.yaml': twice, 'm.yaml': nameless }), baseline).findings).toHaveLength(2);
  });

  test('counts: of three it lets two through when it knows two, and tells what is gone', async () => {
    const files = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}.yaml`, service('a', [80])]));
    const two = baselineOf((await run(files(2))).findings);
    expect([...two.values()].map(({ count }) => count)).toEqual([2]);
    expect(baselineText(two)).toContain('"count": 2 }');
    const three = withBaseline(await run(files(3)), two);
    expect(three.findings.map(({ location }) => location.file)).toEqual(['2.yaml']);
    expect(withBaseline(await run(files(1)), two)).toMatchObject({ findings: [], baselineGone: 1 });
    const one = baselineOf((await run(files(1))).findings);
    expect([...pruneBaseline(two, one).values()].map(({ count }) => count)).toEqual([1]);
    expect(pruneBaseline(one, two)).toEqual(one);
    expect([baselineExcess(two, one), baselineExcess(one, two)]).toEqual([1, 0]);
  });
});

describe('the file is checked when it is read', () => {
  const entry = '{ "rule": "r", "message": "m", "type": "Pod", "name": "n", "field": "/f" }';
  const whole = (...entries: string[]) =>
    `{\n  "version": 1,\n  "findings": [\n    ${entries.join(',\n    ')}\n  ]\n}\n`;

  test.each([
    ['', '1:1 the file is empty'],
    ['[]', '1:1 a mapping with "version" and "findings" is expected'],
    ['{"findings": []}', '1:1 "version": 1 is expected'],
    ['{"version": "1", "findings": []}', '1:13 "version": 1 is expected'],
    ['{"version": 2, "findings": []}', '1:13 this is version 2, from a newer meshvet; this one reads version 1'],
    ['{"version": 1}', '1:1 "findings" is a list of entries'],
    ['{"version": 1, "findings": {}}', '1:16 "findings" is a list of entries'],
    ['{"version": 1, "findings": [], "x": 1}', '1:37 there is no member "x" here'],
    ['{"version": 1, "version": 1, "findings": []}', '1:16 "version" stands here twice'],
    [whole('1'), '4:5 an entry is a mapping with "rule", "message" and what it is about'],
    [whole(entry, '{ "message": "m", "file": "f" }'), '5:7 this entry lacks "rule"'],
    [whole('{ "rule": "m", "file": "f" }'), '4:7 this entry lacks "message"'],
    [whole('{ "rule": "r", "message": "m" }'), '4:7 this entry lacks what it is about: "type" and "name", or "file"'],
    [whole(entry.replace('"r"', '1')), '4:15 "rule" is a text in quotes'],
    [
      whole(entry.replace('"type"', '"__proto__"')),
      '4:49 an entry has no member "__proto__"; it has rule, message, type, namespace, name, field, file, text and count',
    ],
    ...['0', '-1', '1.5', '"2"', '1e300', 'true'].map((count) => [
      whole(entry.replace('"/f"', `"/f", "count": ${count}`)),
      '4:88 "count" is a whole number of 1 or more',
    ]),
    [`{\n  "version": 1,\n<<<<<<< HEAD\n`, '3:1 a merge conflict is left here; keep the entries of both sides'],
  ])('%s', async (text, message) => {
    expect(await refusal(text as string)).toBe(message);
  });

  test('broken text is told with its place', async () => {
    expect(await refusal('{\n  "version": 1,\n  "findings": [ }\n')).toMatch(/^3:/);
    expect(await refusal('{ "version": 1, "findings": [')).toMatch(/^1:/);
    const bytes = await readBaseline({ path: 'b', text: '', problem: 'not-utf8' });
    expect(bytes).toEqual({ error: { message: 'the file is not UTF-8', line: 1, column: 1 } });
  });

  test('entries that a merge doubled count once, with the larger count', async () => {
    const baseline = await read(whole(entry, entry.replace('"/f"', '"/f", "count": 3'), entry));
    expect([...baseline.values()]).toEqual([
      { rule: 'r', message: 'm', type: 'Pod', name: 'n', field: '/f', count: 3 },
    ]);
  });

  test('a rule is known by its former names', async () => {
    const renamed = { ...unnamed, meta: { ...unnamed.meta, formerly: ['nameless', 'constructor'] } };
    const result = await readBaseline({ path: 'b', text: whole(entry.replace('"r"', '"nameless"')) }, [renamed]);
    expect('baseline' in result && [...result.baseline.values()].map(({ rule }) => rule)).toEqual(['unnamed']);
  });

  test('twenty thousand entries are read', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => entry.replace('"n"', `"n${i}"`));
    expect((await read(whole(...many))).size).toBe(20_000);
  });
});

const word = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b',
    '__proto__',
    'constructor',
    '\u0000\u001b[31m',
    '\u2028\ufeff\u007f',
    '"\\',
    '\ud800',
    '{{ x }}',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const finding: fc.Arbitrary<Finding> = fc
  .record({
    ruleId: fc.constantFrom('r', 's'),
    messageId: word,
    message: word,
    resource: fc.option(
      fc.record({
        apiVersion: fc.constantFrom('v1', 'apps/v1', 'apps/v2', '/'),
        kind: word,
        name: word,
        namespace: word,
      }),
    ),
    file: word,
    pointer: word,
    line: fc.nat(9),
  })
  .map(({ file, pointer, line, ...rest }) => ({
    ...rest,
    severity: 'error',
    why: '',
    fix: '',
    codes: [],
    location: { file, start: { line, column: 1 }, end: { line, column: 2 }, pointer },
    related: [],
    fingerprint: '',
  }));
const findings = fc.array(finding, { maxLength: 12 });

function resultOf(list: readonly Finding[]): LintResult {
  return {
    files: { read: 0, skipped: {} },
    notes: [],
    resources: 0,
    findings: list,
    suppressed: [],
    unusedSuppressions: [],
    undecided: [],
    failures: [],
  } as unknown as LintResult;
}

const total = (baseline: Iterable<readonly [string, BaselineEntry]>): number =>
  [...baseline].reduce((sum, [, { count }]) => sum + count, 0);

describe('laws', () => {
  test('what is written is read again, whatever stands in it', async () => {
    await fc.assert(
      fc.asyncProperty(findings, async (list) => {
        const baseline = baselineOf(list);
        const text = baselineText(baseline);
        expect(text).toMatch(/^[\n -~\u00a1-\u{10ffff}]*$/u);
        JSON.parse(text);
        const again = await read(text);
        expect([...again]).toEqual([...baseline]);
        expect(baselineText(again)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test('order decides nothing, and a baseline of all findings leaves none', () => {
    fc.assert(
      fc.property(findings, (list) => {
        const baseline = baselineOf(list);
        expect(baselineText(baselineOf([...list].reverse()))).toBe(baselineText(baseline));
        const result = withBaseline(resultOf([...list].reverse()), baseline);
        expect(result).toMatchObject({ findings: [], baselineGone: 0 });
        expect(result.baselined).toHaveLength(list.length);
      }),
    );
  });

  test('nothing is lost, and prune keeps exactly what is still let through', () => {
    fc.assert(
      fc.property(findings, findings, fc.array(fc.nat(11)), (old, fresh, kept) => {
        const baseline = baselineOf(old);
        const now = [...old.filter((_, i) => kept.includes(i)), ...fresh];
        const result = withBaseline(resultOf(now), baseline);
        expect(result.findings.length + (result.baselined?.length ?? 0)).toBe(now.length);
        expect(result.baselineGone).toBe(total(baseline) - (result.baselined?.length ?? 0));
        const pruned = pruneBaseline(baseline, baselineOf(now));
        expect(total(pruned)).toBe(result.baselined?.length);
        expect(withBaseline(resultOf(now), pruned)).toMatchObject({ findings: result.findings, baselineGone: 0 });
        expect(baselineExcess(baseline, pruned)).toBe(result.baselineGone);
      }),
    );
  });

  test('any text is a baseline or has a mistake with a place, and never throws', async () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"version"',
      ': 1',
      ',',
      '\n',
      '"findings"',
      ':',
      '"__proto__"',
      '&a',
      '*a',
      '"x"',
      '- ',
      '? ',
      '!!js ',
      '\t',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
        ),
        async (text) => {
          const result = await readBaseline({ path: 'b', text });
          if ('error' in result) expect(result.error.line).toBeGreaterThan(0);
          else expect(result.baseline.size).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});
