import { describe, expect, it } from 'vitest';
import { Field } from './field.ts';
import type { Problem } from './problem.ts';
import { readDocuments, readDocumentsNow } from './read-documents.ts';
import { DEFAULT_LIMITS, type ReadLimits } from './read-limits.ts';
import { SourceFile } from './source-file.ts';

const HEAD = 'apiVersion: v1\nkind: ConfigMap\n';

async function read(text: string, path = 'f.yaml', limits: ReadLimits = DEFAULT_LIMITS) {
  const source = new SourceFile(path, text);
  const result = await readDocuments(source, limits);
  const told = result.problems.map(({ kind, span, data }: Problem) => ({
    kind,
    text: text.slice(span.start, span.end),
    line: source.position(span.start).line,
    column: source.position(span.start).column,
    data,
  }));
  return { ...result, told, values: result.documents.map((document) => document.value), source };
}

describe('syntax', () => {
  it.each([
    ['a tab as indentation', 'data:\n\ta: b\n', '\t', 4, 1, /tab/],
    ['bad indentation', 'data:\n  a: 1\n b: 2\n', 'b: 2', 5, 2, /indentation/],
    ['an unclosed quote', 'data:\n  a: "x\n', '"', 4, 6, /quote is not closed/],
    ['an unclosed bracket', 'data: [a, b\n', 'b', 3, 11, /bracket/],
    ['text behind a quoted text', "data:\n  a: 'x' y\n", 'y', 4, 10, /after the end/],
    ['text behind brackets', 'data:\n  a: {b}/128\n', '/128', 4, 9, /after the end/],
    ['two colons on a line', 'data:\n  a: b: c\n', 'b', 4, 6, /second ": "/],
    ['a missing comma', 'data: {a: "x" b: "y"}\n', 'b', 3, 15, /comma/],
    ['a reserved character', 'data:\n  a: @x\n', '@', 4, 6, /must be quoted/],
    ['an unknown escape', 'data:\n  a: "\\q"\n', '\\q', 4, 7, /escape/],
    ['a null key', 'data:\n  ~: x\n', '~', 4, 3, /null/],
    ['a complex key', 'data:\n  ? [a]\n  : b\n', '[a]', 4, 5, /key/],
    ['.inf', 'data:\n  a: .inf\n', '.inf', 4, 6, /JSON/],
    ['a value that does not fit its tag', 'data:\n  a: !!int x\n', 'x', 4, 12, /tag/],
    ['an unknown alias', 'data:\n  a: *x\n', '*x', 4, 6, /no anchor &x/],
    ['an alias in its own anchor', 'data: &s\n  a: *s\n', '*s', 4, 6, /itself|stands in/],
    ['a merge of a text', 'data:\n  <<: x\n', 'x', 4, 7, /<</],
    ['a control character', 'data:\n  a: x\u0001y\n', '\u0001', 4, 7, /U\+0001/],
    ['a control character in a comment', '# \u007f\n', '\u007f', 3, 3, /U\+007F/],
    ['a tab on an empty line', 'data:\n  a: x\n\t\n', '\t', 5, 1, /tab/],
    ['a line separator in plain text', 'data:\n  a: x\u2028y\n', '\u2028', 4, 7, /U\+2028/],
  ])('%s', async (_, tail, text, line, column, reason) => {
    const { told, values } = await read(HEAD + tail);
    expect(told).toEqual([{ kind: 'syntax', text, line, column, data: { reason: expect.stringMatching(reason) } }]);
    expect(values).toEqual([]);
  });

  it('names one clause without a full stop', async () => {
    for (const tail of ['a: [', 'a: "', 'a: b: c', 'a: }', '? {', '"a', 'a: &x &y z', 'a: |x\n b', '- a', 'a: *']) {
      const { told } = await read(HEAD + tail);
      const reason = (told[0]?.data as { reason: string } | undefined)?.reason;
      expect(reason, tail).toMatch(/^\S.*[^.]$/);
    }
  });

  it('reads the documents before and after a broken one', async () => {
    const { told, values, documents } = await read(`${HEAD}a: 1\n---\n${HEAD}a: [\n---\n${HEAD}a: 3\n`);
    expect(values).toMatchObject([{ a: 1 }, { a: 3 }]);
    expect(documents.map((document) => document.index)).toEqual([0, 2]);
    expect(told).toMatchObject([{ kind: 'syntax', line: 7 }]);
  });

  it('refuses a document that begins on the line of its separator, and a directive', async () => {
    const separator = await read(`${HEAD}--- {a: b}\n`);
    expect(separator.told).toMatchObject([{ kind: 'syntax', text: '{a: b}', line: 3, column: 5 }]);
    const directive = await read(`# c\n%YAML 1.2\n---\n${HEAD}`);
    expect(directive.told).toMatchObject([{ kind: 'syntax', text: '%YAML 1.2', line: 2 }]);
    expect(directive.values).toHaveLength(1);
  });

  it('is not told of files that are not for Kubernetes', async () => {
    const { told, skipped } = await read('name: [\n# of that kind\n');
    expect(told).toEqual([]);
    expect(skipped).toEqual(['notKubernetes']);
  });

  it('tells of a single brace that is no template', async () => {
    const { told, values } = await read(`${HEAD}---\n${HEAD}---\n${HEAD}data:\n  cidr: {IPv6}/128\n`);
    expect(values).toHaveLength(2);
    expect(told).toMatchObject([{ kind: 'syntax', line: 10, text: '/128' }]);
  });
});

