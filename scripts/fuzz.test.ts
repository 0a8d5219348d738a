import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lint, loadReporter, readConfig } from '@meshvet/core';
import { allRules } from '@meshvet/rules';
import fc from 'fast-check';
import { expect, test } from 'vitest';

// Strangers write manifests, configs and file names. Whatever they write, the engine answers: no throw, no failing rule, no hang.
// MESHVET_FUZZ_RUNS raises the numbers; the seed is fixed, so that a failure can be had again.
const RUNS = Number(process.env.MESHVET_FUZZ_RUNS ?? 5000);
const seed = 20_261_120;
/** Far above what any input of this size takes: beyond it something hangs. Milliseconds. */
const HANG = 10_000;

const examples = join(fileURLToPath(new URL('..', import.meta.url)), 'examples');
const texts = ['bookinfo-broken', 'bookinfo-clean', 'flask-redis', 'monitor-2018'].flatMap((folder) =>
  readdirSync(join(examples, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(examples, folder, name), 'utf8')),
);
const configs = readdirSync(join(examples, 'configurations')).map((name) =>
  readFileSync(join(examples, 'configurations', name), 'utf8'),
);

const PIECES = [
  '\n',
  '  ',
  '- ',
  ': ',
  '|',
  '>',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '&a ',
  '*a',
  '!!str ',
  '<<: *a',
  '---\n',
  '...\n',
  '#',
  '\t',
  '\r\n',
  '\u0000',
  '\u202e',
  '\ud800',
  '%',
  '@',
  '`',
  '${X}',
  '{{ .x }}',
  '::error::x',
  '\u001b[31m',
  'null',
  '1e999',
  '-0',
  '0755',
  '__proto__: {polluted: 1}',
  'constructor: 1',
  'apiVersion: v1\nkind: List\nitems:\n',
  'kind: Service',
  'meshvet-disable-file *',
  '# meshvet-disable-next-line',
  'sidecar.istio.io/inject: yes',
  'istio-injection: 1',
  'x'.repeat(300),
  '9'.repeat(40),
] as const;

interface Mutation {
  readonly at: number;
  readonly drop: number;
  readonly piece: string;
}

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
  piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8, unit: 'binary' })),
});

function mutate(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((now, { at, drop, piece }) => {
    const place = Math.floor(at * now.length);
    return now.slice(0, place) + piece + now.slice(place + drop);
  }, text);
}

const mutated = (sources: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...sources), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([text, list]) => mutate(text, list));

async function bounded<T>(work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  expect(performance.now() - began, 'this input hangs').toBeLessThan(HANG);
  return result;
}

const names = fc.oneof(
  fc.constant('a.yaml'),
  fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
  fc.constantFrom(...PIECES),
);

test('mutated manifests never break a rule, hang, or speak to a terminal', { timeout: 240_000 }, async () => {
  const text = await loadReporter('text');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(names, mutated(texts)), { minLength: 1, maxLength: 2 }),
      fc.boolean(),
      async (files, closedWorld) => {
        const result = await bounded(() =>
          lint(
            files.map(([path, content]) => ({ path, text: content })),
            { rules: allRules, config: { preset: 'all', closedWorld } },
          ),
        );
        expect(result.failures).toEqual([]);
        const sources = new Map(files);
        const printed = text(result, { tool: { name: 'meshvet', version: '0' }, text: (path) => sources.get(path) });
        expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      },
    ),
    { numRuns: RUNS, seed },
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('mutated and random configs are read or told, and never break', { timeout: 240_000 }, async () => {
  const anything = fc.oneof(
    { weight: 4, arbitrary: mutated(configs) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  await fc.assert(
    fc.asyncProperty(anything, async (content) => {
      const read = await bounded(() => readConfig({ path: 'meshvet.config.yaml', text: content }, allRules));
      if ('errors' in read) {
        expect(read.errors.length).toBeGreaterThan(0);
        return;
      }
      const result = await bounded(() =>
        lint([{ path: 'a.yaml', text: texts[0] ?? '' }], { rules: allRules, config: read.config }),
      );
      expect(result.failures).toEqual([]);
    }),
    { numRuns: RUNS, seed },
  );
});
