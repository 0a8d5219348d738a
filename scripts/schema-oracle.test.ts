import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isPlaceholder, lint } from '../packages/core/src/index.ts';
import { readFiles } from '../packages/core/src/lint/collect.ts';
import type { Product } from '../packages/core/src/schema/api-families.ts';
import { type Channel, type Definitions, KnownKinds } from '../packages/core/src/schema/definitions.ts';
import { GATEWAY_API_CRDS } from '../packages/core/src/schema/gateway-api-crds.ts';
import { ISTIO_CRDS } from '../packages/core/src/schema/istio-crds.ts';
import { LINKERD_CRDS } from '../packages/core/src/schema/linkerd-crds.ts';
import type { Schema } from '../packages/core/src/schema/schema.ts';
import { rootSchema, walk } from '../packages/core/src/schema/walk.ts';
import { dedent } from '../packages/core/src/testing/index.ts';
import { allRules } from '../packages/rules/src/index.ts';
import { BUNDLE_FOLDERS, bundledKinds, bundlesIn } from './derive-schemas.ts';
import { expanded, madeUp, mutated, type Oracle, randomNumbers, rawOracle } from './schema-oracle.ts';

// Whatever ajv refuses is told, and nothing else. Expressions are left out: ajv knows none.

type Json = Record<string, unknown>;

const ROOT = join(import.meta.dirname, '..');
const SHARED = join(ROOT, '../shared');
const matchPattern = (pattern: string, text: string) => new RegExp(pattern).test(text);

interface Family {
  readonly product: Product;
  readonly kinds: KnownKinds;
  readonly newest: string;
}
const family = (product: Product, definitions: Definitions): Family => ({
  product,
  kinds: new KnownKinds(definitions),
  newest: definitions.releases[0] as string,
});
const FAMILIES = [
  family('Istio', ISTIO_CRDS),
  family('Gateway API', GATEWAY_API_CRDS),
  family('Linkerd', LINKERD_CRDS),
] as const;

/** A release, and a channel of it, in which objects are judged. */
interface At {
  readonly family: Family;
  readonly release: string;
  readonly channel: Channel;
}

function typeOfObject(object: Json): string {
  return `${String(object.apiVersion).split('/')[0]}/${String(object.kind)}`;
}

/** `group/version/Kind`: what has one schema. */
function servedType(object: Json): string {
  return `${String(object.apiVersion)}/${String(object.kind)}`;
}

function schemaOf(object: Json, { family: { kinds }, release, channel }: At): Schema | undefined {
  const version = String(object.apiVersion).split('/')[1] ?? '';
  const kind = kinds.of(typeOfObject(object), release, channel);
  return kind?.versions.includes(version) ? kind.schema(version) : undefined;
}

/** What the walker says of an object, without what only an expression would. */
function told(object: Json, at: At): string[] {
  const schema = schemaOf(object, at);
  return schema ? walk(rootSchema(schema), object, matchPattern).faults.map((fault) => JSON.stringify(fault)) : [];
}

function holdsPlaceholder(value: unknown): boolean {
  if (typeof value === 'string') return isPlaceholder(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, one]) => isPlaceholder(key) || holdsPlaceholder(one));
}

/** Fails with the object and both verdicts, where they differ. */
function compare(object: Json, at: At, oracle: Oracle): void {
  // What SOPS adds goes away before anybody else reads the object, and a placeholder is another value then: ajv knows of neither.
  if (Object.hasOwn(object, 'sops') || holdsPlaceholder(object)) return;
  const refused = !oracle(object);
  const faults = told(object, at);
  if (refused === faults.length > 0) return;
  expect.fail(`${JSON.stringify(object)}\najv: ${JSON.stringify(oracle.errors())}\nwalker: ${faults.join('\n')}`);
}

