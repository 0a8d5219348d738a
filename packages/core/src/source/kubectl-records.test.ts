import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BuiltDocument, Refusal, Scratch } from './document-builder.ts';
import { readFast } from './fast-reader.ts';
import { readFull } from './full-reader.ts';
import { readDocuments } from './read-documents.ts';
import { DEFAULT_LIMITS } from './read-limits.ts';
import { SourceFile } from './source-file.ts';
import type { DocumentText } from './split-documents.ts';

function records<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`../../test-data/kubectl/${name}.json`, import.meta.url), 'utf8')) as T[];
}

interface ScalarRecord {
  written: string;
  type?: string;
  json?: unknown;
  error?: string;
}

interface DocumentRecord {
  case: string;
  text: string;
  documents: unknown[];
  error?: string;
}

function whole(text: string): DocumentText {
  return { text, base: 0, separatorText: undefined, afterEnd: undefined };
}

function fast(text: string): BuiltDocument | Refusal | 'gave up' {
  const outcome = readFast(whole(text), DEFAULT_LIMITS, new Scratch());
  return 'gaveUpAt' in outcome ? 'gave up' : outcome;
}

describe('how kubectl reads scalars', () => {
  const cases = records<ScalarRecord>('scalars');

  it('has the records', () => {
    expect(cases.length).toBeGreaterThan(140);
  });

  for (const { written, type, json, error } of cases) {
    const expected = type === 'number' ? Number(json) : json;
    it(`full reader: ${JSON.stringify(written)}`, () => {
      const outcome = readFull(whole(`v: ${written}\n`), DEFAULT_LIMITS);
      if (error) expect(outcome).toBeInstanceOf(Refusal);
      else expect((outcome as BuiltDocument).value).toEqual({ v: expected });
    });
    it(`fast reader: ${JSON.stringify(written)}`, () => {
      const outcome = fast(`v: ${written}\n`);
      if (error) expect(outcome).toBe('gave up');
      else expect(outcome).toMatchObject({ value: { v: expected } });
    });
  }
});

// Where we differ on purpose: kubectl stops at the first error and forgets the documents before it; we go on.
const READ_ON: Record<string, string[]> = {
  'separator with content on its line': ['p'],
  directive: ['p'],
};
// kubectl takes lists of resources apart; that is done where manifests are made of documents.
const TAKEN_APART = new Set(['list of resources']);
// Rewritten before the readers see them (lenient-text.ts): neither library reads them as go-yaml does.
const REWRITTEN = new Set(['flow sequence closed at the parent column', 'ip address with colons in a flow list']);

describe('how kubectl reads files', () => {
  for (const record of records<DocumentRecord>('documents')) {
    it(record.case, async () => {
      const result = await readDocuments(new SourceFile('f.yaml', record.text));
      const values = result.documents.map((document) => document.value).filter((value) => value !== null);
      if (record.error) {
        const template = result.skipped.includes('template');
        expect(template || result.problems.some((problem) => problem.kind === 'syntax')).toBe(true);
        const names = values.map((value) => (value as { metadata: { name: string } }).metadata.name);
        expect(names).toEqual(READ_ON[record.case] ?? []);
        return;
      }
      expect(result.problems.filter((problem) => problem.kind === 'syntax')).toEqual([]);
      const expected = TAKEN_APART.has(record.case)
        ? [{ apiVersion: 'v1', kind: 'List', items: record.documents }]
        : record.documents;
      expect(values).toEqual(expected);
    });

    it(`${record.case}: the full reader alone`, () => {
      if (record.documents.length !== 1 || record.error || TAKEN_APART.has(record.case)) return;
      if (REWRITTEN.has(record.case)) return;
      if (/^(?:---|\.\.\.)/m.test(record.text)) return;
      const outcome = readFull(whole(record.text.replace(/^\ufeff/, '')), DEFAULT_LIMITS);
      expect((outcome as BuiltDocument).value).toEqual(record.documents[0]);
    });
  }
});
