import { describe, expect, test } from 'vitest';
import { defineRule, type Rule } from '../rule/define-rule.ts';
import type { Field } from '../source/field.ts';
import { fixFiles } from './fix-files.ts';

type Edits = (field: Field) => readonly { readonly start: number; readonly end: number; readonly text: string }[];

/** A rule that finds fields of `spec` by their value. */
function wordRule(id: string, found: RegExp, edits: Edits, suggested = false): Rule {
  return defineRule({
    meta: {
      id,
      summary: 's',
      why: 'w',
      fix: 'f',
      severity: 'warning',
      subject: 'resource',
      sources: [],
      messages: { found: 'found {value}' },
    },
    examples: { bad: [], good: [] },
    check({ subject, report }) {
      for (const [, field] of subject.body.at('spec').entries()) {
        const value = field.text();
        if (value === undefined || !found.test(value)) continue;
        report(field, 'found', { value }, { [suggested ? 'suggested' : 'edits']: edits(field) });
      }
    },
  });
}

const replaced =
  (text: string): Edits =>
  (field) => {
    const span = field.fullSpan();
    return span ? [{ ...span, text }] : [];
  };

const file = (path: string, ...words: string[]) => ({
  path,
  text: `apiVersion: v1\nkind: Thing\nmetadata: { name: x }\nspec:\n${words.map((w, i) => `  k${i}: ${w} # ${i}\n`).join('')}`,
});

const wordsOf = (text: string | undefined) => [...(text ?? '').matchAll(/k\d+: (\S+)/g)].map((match) => match[1]);

const after = (result: Awaited<ReturnType<typeof fixFiles>>, path = 'a.yaml') =>
  wordsOf(result.files.find((one) => one.path === path)?.after);