/** Objects of the families' kinds in the examples of this repository. */
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
    .filter((object) => typeof object === 'object' && object !== null)
    .filter((object) => FAMILIES.some(({ kinds }) => kinds.has(typeOfObject(object))))
    .filter((object) => !JSON.stringify(object).match(/\$\{|\{\{|\$\(|"[A-Z]+(_[A-Z]+)+"/))
    .map((object) => object as Json);
}

function inventedObjects({ family: { kinds }, release, channel }: At, each: number): Json[] {
  const random = randomNumbers(7);
  return kinds.types.flatMap((type) => {
    const kind = kinds.of(type, release, channel);
    const [group, name] = type.split('/');
    return (kind?.versions ?? []).flatMap((version) =>
      Array.from({ length: each }, () => {
        const made = madeUp(kind?.schema(version) ?? {}, random) as Json;
        return { ...made, apiVersion: `${group}/${version}`, kind: name, metadata: { name: 'x' } };
      }),
    );
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

const [ISTIO, GATEWAY_API, LINKERD] = FAMILIES;
const standard = { channel: 'standard' } as const;

describe('the walker and ajv agree', () => {
  test.each([
    ...['1.10', '1.22', '1.30', ISTIO.newest].map((release): At => ({ family: ISTIO, release, ...standard })),
    { family: GATEWAY_API, release: '1.0', ...standard },
    { family: GATEWAY_API, release: GATEWAY_API.newest, channel: 'experimental' as const },
    { family: LINKERD, release: LINKERD.newest, ...standard },
  ])(
    'on 7,000 mutations of objects of $family.product $release',
    async (at) => {
      const invented = inventedObjects(at, 20);
      const oracles = new Map(
        invented.map((object) => [servedType(object), rawOracle(expanded(schemaOf(object, at) as Schema))]),
      );
      const objects = [...(await committedObjects()), ...invented].filter((o) => oracles.has(servedType(o)));
      const random = randomNumbers(at.release.length + 11);
      let refused = 0;
      for (let i = 0; i < 7000; i++) {
        const object = objects[i % objects.length] as Json;
        const changed = i < objects.length ? object : mutated(object, random);
        const oracle = oracles.get(servedType(changed)) as Oracle;
        compare(changed, at, oracle);
        if (!oracle(changed)) refused++;
      }
      // A test that refuses nothing, or everything, would say nothing.
      expect(refused).toBeGreaterThan(2000);
      expect(refused).toBeLessThan(6500);
    },
    60_000,
  );

  test.each(FAMILIES)(
    'also as the rules tell it, for $product',
    async (family) => {
      const at: At = { family, release: family.newest, ...standard };
      const rules = allRules.filter((rule) => SHAPE_RULES.includes(rule.meta.id));
      expect(rules).toHaveLength(SHAPE_RULES.length);
      const random = randomNumbers(3);
      const objects = inventedObjects(at, 60).map((object) => mutated(object, random));
      const files = objects.map((object, i) => ({ path: `${i}/x.yaml`, text: JSON.stringify(object) }));
      const config = {
        ...{ istioVersion: ISTIO.newest, linkerdVersion: LINKERD.newest },
        ...{ gatewayApiVersion: GATEWAY_API.newest, gatewayApiChannel: 'standard' as const },
        ...{ kubernetesVersion: '1.20', preset: 'all' as const },
      };
      const { findings, failures } = await lint(files, { rules, config });
      expect(failures).toEqual([]);
      const accused = new Set(findings.map(({ location }) => location.file));
      const oracles = new Map<string, Oracle>();
      for (const [i, object] of objects.entries()) {
        const type = servedType(object);
        const oracle = oracles.get(type) ?? rawOracle(expanded(schemaOf(object, at) as Schema));
        oracles.set(type, oracle);
        expect(accused.has(`${i}/x.yaml`), JSON.stringify(object)).toBe(!oracle(object));
      }
    },
    60_000,
  );
});

const folderOfFamily = ({ product }: Family) => BUNDLE_FOLDERS.find((one) => one.product === product)?.folder ?? '';

describe.skipIf(!existsSync(folderOfFamily(ISTIO)))('with the bundles at hand', () => {
  const LIMIT = 6000;
  const MOST_OBJECTS = 300;

  test.each(FAMILIES)(
    'the walker agrees with ajv on the raw schemas of $product, over every object there is and its mutations',
    async (family) => {
      const began = performance.now();
      const folder = folderOfFamily(family);
      const texts = ['corpora', 'conformance'].flatMap((name) => {
        const full = join(SHARED, name);
        if (!existsSync(full)) return [];
        return readdirSync(full, { recursive: true, encoding: 'utf8' })
          .filter((one) => /\.ya?ml$/.test(one))
          .map((one) => readFileSync(join(full, one), 'utf8').replaceAll(/^_err:.*(?:\n[ \t]+.*)*\n?/gm, ''))
          .filter((text) => /\.istio\.io\/|gateway\.networking|linkerd\.io\//.test(text));
      });
      const objects = (await objectsOf(texts)).filter((object) => family.kinds.has(typeOfObject(object)));
      expect(objects.length).toBeGreaterThan(10);
      const random = randomNumbers(5);
      const sample =
        objects.length <= MOST_OBJECTS ? objects : objects.filter(() => random() < MOST_OBJECTS / objects.length);
      const bundles = bundlesIn(folder).reverse();
      const oracles = new Map<object, Map<string, Oracle>>();
      for (const bundle of bundles) {
        const own = new Map<string, Oracle>();
        for (const { type, versions } of await bundledKinds(folder, bundle)) {
          const [group, kind] = type.split('/');
          for (const [version, raw] of versions) {
            own.set(`${group}/${version}/${kind}`, rawOracle(withoutStatus(raw)));
          }
        }
        oracles.set(bundle, own);
      }
      let count = 0;
      for (let round = 0; (performance.now() - began < LIMIT || round < bundles.length) && count < 60_000; round++) {
        const bundle = bundles[round % bundles.length] as (typeof bundles)[number];
        const at: At = { family, ...bundle };
        const own = oracles.get(bundle) as Map<string, Oracle>;
        for (const object of [...sample, ...inventedObjects(at, 5)]) {
          const oracle = own.get(servedType(object));
          if (!oracle) continue;
          if (round < bundles.length) compare(object, at, oracle);
          compare(mutated(object, random), at, oracle);
          count++;
        }
      }
      expect(count).toBeGreaterThan(2000);
    },
    180_000,
  );
});

/** The API server drops what somebody applies as `status`, so nobody is told of it. */
function withoutStatus(raw: object): object {
  const { properties = {}, ...rest } = raw as { properties?: Json };
  if (!Object.hasOwn(properties, 'status')) return raw;
  const status = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { ...rest, properties: { ...properties, status: { ...status, type: undefined } } };
}

test('says when the bundles are not at hand', () => {
  if (!existsSync(folderOfFamily(ISTIO)))
    process.stderr.write('\nNOT PROVED: no bundles of CRDs, so the derived schemas were not held against them.\n');
});
