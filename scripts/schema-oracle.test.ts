import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { describe, expect, test } from 'vitest';
import { isPlaceholder, lint } from '../packages/core/src/index.ts';
import { readFiles } from '../packages/core/src/lint/collect.ts';
import { ISTIO_CRDS, RELEASES } from '../packages/core/src/schema/istio-crds.ts';
import { IstioSchemas } from '../packages/core/src/schema/istio-schemas.ts';
import { rootSchema, walk } from '../packages/core/src/schema/walk.ts';
import { dedent } from '../packages/core/src/testing/index.ts';
import { allRules } from '../packages/rules/src/index.ts';
import { BUNDLES, bundledKinds } from './derive-schemas.ts';
import { expanded, madeUp, mutated, randomNumbers, rawOracle } from './schema-oracle.ts';

// Whatever ajv refuses is told, and nothing else. Expressions are left out: ajv knows none.

type Json = Record<string, unknown>;

const ROOT = join(import.meta.dirname, '..');
const SHARED = join(ROOT, '../shared');
const schemas = new IstioSchemas();
const types = Object.keys(ISTIO_CRDS);
const matchPattern = (pattern: string, text: string) => new RegExp(pattern).test(text);

function typeOfObject(object: Json): string {
  return `${String(object.apiVersion).split('/')[0]}/${String(object.kind)}`;
}

/** What the walker says of an object, without what only an expression would. */
function told(object: Json, release: string): string[] {
  const kind = schemas.of(typeOfObject(object), release);
  return kind ? walk(rootSchema(kind.schema), object, matchPattern).faults.map((fault) => JSON.stringify(fault)) : [];
}

function holdsPlaceholder(value: unknown): boolean {
  if (typeof value === 'string') return isPlaceholder(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, one]) => isPlaceholder(key) || holdsPlaceholder(one));
}

/** Fails with the object and both verdicts, where they differ. */
function compare(object: Json, release: string, oracle: ValidateFunction): void {
  // What SOPS adds goes away before anybody else reads the object, and a placeholder is another value then: ajv knows of neither.
  if (Object.hasOwn(object, 'sops') || holdsPlaceholder(object)) return;
  const refused = !oracle(object);
  const faults = told(object, release);
  if (refused === faults.length > 0) return;
  expect.fail(`${JSON.stringify(object)}\najv: ${JSON.stringify(oracle.errors)}\nwalker: ${faults.join('\n')}`);
}