describe('fixFiles', () => {
  test('makes the edits, and answers with what is left', async () => {
    const rules = [wordRule('bad', /^bad$/, replaced('good')), wordRule('odd', /^odd$/, () => [])];
    const result = await fixFiles([file('a.yaml', 'bad', 'odd', 'bad'), file('b.yaml', 'fine')], { rules });
    expect(result.files.map(({ path, edits }) => [path, edits])).toEqual([['a.yaml', 2]]);
    expect(after(result)).toEqual(['good', 'odd', 'good']);
    expect(result.files[0]?.after).toContain('k0: good # 0\n');
    expect(result.result.findings.map((f) => f.ruleId)).toEqual(['odd']);
    expect(result.withdrawn).toEqual([]);
  });

  test('leaves suggested fixes out unless they are asked for', async () => {
    const setup = { rules: [wordRule('bad', /^bad$/, replaced('good'), true)] };
    expect((await fixFiles([file('a.yaml', 'bad')], setup)).files).toEqual([]);
    expect(after(await fixFiles([file('a.yaml', 'bad')], setup, { suggested: true }))).toEqual(['good']);
  });

  test('withdraws a fix that leaves its finding where it was, and makes the others', async () => {
    const rules = [wordRule('bad', /^bad/, (f) => replaced(f.key === 'k1' ? 'badder' : 'good')(f))];
    const result = await fixFiles([file('a.yaml', 'bad', 'bad', 'bad')], { rules });
    expect(after(result)).toEqual(['good', 'bad', 'good']);
    expect(result.withdrawn.map(({ finding, reason }) => [finding.location.pointer, reason])).toEqual([
      ['/spec/k1', 'the finding would still be there'],
    ]);
  });

  test('withdraws a fix that brings up another finding, and makes the others', async () => {
    const rules = [
      wordRule('bad', /^bad$/, (f) => replaced(f.key === 'k1' ? 'worse' : 'good')(f)),
      wordRule('worse', /^worse$/, () => []),
    ];
    const result = await fixFiles([file('a.yaml', 'bad', 'bad', 'bad'), file('b.yaml', 'bad', 'bad')], { rules });
    expect(after(result)).toEqual(['good', 'bad', 'good']);
    expect(after(result, 'b.yaml')).toEqual(['good', 'bad']);
    expect(result.withdrawn.map(({ reason }) => reason)).toEqual([
      'it would bring up worse: found worse',
      'it would bring up worse: found worse',
    ]);
  });

  test('withdraws a fix that reaches further than its edit', async () => {
    const rules = [wordRule('bad', /^bad$/, (f) => (f.key === 'k0' ? replaced('{ a: b')(f) : replaced('good')(f)))];
    const result = await fixFiles([file('a.yaml', 'bad', 'bad')], { rules });
    expect(after(result)).toEqual(['bad', 'good']);
    expect(result.withdrawn[0]?.reason).toBe('the file could not be read as before');
  });

  test('makes fixes that touch each other one after the other, the first finding first', async () => {
    const rules = [
      wordRule('a-rule', /^bad$/, replaced('better')),
      wordRule('b-rule', /^(?:bad|better)$/, replaced('best')),
    ];
    const result = await fixFiles([file('a.yaml', 'bad')], { rules });
    // The first fix leaves the second finding as it is, and that one has its turn.
    expect(after(result)).toEqual(['best']);
    expect(result.files[0]?.fixed.map((f) => f.ruleId)).toEqual(['a-rule', 'b-rule']);
    expect(result.rounds).toBe(2);
  });

  test('ends, whatever rules do: fixes that undo each other are withdrawn', async () => {
    const rules = [wordRule('ping', /^ping$/, replaced('pong')), wordRule('pong', /^pong$/, replaced('ping'))];
    const result = await fixFiles([file('a.yaml', 'ping', 'pong')], { rules });
    expect(result.files).toEqual([]);
    expect(result.withdrawn).toHaveLength(2);
  });

  test('ends for a fix that goes on for ever', async () => {
    const rules = [
      defineRule({
        ...wordRule('short', /^x{1,99}$/, () => []),
        check({ subject, report }) {
          const field = subject.body.at('spec').at('k0');
          const value = field.string() ?? '';
          report(subject.body.at('spec'), 'found', { value }, { edits: replaced(`${value}x`)(field) });
        },
      }),
    ];
    const result = await fixFiles([file('a.yaml', 'x')], { rules });
    expect(result.files).toEqual([]);
    expect(result.withdrawn[0]?.reason).toBe('the finding would still be there');
  });

  test('does not let a suppression come to mean something else', async () => {
    const text = `apiVersion: v1\nkind: Thing\nmetadata: { name: x }\nspec:\n  # meshvet-disable-next-line odd -- known\n  k0: odd\n  k1: bad\n`;
    const rules = [
      wordRule('bad', /^bad$/, (f) => {
        const at = f.document.source.text.indexOf('  k0');
        return [{ start: at, end: at, text: '  k9: odd\n' }, ...replaced('good')(f)];
      }),
      wordRule('odd', /^odd$/, () => []),
    ];
    const result = await fixFiles([{ path: 'a.yaml', text }], { rules });
    expect(result.files).toEqual([]);
    expect(result.withdrawn).toHaveLength(1);
  });

  test('fixes what is wanted, in files that may be changed', async () => {
    const setup = { rules: [wordRule('bad', /^bad$/, replaced('good'))] };
    const files = [file('a.yaml', 'bad', 'bad'), file('b.yaml', 'bad')];
    const result = await fixFiles(files, setup, {
      wanted: (finding) => finding.location.pointer !== '/spec/k0' || finding.location.file === 'b.yaml',
      mayEdit: (path) => path === 'a.yaml',
    });
    expect(result.files.map(({ path }) => path)).toEqual(['a.yaml']);
    expect(after(result)).toEqual(['bad', 'good']);
  });

  test('changes neither of two files that are shown by one path', async () => {
    const setup = { rules: [wordRule('bad', /^bad$/, replaced('good'))] };
    expect((await fixFiles([file('a.yaml', 'bad'), file('a.yaml', 'bad', 'x')], setup)).files).toEqual([]);
  });

  test('finds the one among many that must not be made', async () => {
    const rules = [
      wordRule('bad', /^bad$/, (f) => replaced(f.key === 'k37' ? 'worse' : 'good')(f)),
      wordRule('worse', /^worse$/, () => []),
    ];
    const words = Array.from({ length: 200 }, () => 'bad');
    const result = await fixFiles([file('a.yaml', ...words)], { rules });
    expect(after(result).filter((word) => word === 'bad')).toHaveLength(1);
    expect(result.withdrawn).toHaveLength(1);
    const again = await fixFiles([{ path: 'a.yaml', text: result.files[0]?.after ?? '' }], { rules });
    expect(again.files).toEqual([]);
  });

  // Each withdrawal looks at the file once: were it once a fix, this would not end within the limit of a test.
  test('ends for thousands of fixes that must not be made', async () => {
    const rules = [wordRule('bad', /^bad$/, replaced('worse')), wordRule('worse', /^worse$/, () => [])];
    const text = Array.from({ length: 1000 }, (_, i) => file('a', 'bad').text.replace('name: x', `name: x${i}`)).join(
      '---\n',
    );
    const result = await fixFiles([{ path: 'a.yaml', text }, file('b.yaml', 'fine')], { rules });
    expect(result.withdrawn).toHaveLength(1000);
  });
});
