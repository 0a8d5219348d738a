import { describe, expect, it } from 'vitest';
import { readSingle } from './read-single.ts';
import { SourceFile } from './source-file.ts';

describe('readSingle', () => {
  it.each([
    ['a: 1\n', { a: 1 }],
    ['{"a": [1, {"b": null}]}', { a: [1, { b: null }] }],
    ['\uFEFF---\na: off\n', { a: false }],
    // What the fast reader leaves to the full one.
    ['? a\n: b\n', { a: 'b' }],
    ['a: {{ x }}\n', undefined],
    ['', undefined],
    ['# nothing\n---\n# here\n', undefined],
    // Nothing at all behind the header of a block.
    ['a: |', { a: '' }],
    ['a: >-2', { a: '' }],
  ])('%j', async (text, value) => {
    const { document } = await readSingle(new SourceFile('a.yaml', text));
    expect(document?.value).toEqual(value);
  });

  it.each([
    ['a: 1\na: 2\n', 'duplicate-key', 'a', 5],
    ['a: 1\n---\n# c\nb: 2\n', 'syntax', '# c', 9],
    ['a: 1\n--- b\n', 'syntax', 'b', 9],
    ['--- b\na: 1\n', 'syntax', 'b', 4],
    ['a: 1\n...\nb: 2\n', 'after-end', 'b: 2', 9],
    ['a: &x {b: 1}\nc: {b: 2, <<: *x}\n', 'merge-order', '<<', 23],
    ['a: [1\n', 'syntax', '1', 4],
    ['a: *x\n', 'syntax', '*x', 3],
  ])('%j has %s at %j', async (text, kind, written, start) => {
    const { problems } = await readSingle(new SourceFile('a.yaml', text));
    expect(problems.map((problem) => problem.kind)).toEqual([kind]);
    const { span } = problems[0] as (typeof problems)[0];
    expect([text.slice(span.start, span.end), span.start]).toEqual([written, start]);
  });

  it('stops at aliases that multiply', async () => {
    const lines = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`);
    const { document, problems } = await readSingle(new SourceFile('a.yaml', ['a0: &a0 [x]', ...lines].join('\n')));
    expect(document).toBeUndefined();
    expect(problems.map((problem) => problem.kind)).toEqual(['bomb']);
  });
});