describe('what kubectl takes and libraries do not', () => {
  it.each([
    [
      'a bracket closed at the column of the parent',
      'data:\n  a: [\n    x, # one\n  "y" ]\n  b: {\n  c: "d\n  e"\n}\n',
      { a: ['x', 'y'], b: { c: 'd e' } },
    ],
    ['a quoted text that goes on less indented', "data:\n  a: 'x\n y\n\n  it''s'\n", { a: "x y\nit's" }],
    ['a double-quoted text that goes on less indented', 'data:\n  a: "x\\\n y\\n\n z"\n', { a: 'xy\n z' }],
    [
      'a plain text in brackets that ends in a colon',
      'data: {a: [::1, fe80::], "b":[1]}\n',
      { a: ['::1', 'fe80::'], b: [1] },
    ],
    [
      'empty lines behind an escaped line break',
      'data:\n  a: "a\\\n\n  b"\n  b: "a\\\\\n\n  b"\n',
      { a: 'a\nb', b: 'a\\\nb' },
    ],
    ['a tab inside brackets', 'data: [\n\t  a\n]\n', ['a']],
    ['carriage returns alone', 'data:\n  a: 1\n  b: |\n    x\n    y\n'.replaceAll('\n', '\r'), { a: 1, b: 'x\ny\n' }],
  ])('%s', async (_, tail, data) => {
    const { told, values } = await read(HEAD + tail);
    expect(told).toEqual([]);
    expect(values).toMatchObject([{ data }]);
  });

  it('finds brackets behind an anchor', async () => {
    const { told, values } = await read(`${HEAD}data: &d {a: 1\n2, b: [\n3]}\n`);
    expect(told).toEqual([]);
    expect(values).toMatchObject([{ data: { a: '1 2', b: [3] } }]);
  });

  it('does not take a block of text for brackets', async () => {
    const { told } = await read(`${HEAD}data:\n  a: |\n    if {\n    }\n  b: [\n`);
    expect(told).toMatchObject([{ kind: 'syntax' }]);
  });
});

