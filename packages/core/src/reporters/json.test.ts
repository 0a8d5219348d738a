import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LintResult } from '../lint/result.ts';
import { json } from './json.ts';

const TOOL = { name: 'meshvet', version: '1.2.3' };
const schema = JSON.parse(readFileSync(new URL('../../schema/report.schema.json', import.meta.url), 'utf8'));

/** The schema with no member allowed that it does not name, so that the report and its schema cannot grow apart. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const { properties } = node as { properties?: Record<string, unknown> };
  // Suppressed findings are a finding and more (`allOf`): each half lacks the members of the other.
  const half = properties && ('suppression' in properties || 'fingerprint' in properties);
  return properties && !half ? { ...copy, additionalProperties: false } : copy;
}

const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
const validate = ajv.compile(schema);
const validateClosed = new Ajv({ allErrors: true }).compile(closed(schema) as object);

const text = fc.string({ unit: 'binary', maxLength: 20 });
const count = fc.nat();
const position = fc.record({ line: fc.integer({ min: 1 }), column: fc.integer({ min: 1 }) });
const location = fc.record({ file: text, start: position, end: position, pointer: text });
const findingModel = {
  ruleId: text,
  messageId: text,
  severity: fc.constantFrom('error' as const, 'warning' as const, 'info' as const),
  message: text,
  why: text,
  fix: text,
  codes: fc.array(text, { maxLength: 3 }),
  resource: fc.option(
    fc.record(
      { apiVersion: text, kind: text, namespace: text, name: text },
      { requiredKeys: ['apiVersion', 'kind', 'name'] },
    ),
  ),
  location,
  related: fc.array(fc.record({ message: text, location }), { maxLength: 2 }),
  edits: fc.array(fc.record({ file: text, start: count, end: count, text }), { maxLength: 2 }),
  suggestedEdits: fc.array(fc.record({ file: text, start: count, end: count, text }), { maxLength: 2 }),
  fingerprint: fc.stringMatching(/^[0-9a-f]{16}$/),
};
const required = Object.keys(findingModel).filter((key) => !/edits$/i.test(key)) as (keyof typeof findingModel)[];
const finding = fc.record(findingModel, { requiredKeys: required as never });
const suppressed = fc.record(
  { ...findingModel, suppression: fc.record({ reason: text, location }) },
  { requiredKeys: [...required, 'suppression'] as never },
);
const skipReason = fc.constantFrom(
  'template' as const,
  'notKubernetes' as const,
  'empty' as const,
  'tooLarge' as const,
);
const lists = {
  files: fc.record({ read: count, skipped: fc.dictionary(skipReason, count) }),
  notes: fc.array(fc.record({ reason: skipReason, folder: text, files: count, message: text }), { maxLength: 2 }),
  resources: count,
  findings: fc.array(finding, { maxLength: 4 }),
  suppressed: fc.array(suppressed, { maxLength: 2 }),
  unusedSuppressions: fc.array(fc.record({ location, rules: fc.array(text), reason: text, message: text }), {
    maxLength: 2,
  }),
  undecided: fc.array(fc.record({ question: text, needs: text, resources: count }), { maxLength: 2 }),
  failures: fc.array(fc.record({ ruleId: text, subject: text, message: text, stack: text }), { maxLength: 2 }),
  timings: fc.record({
    stages: fc.record({ read: count, model: count, rules: count, findings: count }),
    rules: fc.array(fc.record({ ruleId: text, milliseconds: count, calls: count }), { maxLength: 2 }),
  }),
};
const anyResult = fc.record(lists, {
  requiredKeys: Object.keys(lists).filter((key) => key !== 'timings') as never,
}) as unknown as fc.Arbitrary<LintResult>;

const empty: LintResult = {
  files: { read: 0, linted: [], skipped: {} },
  notes: [],
  resources: 0,
  findings: [],
  suppressed: [],
  unusedSuppressions: [],
  undecided: [],
  failures: [],
};

describe('json', () => {
  it('has the agreed shape', () => {
    expect(json(empty, { tool: TOOL })).toMatchInlineSnapshot(`
      "{
        "schemaVersion": 1,
        "tool": {
          "name": "meshvet",
          "version": "1.2.3"
        },
        "summary": {
          "files": {
            "read": 0,
            "skipped": {}
          },
          "resources": 0,
          "findings": {
            "error": 0,
            "warning": 0,
            "info": 0
          },
          "suppressed": 0,
          "undecided": 0
        },
        "findings": [],
        "suppressed": [],
        "unusedSuppressions": [],
        "undecided": [],
        "notes": [],
        "failures": []
      }
      "
    `);
  });

  it('writes a finding in the order of its documentation', () => {
    const place = { file: 'a.yaml', start: { line: 1, column: 2 }, end: { line: 1, column: 5 }, pointer: '/spec' };
    const given = {
      ...empty,
      findings: [
        {
          fingerprint: '0123456789abcdef',
          location: place,
          related: [{ location: place, message: 'here' }],
          resource: { name: 'a', kind: 'Namespace', apiVersion: 'v1' },
          codes: ['IST0118'],
          fix: 'f',
          why: 'w',
          message: 'm',
          severity: 'info',
          messageId: 'i',
          ruleId: 'r',
        } as const,
      ],
    };
    const [shown] = JSON.parse(json(given, { tool: TOOL })).findings;
    expect(Object.keys(shown)).toEqual([
      'ruleId',
      'messageId',
      'severity',
      'message',
      'why',
      'fix',
      'codes',
      'resource',
      'location',
      'related',
      'fingerprint',
    ]);
    expect(Object.keys(shown.resource)).toEqual(['apiVersion', 'kind', 'name']);
    expect(shown).toEqual(given.findings[0]);
  });

  it('keeps to its schema, and the schema names all there is', () => {
    fc.assert(
      fc.property(anyResult, fc.boolean(), (result, quiet) => {
        const report = JSON.parse(json(result, { tool: TOOL, quiet }));
        expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
        expect(validateClosed(report), JSON.stringify(validateClosed.errors)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('loses nothing of the result', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        const report = JSON.parse(json(result, { tool: TOOL }));
        for (const key of [
          'findings',
          'suppressed',
          'unusedSuppressions',
          'undecided',
          'notes',
          'failures',
          'timings',
        ] as const) {
          expect(report[key]).toEqual(result[key] === undefined ? undefined : JSON.parse(JSON.stringify(result[key])));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('counts what quiet hides', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        const loud = JSON.parse(json(result, { tool: TOOL }));
        const quiet = JSON.parse(json(result, { tool: TOOL, quiet: true }));
        expect(quiet.summary).toEqual(loud.summary);
        expect(quiet.findings).toEqual(loud.findings.filter((f: { severity: string }) => f.severity === 'error'));
      }),
      { numRuns: 30 },
    );
  });

  it('refuses what is not its shape', () => {
    const good = JSON.parse(json(empty, { tool: TOOL }));
    expect(validate(good)).toBe(true);
    expect(validate({ ...good, schemaVersion: 2 })).toBe(false);
    expect(validate({ ...good, findings: [{}] })).toBe(false);
    expect(validate({ ...good, failures: undefined })).toBe(false);
    expect(validate({ ...good, summary: { ...good.summary, undecided: [] } })).toBe(false);
  });
});
