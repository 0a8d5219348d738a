import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineRule } from '../rule/define-rule.ts';
import { yaml } from '../testing/yaml.ts';
import { type LintSetup, lint } from './lint.ts';
import { isDay } from './suppression-text.ts';

// Speaks of every label whose value is "bad".
const labelBad = defineRule({
  meta: {
    id: 'label-bad',
    formerly: ['label-worse'],
    summary: 'x.',
    why: 'x.',
    fix: 'x.',
    severity: 'warning',
    subject: 'resource',
    codes: ['IST0999/label', 'KIA0999'],
    sources: [],
    messages: { bad: '{key} is bad' },
  },
  examples: { bad: [], good: [] },
  check({ subject, report }) {
    for (const [key, field] of subject.labels.entries()) if (field.string() === 'bad') report(field, 'bad', { key });
  },
});

// Speaks of one label, and no other tool has a code for it.
const noCode = defineRule({
  meta: {
    id: 'label-own',
    summary: 'x.',
    why: 'x.',
    fix: 'x.',
    severity: 'warning',
    subject: 'resource',
    sources: [],
    messages: { own: '{key} is own' },
  },
  examples: { bad: [], good: [] },
  check({ subject, report }) {
    for (const [key, field] of subject.labels.entries()) if (field.string() === 'own') report(field, 'own', { key });
  },
});

async function run(text: string, more: Pick<LintSetup, 'today' | 'config'> = {}) {
  const result = await lint([{ path: 'a.yaml', text }], { rules: [labelBad, noCode], ...more });
  return {
    findings: result.findings.map((f) => f.message),
    suppressed: result.suppressed.map((f) => `${f.message}${f.suppression.reason && ` -- ${f.suppression.reason}`}`),
    unused: result.unusedSuppressions.map((u) => `${u.location.start.line}: ${u.message}`),
  };
}

const labels = (a: string, b: string) => yaml`
  apiVersion: v1
  kind: Namespace
  metadata:
    name: shop
    labels:
      ${a}
      ${b}
`;

describe('the comment that silences a finding', () => {
  const rows: [comment: string, at: 'line' | 'before', silenced: boolean][] = [
    ['# meshvet-disable-line label-bad -- known', 'line', true],
    ['# meshvet-disable label-bad -- known', 'line', true],
    ['# meshvet-disable-line label-bad', 'line', true],
    ['#meshvet-disable-line label-bad', 'line', true],
    ['# meshvet-disable-line other, label-bad', 'line', true],
    ['# meshvet-disable-line label-worse', 'line', true],
    ['# meshvet-disable-line IST0999', 'line', true],
    ['# meshvet-disable-line ist0999', 'line', true],
    ['# meshvet-disable-line *', 'line', true],
    ['# meshvet-disable-line', 'line', false],
    ['# meshvet-disable-line -- no rule named', 'line', false],
    ['# meshvet-disable-line label-baddest', 'line', false],
    ['# meshvet-disabled-line label-bad', 'line', false],
    ['# meshvet-disable-next-line label-bad', 'line', false],
    ['# meshvet-disable-next-line label-bad -- known', 'before', true],
    ['# meshvet-disable-line label-bad', 'before', false],
    ['# meshvet-disable-document label-bad', 'before', true],
    ['# meshvet-disable-file label-bad', 'before', true],
  ];
  for (const [comment, at, silenced] of rows) {
    test(`${comment} (${at})`, async () => {
      const text = at === 'line' ? labels(`a: bad ${comment}`, 'b: good') : labels(comment, 'a: bad');
      const { findings, suppressed } = await run(text);
      expect(findings).toEqual(silenced ? [] : ['a is bad']);
      expect(suppressed).toHaveLength(silenced ? 1 : 0);
    });
  }

  test('keeps its reason', async () => {
    expect(
      (await run(labels('a: bad # meshvet-disable-line label-bad -- it is -- known', 'b: good'))).suppressed,
    ).toEqual(['a is bad -- it is -- known']);
  });

  test('next-line reaches over comments and empty lines between', async () => {
    expect(
      (await run(labels('# meshvet-disable-next-line label-bad\n      # and this is why', 'a: bad'))).findings,
    ).toEqual([]);
  });

  test('document covers its own document, file all of them', async () => {
    const two = (comment: string) => `${labels(comment, 'a: bad')}---\n${labels('b: bad', 'c: good')}`;
    expect((await run(two('# meshvet-disable-document label-bad'))).findings).toEqual(['b is bad']);
    expect((await run(two('# meshvet-disable-file label-bad'))).findings).toEqual([]);
  });

  test('text in a block scalar, a quoted string or behind no blank is none', async () => {
    const text = yaml`
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: x
        labels: { a: bad }
      data:
        x: |
          # meshvet-disable-file label-bad
        y: "
          # meshvet-disable-file label-bad"
        z: a# meshvet-disable-file label-bad
    `;
    expect(await run(text)).toEqual({ findings: ['a is bad'], suppressed: [], unused: [] });
  });

  test('one that silences nothing is told, and so is one that names no rule there is', async () => {
    expect((await run(labels('a: good # meshvet-disable-line label-bad', 'b: good'))).unused).toEqual([
      '6: This suppression of label-bad silences nothing.',
    ]);
    expect((await run(labels('a: good # meshvet-disable-line label-bat', 'b: good'))).unused).toEqual([
      '6: There is no rule "label-bat"; did you mean "label-bad"?',
    ]);
    expect((await run(labels('a: bad # meshvet-disable-line', 'b: good'))).unused[0]).toMatch(/names its rules/);
  });
});