describe('duplicate-key', () => {
  it('tells the later key, and takes its value', async () => {
    const text = `${HEAD}data:\n  a: 1\n  "a": 2\n  a: 3\n`;
    const { told, values } = await read(text);
    expect(values).toMatchObject([{ data: { a: 3 } }]);
    const first = { start: text.indexOf('a: 1'), end: text.indexOf('a: 1') + 1 };
    expect(told).toEqual([
      { kind: 'duplicate-key', text: '"a"', line: 5, column: 3, data: { key: 'a', first } },
      { kind: 'duplicate-key', text: 'a', line: 6, column: 3, data: { key: 'a', first } },
    ]);
  });

  it('is told in JSON, for keys that become the same, and not in files that are not for Kubernetes', async () => {
    expect((await read('{"apiVersion":"v1","kind":"A","a":1,"a":2}')).told).toMatchObject([
      { text: '"a"', column: 37 },
    ]);
    expect((await read(`${HEAD}data: {yes: 1, on: 2}`)).told).toMatchObject([{ text: 'on', data: { key: 'true' } }]);
    expect((await read('kind: x\na: 1\na: 2\n')).told).toEqual([]);
  });

  it('keeps __proto__ and constructor as plain keys', async () => {
    const { told, values } = await read(`${HEAD}data: {__proto__: {x: 1}, constructor: 1, toString: 2, __proto__: 3}`);
    const data = (values[0] as { data: object }).data;
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(Object.keys(data)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.entries(data)[0]).toEqual(['__proto__', 3]);
    expect(told).toMatchObject([{ kind: 'duplicate-key', data: { key: '__proto__' } }]);
  });
});

describe('after-end', () => {
  it('tells where the text begins that kubectl drops', async () => {
    const { told, values } = await read(`${HEAD}a: 1\n... # end\n# more\na: 2\nb: 3\n---\n${HEAD}a: 3\n`);
    expect(values).toMatchObject([{ a: 1 }, { a: 3 }]);
    expect(told).toEqual([{ kind: 'after-end', text: 'a: 2', line: 6, column: 1, data: {} }]);
  });

  it('minds neither comments nor separators', async () => {
    const { told, values } = await read(`${HEAD}a: 1\n...\n# c\n---\n...\n---\n${HEAD}`);
    expect(told).toEqual([]);
    expect(values).toHaveLength(2);
  });
});

describe('merge-order', () => {
  it('tells of a written key that a later merge replaces', async () => {
    const text = `${HEAD}base: &b {x: 1, z: 2, same: [1]}\ndata:\n  x: 5\n  same: [1]\n  <<: *b\n  z: 3\n`;
    const { told, values, documents } = await read(text);
    expect(values).toMatchObject([{ data: { x: 1, z: 3, same: [1] } }]);
    const written = { start: text.indexOf('x: 5'), end: text.indexOf('x: 5') + 1 };
    expect(told).toEqual([{ kind: 'merge-order', text: '<<', line: 7, column: 3, data: { key: 'x', written } }]);
    // The 5 is not the value of x any more: what is shown for it is the merge.
    const document = documents[0];
    if (!document) throw new Error('no document');
    const x = new Field(document, document.value).at('data').at('x');
    expect(x.number()).toBe(1);
    expect(text.slice(x.span().start, x.span().end)).toBe('<<');
  });

  it('lets the first of a list win, and says nothing when all keys are written later', async () => {
    const { told, values } = await read(
      `${HEAD}b: [&p {x: 1}, &q {x: 2, w: 2}]\ndata:\n  <<: [*p, *q, {v: 3, w: 4}]\n  x: 9\n`,
    );
    expect(told).toEqual([]);
    expect(values).toMatchObject([{ data: { x: 9, w: 2, v: 3 } }]);
  });
});

describe('bomb', () => {
  const laughs = (levels: number) => {
    let text = `${HEAD}l0: &l0 [x, x, x, x, x, x, x, x, x]\n`;
    for (let i = 1; i <= levels; i++)
      text += `l${i}: &l${i} [${Array(9)
        .fill(`*l${i - 1}`)
        .join(', ')}]\n`;
    return text;
  };

  it('tells of aliases that multiply', async () => {
    const { told, values } = await read(laughs(20));
    expect(values).toEqual([]);
    expect(told).toMatchObject([{ kind: 'bomb', data: { limit: 'aliases' } }]);
  });

  it('lets a few multiply', async () => {
    expect((await read(laughs(3))).values).toHaveLength(1);
  });

  it('tells of deep nesting, however it is written', async () => {
    for (const depth of [101, 102, 103, 110, 500, 5000]) {
      const flow = await read(`${HEAD}a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`);
      expect(flow.told).toMatchObject([{ kind: 'bomb', data: { limit: 'depth' } }]);
    }
    expect((await read(`${HEAD}a: ${'['.repeat(99)}${']'.repeat(99)}\n`)).values).toHaveLength(1);
    expect((await read(`${HEAD}a: ${'['.repeat(100)}${']'.repeat(100)}\n`)).told).toMatchObject([{ kind: 'bomb' }]);
  });

  it('keeps to limits that are given', async () => {
    const limits = { depth: 3, expanded: 10 };
    expect((await read(`${HEAD}a: {b: {c: {d: 1}}}`, 'f.yaml', limits)).told).toMatchObject([{ kind: 'bomb' }]);
    expect((await read(`${HEAD}a: &a [1, 2, 3]\nb: [*a, *a]`, 'f.yaml', limits)).told).toMatchObject([
      { kind: 'bomb' },
    ]);
  });
});

