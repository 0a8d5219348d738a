import { applyEdits, type Config, defineRule, type Field, lint } from '@meshvet/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyEntry, deleteEntry, insertNumberItem, insertString, moveEntry } from './mapping-edit.ts';
import { isPlainText, replaceKey, replaceString, type ScalarEdit, writtenString } from './scalar-edit.ts';

/** The fields of a manifest, as rules see them. */
async function bodyOf(text: string): Promise<Field> {
  let body: Field | undefined;
  const rule = defineRule({
    meta: { id: 'x', summary: '', why: '', fix: '', severity: 'info', subject: 'resource', sources: [], messages: {} },
    examples: { bad: [], good: [] },
    check: ({ subject }) => {
      body ??= subject.body;
    },
  });
  const config: Config = { preset: 'all' };
  const { failures } = await lint([{ path: 'a.yaml', text }], { rules: [rule], config });
  expect(failures).toEqual([]);
  if (!body) throw new Error(`the text is no resource: ${text}`);
  return body;
}

const HEAD = 'apiVersion: v1\nkind: Thing\n';

/** What an edit makes of a manifest; undefined when there is none. */
async function after(text: string, edit: (body: Field) => ScalarEdit[]): Promise<string | undefined> {
  const edits = edit(await bodyOf(text));
  return edits.length === 0 ? undefined : applyEdits(text, edits);
}

const labels = (body: Field) => body.at('metadata').at('labels');
const annotations = (body: Field) => body.at('metadata').at('annotations');

describe('insertString', () => {
  test.each([
    ['before the first key', 'metadata:\n  labels:\n    a: b\n', 'metadata:\n  labels:\n    new: x\n    a: b\n'],
    [
      'before the comments of the first key',
      'metadata:\n  labels: # l\n\n    # a\n    a: b\n',
      'metadata:\n  labels: # l\n    new: x\n\n    # a\n    a: b\n',
    ],
    ['in brackets', 'metadata: { labels: { a: b } }\n', 'metadata: { labels: { new: x, a: b } }\n'],
    [
      'in brackets over several lines',
      'metadata:\n  labels: {\n    a: b\n  }\n',
      'metadata:\n  labels: {\n    new: x, a: b\n  }\n',
    ],
    ['in empty brackets', 'metadata: { labels: {} }\n', 'metadata: { labels: { new: x } }\n'],
    ['in a mapping that is made', 'metadata:\n  name: n\n', 'metadata:\n  labels:\n    new: x\n  name: n\n'],
    ['in a mapping that is made in brackets', 'metadata: { name: n }\n', 'metadata: { labels: { new: x }, name: n }\n'],
    [
      'in the indentation of its place',
      'metadata:\n      name: n\n',
      'metadata:\n      labels:\n        new: x\n      name: n\n',
    ],
    ['with CRLF', 'metadata:\r\n  labels:\r\n    a: b\r\n', 'metadata:\r\n  labels:\r\n    new: x\r\n    a: b\r\n'],
  ])('%s', async (_, before, expected) => {
    expect(await after(HEAD + before, (body) => insertString(labels(body), 'new', 'x'))).toBe(HEAD + expected);
  });

  test('makes all that is missing', async () => {
    expect(
      await after(`${HEAD}spec:\n  a: b\n`, (body) => insertString(body.at('spec').at('p').at('q'), 'k', 'v')),
    ).toBe(`${HEAD}spec:\n  p:\n    q:\n      k: v\n  a: b\n`);
  });

  test('in an item of a list, behind its dash', async () => {
    const text = `${HEAD}spec:\n  ports:\n    - port: 80\n      name: n\n`;
    const first = (body: Field) => body.at('spec').at('ports').items()[0] as Field;
    expect(await after(text, (body) => insertString(first(body), 'k', 'v'))).toBe(
      `${HEAD}spec:\n  ports:\n    - k: v\n      port: 80\n      name: n\n`,
    );
  });

  test('as JSON where all is JSON', async () => {
    const text = '{\n  "apiVersion": "v1",\n  "kind": "Thing",\n  "metadata": {"name": "n"}\n}\n';
    const edited = await after(text, (body) => insertString(labels(body), 'a.b/c', 'x'));
    expect(JSON.parse(edited ?? '').metadata).toEqual({ name: 'n', labels: { 'a.b/c': 'x' } });
  });

  test.each([
    ['a key with nothing behind it', 'metadata:\n  labels:\n'],
    ['a text', 'metadata: { labels: text }\n'],
    ['a placeholder', 'metadata:\n  labels: ${LABELS}\n'],
    ['an alias', 'metadata: { x: &x { a: b }, labels: *x }\n'],
    ['what a merge brings in', 'metadata:\n  x: &x { c: d }\n  labels:\n    <<: *x\n    a: b\n'],
    ['a comment in empty brackets', 'metadata:\n  labels: { # c\n  }\n'],
    ['a carriage return alone at the end of the line', 'metadata:\r  labels:\r    a: b\r'],
  ])('not into %s', async (_, text) => {
    expect(await after(HEAD + text, (body) => insertString(labels(body), 'new', 'x'))).toBeUndefined();
  });
});

