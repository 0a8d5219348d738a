import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusedEdit } from './refused-edit.ts';

const HEAD = 'apiVersion: v1\nkind: Service\n';

/** Puts a text in the place of the first other one. */
function edit(text: string, old: string, inserted: string) {
  const start = text.indexOf(old);
  expect(start).toBeGreaterThanOrEqual(0);
  return { start, end: start + old.length, text: inserted };
}

async function refused(text: string, ...changes: [old: string, inserted: string][]): Promise<string | undefined> {
  return refusedEdit(
    'a.yaml',
    text,
    changes.map(([old, inserted]) => edit(text, old, inserted)),
  );
}

describe('refusedEdit', () => {
  test('lets a value, a key, a new entry, a new mapping and a new item pass', async () => {
    const text = `${HEAD}metadata: { name: a }\nspec:\n  ports:\n    - port: 80\n      name: x\n  flag: yes\n`;
    expect(await refused(text, ['yes', '"yes"'])).toBeUndefined();
    expect(await refused(text, ['flag', 'flog'])).toBeUndefined();
    expect(await refused(text, ['ports', 'doors'])).toBeUndefined();
    expect(await refused(text, ['yes', '{ a: b }'])).toBeUndefined();
    expect(await refused(text, ['      name: x\n', ''])).toBeUndefined();
    expect(await refused(text, ['{ name: a }', '{ labels: { a: b }, name: a }'])).toBeUndefined();
    expect(await refused(text, ['    - port: 80\n', '    - port: 81\n    - port: 80\n'])).toBeUndefined();
  });

  test('refuses what the file cannot be read with', async () => {
    const text = `${HEAD}metadata: { name: a }\n`;
    expect(await refused(text, ['{ name', '{ {{ name'])).toMatch(/could not be read/);
    expect(await refused(text, ['{ name: a }', '{ name: a, name: b }'])).toMatch(/could not be read/);
    expect(await refused(text, ['kind', '---\nkind'])).toMatch(/could not be read/);
    expect(await refusedEdit('a.yaml', text, [{ start: 0, end: 500, text: '' }])).toMatch(/outside the file/);
    expect(await refusedEdit('a.yaml', text, [{ start: 0, end: 10, text: 'apiVersion' }])).toBe('it changes nothing');
    expect(await refusedEdit('a.yaml', text, [{ start: 0, end: 0, text: '# x\n' }])).toBe('it changes no value');
  });

  test('refuses to change what an anchor shares, in the order in which it is written and with a merge', async () => {
    const shared = `${HEAD}metadata:\n  labels: &l { a: yes }\nspec:\n  selector: *l\n`;
    expect(await refused(shared, ['yes', '"yes"'])).toBe('it would change /spec/selector/a too');
    const merged = `${HEAD}metadata:\n  labels: &l { a: yes }\nspec:\n  selector: { <<: *l, b: c }\n`;
    expect(await refused(merged, ['yes', '"yes"'])).toBe('it would change /spec/selector/a too');
    const scalar = `${HEAD}metadata: { labels: { a: &x yes, b: *x } }\n`;
    expect(await refused(scalar, ['yes', '"yes"'])).toBe('it would change /metadata/labels/b too');
  });

  test('lets a value pass that has an anchor nobody uses', async () => {
    expect(await refused(`${HEAD}metadata: { labels: { a: &x yes } }\n`, ['yes', '"yes"'])).toBeUndefined();
  });

  test('refuses to change a neighbour by its indentation, and to turn a mapping into something else', async () => {
    const text = `${HEAD}metadata:\n  labels:\n    a: b\n  name: c\nspec:\n  x: y\n`;
    // `name` becomes an entry of the labels.
    expect(await refused(text, ['  name', '    name'])).toBe('it would change /metadata/labels/name too');
    expect(await refused(text, ['    a: b\n', ''])).toBe('it would change /metadata/labels too');
    expect(await refused(text, ['a: b', 'a'])).toBeUndefined();
    expect(await refused(text, ['    a:', '    a: 1 #'])).toBe('it would change /metadata/labels/a too');
    expect(await refused(text, [':\n    a: b', ': "'])).toMatch(/could not be read/);
    expect(await refused(text, ['labels:\n', 'labels: >\n'])).toBe('it would change /metadata/labels too');
  });

  test('keeps JSON JSON', async () => {
    const text = '{"apiVersion": "v1", "kind": "Service", "metadata": {"labels": {"a": "b"}}}';
    expect(await refused(text, ['"b"', 'c'])).toBe('the file would be no JSON any more');
    expect(await refused(text, ['"b"', '"c"'])).toBeUndefined();
  });

  test('is quick with aliases that multiply and mappings that nest', async () => {
    const doubled = Array.from({ length: 17 }, (_, i) => `  a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('');
    const text = `${HEAD}x: yes\nspec:\n  a0: &a0 [1]\n${doubled}`;
    const began = performance.now();
    expect(await refused(text, ['yes', '"yes"'])).toBeUndefined();
    const deep = `${HEAD}x: yes\nspec: ${'['.repeat(90)}${']'.repeat(90)}\n`;
    expect(await refused(deep, ['yes', '"yes"'])).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test('of any two edits it lets through those only that change what they stand on', async () => {
    const word = fc.constantFrom('a', 'b', 'c', 'd', 'yes', '1', '""', '[]');
    const text = fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), word), { minLength: 2, maxLength: 6 })
      .map((pairs) => `${HEAD}spec:\n${[...new Map(pairs)].map(([k, v]) => `  ${k}: ${v}\n`).join('')}`);
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.nat(200),
        fc.nat(6),
        fc.string({ unit: fc.constantFrom(...'ab: \n-"#&*'), maxLength: 8 }),
        async (before, start, length, inserted) => {
          const from = Math.min(start, before.length);
          const to = Math.min(from + length, before.length);
          if ((await refusedEdit('a.yaml', before, [{ start: from, end: to, text: inserted }])) !== undefined) return;
          // Lines that the edit does not touch mean what they meant.
          const after = before.slice(0, from) + inserted + before.slice(to);
          const kept = (line: string, at: number) => at + line.length < from || at > to;
          let at = 0;
          for (const line of before.split('\n')) {
            if (kept(line, at)) expect(after.split('\n')).toContain(line);
            at += line.length + 1;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