/** Objects of Istio's kinds in the examples of this repository. */
async function committedObjects(): Promise<Json[]> {
  const folder = join(ROOT, 'examples');
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && !name.includes('node_modules'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const examples = allRules.flatMap(({ examples }) =>
    [...examples.bad, ...examples.good].map(({ yaml }) => dedent(yaml)),
  );
  return objectsOf([...texts, ...examples]);
}

async function objectsOf(texts: readonly string[]): Promise<Json[]> {
  const files = await readFiles(texts.map((text, i) => ({ path: `${i}.yaml`, text })));
  return files
    .flatMap((file) => file.documents.map((document) => document.value as Json | null))
    .filter((object) => typeof object === 'object' && object !== null && types.includes(typeOfObject(object)))
    .filter((object) => !JSON.stringify(object).match(/\$\{|\{\{|\$\(|"[A-Z]+(_[A-Z]+)+"/))
    .map((object) => object as Json);
}

function inventedObjects(release: string, each: number): Json[] {
  const random = randomNumbers(7);
  return types.flatMap((type) => {
    const kind = schemas.of(type, release);
    if (!kind) return [];
    return Array.from({ length: each }, () => {
      const [group, name] = type.split('/');
      const made = madeUp(kind.schema, random) as Json;
      return { apiVersion: `${group}/${kind.versions[0]}`, kind: name, metadata: { name: 'x' }, ...made };
    });
  });
}

// Those that tell what the walker finds; the others of that topic tell what a shape cannot say.
const SHAPE_RULES = [
  'schema-unknown-field',
  'schema-wrong-type',
  'schema-missing-field',
  'schema-value-invalid',
  'schema-one-of',
];

describe('the walker and ajv agree', () => {
  test.each(['1.10', '1.22', '1.30', RELEASES[0] as string])(
    'on 7,000 mutations of objects of Istio %s',
    async (release) => {
      const oracles = new Map(
        types.flatMap((type) => {
          const kind = schemas.of(type, release);
          return kind ? [[type, rawOracle(expanded(kind.schema))]] : [];
        }),
      );
      const objects = [...(await committedObjects()), ...inventedObjects(release, 20)].filter((o) =>
        oracles.has(typeOfObject(o)),
      );
      expect(new Set(objects.map(typeOfObject)).size).toBe(oracles.size);
      const random = randomNumbers(release.length + 11);
      let refused = 0;
      for (let i = 0; i < 7000; i++) {
        const object = objects[i % objects.length] as Json;
        const changed = i < objects.length ? object : mutated(object, random);
        const oracle = oracles.get(typeOfObject(changed)) as ValidateFunction;
        compare(changed, release, oracle);
        if (!oracle(changed)) refused++;
      }
      // A test that refuses nothing, or everything, would say nothing.
      expect(refused).toBeGreaterThan(2000);
      expect(refused).toBeLessThan(6500);
    },
    60_000,
  );

  test('also as the rules tell it', async () => {
    const release = RELEASES[0] as string;
    const rules = allRules.filter((rule) => SHAPE_RULES.includes(rule.meta.id));
    expect(rules).toHaveLength(SHAPE_RULES.length);
    const random = randomNumbers(3);
    const objects = inventedObjects(release, 60).map((object) => mutated(object, random));
    const files = objects.map((object, i) => ({ path: `${i}/x.yaml`, text: JSON.stringify(object) }));
    const config = { istioVersion: release, kubernetesVersion: '1.20', preset: 'all' as const };
    const { findings, failures } = await lint(files, { rules, config });
    expect(failures).toEqual([]);
    const accused = new Set(findings.map(({ location }) => location.file));
    const oracles = new Map(types.map((type) => [type, rawOracle(expanded(schemas.of(type, release)?.schema ?? {}))]));
    for (const [i, object] of objects.entries()) {
      const oracle = oracles.get(typeOfObject(object)) as ValidateFunction;
      expect(accused.has(`${i}/x.yaml`), JSON.stringify(object)).toBe(!oracle(object));
    }
  }, 60_000);
});

describe.skipIf(!existsSync(BUNDLES))('with the bundles at hand', () => {
  const LIMIT = 20_000;

  test('the walker agrees with ajv on the raw schemas, over every object there is and its mutations', async () => {
    const began = performance.now();
    const texts = ['corpora', 'conformance'].flatMap((folder) => {
      const full = join(SHARED, folder);
      if (!existsSync(full)) return [];
      return readdirSync(full, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => readFileSync(join(full, name), 'utf8').replaceAll(/^_err:.*(?:\n[ \t]+.*)*\n?/gm, ''))
        .filter((text) => text.includes('.istio.io/'));
    });
    const objects = await objectsOf(texts);
    expect(objects.length).toBeGreaterThan(500);
    const random = randomNumbers(5);
    const oracles = new Map<string, Map<string, ValidateFunction>>();
    for (const release of [...RELEASES].reverse()) {
      const kinds = await bundledKinds(BUNDLES, release);
      oracles.set(release, new Map(kinds.map(({ type, raw }) => [type, rawOracle(raw)])));
    }
    let count = 0;
    for (let round = 0; performance.now() - began < LIMIT && count < 60_000; round++) {
      const release = RELEASES[round % RELEASES.length] as string;
      const own = oracles.get(release) as Map<string, ValidateFunction>;
      for (const object of [...objects, ...inventedObjects(release, 5)]) {
        const oracle = own.get(typeOfObject(object));
        if (!oracle) continue;
        if (round < RELEASES.length) compare(object, release, oracle);
        compare(mutated(object, random), release, oracle);
        count++;
      }
    }
    expect(count).toBeGreaterThan(10_000);
  }, 120_000);
});

test('says when the bundles are not at hand', () => {
  if (!existsSync(BUNDLES))
    process.stderr.write('\nNOT PROVED: no bundles of CRDs, so the derived schemas were not held against them.\n');
});