describe('deleteEntry', () => {
  const key = (body: Field) => deleteEntry(labels(body).at('k'));
  test.each([
    [
      'with its line',
      'metadata:\n  labels:\n    a: b\n    k: v\n    c: d\n',
      'metadata:\n  labels:\n    a: b\n    c: d\n',
    ],
    ['first in brackets', 'metadata: { labels: { k: v, a: b } }\n', 'metadata: { labels: { a: b } }\n'],
    ['last in brackets', 'metadata: { labels: { a: b, k: v } }\n', 'metadata: { labels: { a: b } }\n'],
    ['and the mapping that it was all of', 'metadata:\n  labels:\n    k: v\n  name: n\n', 'metadata:\n  name: n\n'],
    ['and the brackets that it was all of', 'metadata: { labels: { k: v }, name: n }\n', 'metadata: { name: n }\n'],
    [
      'and the brackets that it was all of, with their line',
      'metadata:\n  labels: { k: v }\n  name: n\n',
      'metadata:\n  name: n\n',
    ],
    ['at the end of the file', 'metadata:\n  labels:\n    a: b\n    k: v', 'metadata:\n  labels:\n    a: b'],
    [
      'at the end of a file with CRLF',
      'metadata:\r\n  labels:\r\n    a: b\r\n    k: v',
      'metadata:\r\n  labels:\r\n    a: b',
    ],
  ])('%s', async (_, before, expected) => {
    expect(await after(HEAD + before, key)).toBe(HEAD + expected);
  });

  test.each([
    ['with a comment of its own', 'metadata:\n  labels:\n    a: b\n    k: v # why\n'],
    [
      'with a comment above it that would have nothing to say',
      'metadata:\n  labels:\n    # why\n    k: v\n  name: n\n',
    ],
    ['with a comment behind the mapping that it is all of', 'metadata:\n  labels: # why\n    k: v\n  name: n\n'],
    ['behind an anchor', 'metadata: { labels: { a: b, k: &x v } }\n'],
    ['before a comment in brackets', 'metadata:\n  labels: { a: b, # c\n    k: v }\n'],
    ['in several lines', 'metadata:\n  labels:\n    a: b\n    k: |\n      v\n'],
  ])('not %s', async (_, text) => {
    expect(await after(HEAD + text, key)).toBeUndefined();
  });
});

describe('moveEntry and copyEntry', () => {
  const move = (body: Field) => moveEntry(annotations(body).at('k'), labels(body));

  test('takes a comment along', async () => {
    const text = `${HEAD}metadata:\n  annotations:\n    k: "v"  # why\n    a: b\n  labels:\n    c: d\n`;
    expect(await after(text, move)).toBe(
      `${HEAD}metadata:\n  annotations:\n    a: b\n  labels:\n    k: "v" # why\n    c: d\n`,
    );
  });

  test('does not where brackets would be behind the comment', async () => {
    const text = `${HEAD}metadata:\n  annotations:\n    k: "v" # why\n    a: b\n  labels: { c: d }\n`;
    expect(await after(text, move)).toBeUndefined();
  });

  test('only names the mapping anew where that is all', async () => {
    const text = `${HEAD}metadata:\n  annotations: # here\n    # why\n    k: v\n`;
    expect(await after(text, move)).toBe(text.replace('annotations', 'labels'));
  });

  test('copies what is written, with the quotes that its new place needs', async () => {
    const text = `${HEAD}metadata:\n  annotations:\n    k: a, b\n  labels: { c: d }\n`;
    expect(await after(text, (body) => copyEntry(annotations(body).at('k'), labels(body)))).toBe(
      text.replace('{ c', '{ k: "a, b", c'),
    );
  });
});

