import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSingle } from './read-single.ts';
import { SourceFile } from './source-file.ts';
import { yamlText } from './yaml-text.ts';

async function read(text: string): Promise<unknown> {
  const { document, problems } = await readSingle(new SourceFile('a.yaml', text));
  expect(problems).toEqual([]);
  return document?.value;
}

test('is in blocks, with quotes where they are needed', () => {
  const data = { a: 1, list: ['x', { b: true, c: [] }, [null, {}]], on: 'on', 'a b': { 'IST0101/host': 'off' } };
  expect(yamlText(data)).toBe(
    'a: 1\nlist:\n  - "x"\n  - b: true\n    c: []\n  - - null\n    - {}\n"on": "on"\n"a b":\n  IST0101/host: "off"\n',
  );
});

test('is read as what it was made of', async () => {
  const key = fc.oneof(fc.constantFrom('on', 'null', '1', '', '<<', 'a: b', '- a', '#'), fc.string());
  const scalar = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('mapping')),
    mapping: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  }));
  await fc.assert(
    fc.asyncProperty(value, async (data) => {
      const plain: unknown = JSON.parse(JSON.stringify(data));
      expect(JSON.parse(JSON.stringify(await read(yamlText({ plain }))))).toEqual({ plain });
    }),
  );
});