describe('a day on which a suppression ends', () => {
  const rows: [comment: string, today: string | undefined, silenced: boolean, told: RegExp | undefined][] = [
    ['label-bad until=2026-10-31 -- soon', '2026-10-30', true, undefined],
    ['label-bad until=2026-10-31 -- soon', '2026-10-31', true, undefined],
    ['label-bad until=2026-10-31 -- soon', '2026-11-01', false, /of label-bad ended with 2026-10-31/],
    ['label-bad until=2026-10-31 -- soon', undefined, true, undefined],
    ['until=2026-10-31, label-bad', '2027-01-01', false, /ended/],
    ['label-bad -- until=2026-10-31 soon', '2027-01-01', false, /ended/],
    ['label-bad until=2026-02-29', '2020-01-01', false, /"until=2026-02-29" is no day/],
    ['label-bad until=tomorrow', undefined, false, /"until=tomorrow" is no day/],
    ['label-bad until=', undefined, false, /is no day/],
    ['until=2099-01-01', undefined, false, /names its rules/],
  ];
  test.each(rows)('%s, seen on %s', async (words, today, silenced, told) => {
    for (const text of [
      labels(`a: bad # meshvet-disable-line ${words}`, 'b: good'),
      labels('a: bad', 'b: good').replace('  labels:', `  annotations: { meshvet/ignore: '${words}' }\n  labels:`),
    ]) {
      const result = await run(text, today === undefined ? {} : { today });
      expect(result.findings).toEqual(silenced ? [] : ['a is bad']);
      expect(result.unused).toEqual(told ? [expect.stringMatching(told)] : []);
    }
  });

  test('is told also where there is nothing to silence, and its reason is kept without it', async () => {
    const text = labels('a: good # meshvet-disable-line label-bad until=2026-10-31', 'b: good');
    expect((await run(text, { today: '2027-01-01' })).unused).toEqual([expect.stringMatching(/^6: .* ended/)]);
    const kept = labels('a: bad # meshvet-disable-line label-bad -- see  x until=2026-10-31 and y', 'b: good');
    expect((await run(kept)).suppressed).toEqual(['a is bad -- see x and y']);
  });

  test('is one of the calendar', () => {
    const days = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(fc.property(days, (date) => isDay(date.toISOString().slice(0, 10))));
    const digits = fc.tuple(fc.integer({ min: 1900, max: 2100 }), fc.nat(40), fc.nat(40));
    fc.assert(
      fc.property(digits, ([year, month, day]) => {
        const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
        const date = new Date(`${text}T00:00:00Z`);
        const real = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
        return isDay(text) === real;
      }),
      { numRuns: 2000 },
    );
  });
});

describe('requireReasons', () => {
  const config = { requireReasons: true };
  const rows: [comment: string, silenced: boolean][] = [
    ['label-bad -- known', true],
    ['label-bad', false],
    ['label-bad --', false],
    ['* -- until=2099-01-01', false],
  ];
  test.each(rows)('%s', async (words, silenced) => {
    const result = await run(labels(`a: bad # meshvet-disable-line ${words}`, 'b: good'), { config });
    expect(result.findings).toEqual(silenced ? [] : ['a is bad']);
    expect(result.unused).toEqual(silenced ? [] : [expect.stringMatching(/requires a reason/)]);
  });

  test('the annotations of other tools have none, which is told where it matters', async () => {
    const annotated = (label: string) =>
      labels(label, 'b: good').replace(
        '  labels:',
        '  annotations: { kiali.io/ignore-validations: KIA0999 }\n  labels:',
      );
    expect(await run(annotated('a: bad'), { config })).toEqual({
      findings: ['a is bad'],
      suppressed: [],
      unused: [expect.stringContaining('meshvet/ignore: KIA0999 -- reason')],
    });
    expect((await run(annotated('a: good'), { config })).unused).toEqual([]);
  });
});