describe('insertNumberItem', () => {
  const ports = (body: Field) => insertNumberItem(body.at('spec').at('ports'), 'containerPort', 9);
  test.each([
    ['- containerPort: 1\n', '- containerPort: 9\n'],
    ['    - name: a\n      containerPort: 1\n', '    - containerPort: 9\n'],
    ['    # first\n    - containerPort: 1\n', '    - containerPort: 9\n'],
  ])('before the first item %j', async (list, added) => {
    const text = `${HEAD}spec:\n  ports:\n${list.replaceAll(/^-/gm, '  -')}`;
    const expected = text.replace('ports:\n', `ports:\n${added.replaceAll(/^-/gm, '  -')}`);
    expect(await after(text, ports)).toBe(expected);
  });

  test('in brackets; not in an empty list, nor in one of texts', async () => {
    const text = (list: string) => `${HEAD}spec: { ports: ${list} }\n`;
    expect(await after(text('[{ containerPort: 1 }]'), ports)).toBe(
      text('[{ containerPort: 9 }, { containerPort: 1 }]'),
    );
    expect(await after(text('[ { containerPort: 1 } ]'), ports)).toBe(
      text('[ { containerPort: 9 }, { containerPort: 1 } ]'),
    );
    expect(await after(text('[]'), ports)).toBeUndefined();
    expect(await after(text('[a]'), ports)).toBeUndefined();
  });
});

describe('strings', () => {
  test('are plain only where every reader takes them for that string', async () => {
    const awkward = [
      'yes',
      'No',
      'on',
      'y',
      'null',
      '~',
      '1',
      '0755',
      '1e3',
      '.5',
      'a: b',
      '#x',
      '',
      ' a',
      "it's",
      '{',
      '-',
      '2024-01-01',
      'true',
      '*a',
      '&a',
      '!a',
      '%',
      '@',
      '`',
      'a\nb',
      'ä',
      'NaN',
      '0x1',
      '1_000',
      '12:30:00',
    ];
    for (const text of awkward) expect(isPlainText(text), text).toBe(false);
    for (const text of ['v1', 'cart', 'sidecar.istio.io/inject', 'a-b', 'x_y'])
      expect(isPlainText(text), text).toBe(true);
    const value = fc.oneof(fc.constantFrom(...awkward), fc.string());
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        for (const written of [`spec: { a: ${writtenString(text)}, b: c }`, `spec:\n  a: ${writtenString(text)}\n`]) {
          expect((await bodyOf(`${HEAD}${written}`)).at('spec').at('a').value).toBe(text);
        }
      }),
    );
  });

  test('and keys keep the quotes that they have', async () => {
    const value = (written: string, edit: (field: Field) => ScalarEdit[]) =>
      after(`${HEAD}spec: { ${written} }\n`, (body) => edit(body.at('spec').at('k')));
    for (const [before, expected] of [
      ['k: old', 'k: new'],
      ["k: 'old'", "k: 'new'"],
      ['k: "old"', 'k: "new"'],
    ] as const) {
      expect(await value(before, (field) => replaceString(field, 'new'))).toBe(`${HEAD}spec: { ${expected} }\n`);
    }
    expect(await value('k: old', (field) => replaceString(field, 'true'))).toBe(`${HEAD}spec: { k: "true" }\n`);
    expect(await value('k: !!str old', (field) => replaceString(field, 'new'))).toBeUndefined();
    expect(await value('"k": old', (field) => replaceKey(field, 'l'))).toBe(`${HEAD}spec: { "l": old }\n`);
  });
});