describe('files that are passed over', () => {
  it.each([
    ['', 'empty'],
    ['# apiVersion\n---\n\n--- # kind\n...\n', 'empty'],
    ['a: [1', 'notKubernetes'],
    [`${HEAD}a: {{ .Values.a }}\n`, 'template'],
    [`{{- if .Values.a }}\n${HEAD}{{- end }}\n`, 'template'],
    [`${HEAD}---\n{{ range .Values.kind }}\n${HEAD}---\n{{ end }}\n`, 'template'],
    [`${HEAD}{% if a %}\na: 1\n{% endif %}\n`, 'template'],
    [`${HEAD}a:\n<% b.each do |c| %>\n- <%= c %>\n<% end %>\n`, 'template'],
    ['{"apiVersion": "v1", "kind": {{ kind }}}', 'template'],
    [`${HEAD}a: [\${A}, \${B}]\n`, 'template'],
  ])('%j', async (text, reason) => {
    const result = await read(text);
    expect(result).toMatchObject({ documents: [], problems: [], skipped: [reason] });
  });

  it('reads braces that are text', async () => {
    const { values, skipped } = await read(`${HEAD}a: "{{ x }}"\nb: |\n  {{ if }}\nc: x-{{ y }}\n`);
    expect(values).toMatchObject([{ a: '{{ x }}', b: '{{ if }}\n', c: 'x-{{ y }}' }]);
    expect(skipped).toEqual([]);
  });

  it('reads a kustomization that names neither apiVersion nor kind', async () => {
    for (const path of ['kustomization.yaml', 'a/kustomization.yml', 'b/Kustomization']) {
      expect((await read('resources: [a]\n', path)).values).toEqual([{ resources: ['a'] }]);
    }
  });
});

describe('json', () => {
  it('reads values that stand one after the other', async () => {
    const { values, told, source, documents } = await read(
      '{"apiVersion":"v1","kind":"A"}\n{"apiVersion":"v1","kind":"B}"}{"kind":"C"}',
    );
    expect(values).toMatchObject([{ kind: 'A' }, { kind: 'B}' }, { kind: 'C' }]);
    expect(told).toEqual([]);
    expect(source.text.slice(documents[1]?.start, documents[1]?.end)).toBe('{"apiVersion":"v1","kind":"B}"}');
  });
});

describe('without the slow reader', () => {
  it('answers for what needs none', () => {
    expect(readDocumentsNow(new SourceFile('f.yaml', HEAD))?.documents).toHaveLength(1);
    expect(readDocumentsNow(new SourceFile('f.yaml', `${HEAD}a: [`))).toBeUndefined();
  });
});

describe('what kubectl takes and the libraries do not', () => {
  it('beside a block of text that only looks like brackets', async () => {
    const text = [
      'apiVersion: v1',
      'kind: A',
      'args: ["',
      '  echo one;',
      '"]',
      'list:',
      '- text: |',
      '    {',
      '      "a": [',
      '        {"b": 1}',
      '      ]',
      '    }',
      '  after: {',
      '    c: 1',
      '}',
      '- >',
      '  [',
      '  x',
      'last: [',
      '  1',
      ']',
      '',
    ].join('\n');
    const { documents, problems } = await readDocuments(new SourceFile('a.yaml', text));
    expect(problems).toEqual([]);
    expect(documents[0]?.value).toMatchObject({
      args: [' echo one; '],
      list: [{ text: '{\n  "a": [\n    {"b": 1}\n  ]\n}\n', after: { c: 1 } }, '[ x\n'],
      last: [1],
    });
  });
});