describe('the annotation that silences findings', () => {
  const IGNORE = 'meshvet/ignore';
  const ISTIO = 'galley.istio.io/analyze-suppress';
  const KIALI = 'kiali.io/ignore-validations';
  const rows: [key: string, value: string, left: string[], told: number][] = [
    [IGNORE, 'label-bad', ['o is own'], 0],
    [IGNORE, 'label-bad, label-own -- known', [], 0],
    [IGNORE, 'label-worse ist0999', ['o is own'], 0],
    [IGNORE, '* -- all of it', [], 0],
    [IGNORE, 'IST0999', ['o is own'], 0],
    [IGNORE, 'IST0111', ['a is bad', 'o is own'], 1],
    [IGNORE, 'nothing-such', ['a is bad', 'o is own'], 1],
    [IGNORE, '', ['a is bad', 'o is own'], 1],
    [ISTIO, 'IST0999', ['o is own'], 0],
    [ISTIO, 'IST0001,IST0999', ['o is own'], 0],
    [ISTIO, '*', ['o is own'], 0],
    [ISTIO, 'IST0001', ['a is bad', 'o is own'], 0],
    [ISTIO, 'KIA0999', ['a is bad', 'o is own'], 0],
    [ISTIO, 'label-bad', ['a is bad', 'o is own'], 0],
    [ISTIO, '', ['a is bad', 'o is own'], 0],
    [KIALI, '', ['o is own'], 0],
    [KIALI, 'KIA0001, KIA0999', ['o is own'], 0],
    [KIALI, 'KIA0001', ['a is bad', 'o is own'], 0],
    [KIALI, 'IST0999', ['a is bad', 'o is own'], 0],
    [KIALI, 'label-own', ['a is bad', 'o is own'], 0],
  ];
  test.each(rows)('%s: "%s"', async (key, value, left, told) => {
    const text = `${labels('a: bad', 'o: own').replace('  labels:', `  annotations: { ${key}: "${value}" }\n  labels:`)}---\n${labels('x: bad', 'y: good')}`;
    const { findings, unused } = await run(text);
    expect(findings).toEqual([...left, 'x is bad']);
    expect(unused).toHaveLength(told);
  });

  test('tells its place and its reason', async () => {
    const text = labels('a: bad', 'b: good').replace(
      '  labels:',
      '  annotations:\n    meshvet/ignore: label-bad -- known\n  labels:',
    );
    const { suppressed } = await lint([{ path: 'a.yaml', text }], { rules: [labelBad] });
    expect(suppressed.map(({ suppression }) => suppression)).toEqual([
      {
        reason: 'known',
        location: {
          file: 'a.yaml',
          start: { line: 6, column: 5 },
          end: { line: 6, column: 19 },
          pointer: '/metadata/annotations/meshvet~1ignore',
        },
      },
    ]);
  });

  test('is that of the object: not of its pods, not of another file', async () => {
    const deployment = (own: string, pods: string) => yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: cart
        labels: { a: bad }
        annotations: { ${own} }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart }, annotations: { ${pods} } }
          spec: { containers: [{ name: a, image: a }] }
    `;
    expect((await run(deployment('meshvet/ignore: label-bad', ''))).findings).toEqual([]);
    expect((await run(deployment('', 'meshvet/ignore: label-bad'))).findings).toEqual(['a is bad']);
    const files = [
      { path: 'a.yaml', text: deployment('meshvet/ignore: label-bad', '') },
      { path: 'b.yaml', text: deployment('', '') },
    ];
    const { findings, unusedSuppressions } = await lint(files, { rules: [labelBad] });
    expect(findings.map(({ location }) => location.file)).toEqual(['b.yaml']);
    expect(unusedSuppressions).toEqual([]);
  });

  test('a value that a later step fills in says nothing', async () => {
    const text = labels('a: bad', 'b: good').replace(
      '  labels:',
      "  annotations: { meshvet/ignore: '{{ .Values.ignore }}', kiali.io/ignore-validations: '${IGNORED}' }\n  labels:",
    );
    expect(await run(text)).toEqual({ findings: ['a is bad'], suppressed: [], unused: [] });
  });
});

test('a suppression of very many names ends, and is told in few words', async () => {
  const names = Array.from({ length: 200_000 }, (_, i) => `no-${i}`).join(' ');
  const { unused, findings } = await run(labels(`a: bad # meshvet-disable-line ${names}`, 'b: good'));
  expect(findings).toEqual(['a is bad']);
  expect(unused).toEqual(['6: There is no rule "no-0".']);
  const known = Array.from({ length: 50_000 }, () => 'label-own').join(',');
  const told = (await run(labels(`a: bad # meshvet-disable-line ${known} ${'x'.repeat(100_000)}`, 'b: good')))
    .unused[0];
  expect(told?.length).toBeLessThan(200);
  const idle = (await run(labels(`a: bad # meshvet-disable-line ${known}`, 'b: good'))).unused;
  expect(idle).toEqual([
    expect.stringMatching(/of label-own, (?:label-own, ){3}label-own and 49995 more silences nothing/),
  ]);
});

test('comments and findings by the ten thousand are matched in the time of one pass', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `    k${i}: bad # meshvet-disable-line label-bad -- ${i}\n`);
  const wide = Array.from({ length: 20_000 }, () => '# meshvet-disable-file label-own label-bad\n');
  const text = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: x\n  labels:\n${lines.join('')}${wide.join('')}`;
  const { suppressed, unused } = await run(text);
  expect(suppressed).toHaveLength(20_000);
  expect(suppressed[19_999]).toMatch(/^k(\d+) is bad -- \1$/);
  expect(unused).toEqual([]);
}, 10_000);
