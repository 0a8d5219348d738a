import { expect, test } from 'vitest';
import { readDocuments } from './read-documents.ts';
import { SourceFile } from './source-file.ts';

// One of everything: a file may end anywhere, in the middle of an upload or of a keystroke.
const TEXT = [
  '# comment',
  'apiVersion: v1 # after',
  'kind: &k "Con\\tfig\\u00e9Map"',
  "metadata: {name: 'it''s', labels: {a: !!str 1, b: *k, ? c : d}, list: [x, [y, {z: 1}], \"q\"]}",
  'block: |+2',
  '    kept',
  '',
  'folded: >-',
  '  one',
  '',
  '  two',
  'base: &b',
  '  <<: [*b2, {x: 1}]',
  'seq:',
  '- a',
  '-   - b',
  '    - ? complex',
  '      : value',
  'plain: several',
  '  lines of text',
  'empty:',
  '...',
  '--- # next',
  '{"apiVersion": "v1", "kind": "List", "items": [{"a": 1e3, "b": 0x1F}]}',
  '---',
  'a:\tb',
  '%YAML 1.2',
  '',
].join('\n');

test('every beginning of a file is read to its end, with all kinds of line breaks', async () => {
  for (const text of [TEXT, TEXT.replaceAll('\n', '\r\n'), TEXT.replaceAll('\n', '\r')]) {
    for (let length = 0; length <= text.length; length++) {
      const source = new SourceFile('a.yaml', text.slice(0, length));
      const { documents, problems } = await readDocuments(source);
      for (const { span } of problems) expect(span.start <= span.end && span.end <= length, `${length}`).toBe(true);
      for (const document of documents) expect(document.end <= length).toBe(true);
    }
  }
});

test('every end of a file is read too', async () => {
  for (let start = 0; start <= TEXT.length; start++) await readDocuments(new SourceFile('a.yaml', TEXT.slice(start)));
});
