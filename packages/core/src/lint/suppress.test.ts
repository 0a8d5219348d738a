import { describe, expect, test } from 'vitest';
import { defineRule } from '../rule/define-rule.ts';
import { yaml } from '../testing/yaml.ts';
import { lint } from './lint.ts';

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
    codes: ['IST0999'],
    sources: [],
    messages: { bad: '{key} is bad' },
  },
  examples: { bad: [], good: [] },
  check({ subject, report }) {
    for (const [key, field] of subject.labels.entries()) if (field.string() === 'bad') report(field, 'bad', { key });
  },
});

async function run(text: string) {
  const result = await lint([{ path: 'a.yaml', text }], { rules: [labelBad] });
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
