import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CORPUS, corpus } from './bench-corpus.ts';

test('the generated set is always the same, and of the size that the figures speak of', () => {
  const files = [...corpus()];
  expect(files.length).toBe(10_000);
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  expect(Math.abs(bytes / files.length - CORPUS.meanBytes)).toBeLessThan(50);
  expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
  let same = 0;
  for (const { path, text } of corpus()) if (files[same]?.path === path && files[same]?.text === text) same++;
  expect(same).toBe(files.length);
});

test('each kind is there and is one document of YAML', () => {
  const kinds = new Map<string, number>();
  for (const { text } of [...corpus()].slice(0, 500)) {
    const [document, ...more] = parseAllDocuments(text);
    expect(more).toEqual([]);
    expect(document?.errors).toEqual([]);
    const kind = String(document?.get('kind'));
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  expect(Object.fromEntries(kinds)).toEqual({
    Namespace: 10,
    Deployment: 100,
    Service: 100,
    VirtualService: 100,
    DestinationRule: 100,
    ConfigMap: 90,
  });
});
