import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readFiles } from '../packages/core/src/lint/collect.ts';
import type { Product } from '../packages/core/src/schema/api-families.ts';
import { type Channel, type Definitions, KnownKinds } from '../packages/core/src/schema/definitions.ts';
import { readSchema } from '../packages/core/src/schema/schema.ts';

/** Where the bundles of one project lie on the machine of whoever has them, and what is derived of them. */
export interface BundleFolder {
  readonly product: Product;
  readonly folder: string;
  /** The file that is derived, and the name of what it exports. */
  readonly file: string;
  readonly name: string;
  /** Whose they are, for the first line. */
  readonly origin: string;
}

const DATA = join(import.meta.dirname, '../../shared/data');
const SCHEMAS = 'packages/core/src/schema';

/** All bundles: one file a release, `1.31.yaml`; of a project with two channels two, `1.5-standard.yaml` and `1.5-experimental.yaml`. */
export const BUNDLE_FOLDERS: readonly BundleFolder[] = [
  {
    product: 'Istio',
    folder: join(DATA, 'istio-crds'),
    file: `${SCHEMAS}/istio-crds.ts`,
    name: 'ISTIO_CRDS',
    origin: 'Istio (istio/istio, Apache-2.0)',
  },
  {
    product: 'Gateway API',
    folder: join(DATA, 'gateway-api-crds'),
    file: `${SCHEMAS}/gateway-api-crds.ts`,
    name: 'GATEWAY_API_CRDS',
    origin: 'the Gateway API (kubernetes-sigs/gateway-api, Apache-2.0)',
  },
  {
    product: 'Linkerd',
    folder: join(DATA, 'linkerd-crds'),
    file: `${SCHEMAS}/linkerd-crds.ts`,
    name: 'LINKERD_CRDS',
    origin: 'Linkerd (linkerd/linkerd2, Apache-2.0)',
  },
];

/** One kind of one bundle. */
export interface BundledKind {
  readonly type: string;
  /** The API versions that are served, with `openAPIV3Schema` as it stands in the bundle. */
  readonly versions: ReadonlyMap<string, object>;
}

interface Crd {
  readonly kind: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: object };
    }[];
  };
}

/** A bundle: its release, and its channel where there are two. */
export interface Bundle {
  readonly release: string;
  readonly channel: Channel;
}

/** The bundles in a folder, oldest release first. */
export function bundlesIn(folder: string): Bundle[] {
  const minor = ({ release }: Bundle) => Number(release.split('.')[1]);
  return readdirSync(folder)
    .flatMap((name): Bundle[] => {
      const [, release, channel] = /^(\d+\.\d+)(?:-(standard|experimental))?\.yaml$/.exec(name) ?? [];
      return release === undefined ? [] : [{ release, channel: channel === 'experimental' ? channel : 'standard' }];
    })
    .sort((a, b) => minor(a) - minor(b) || (a.channel < b.channel ? 1 : -1));
}

/** The kinds of a bundle. What else stands in it, such as a ValidatingAdmissionPolicy, defines none. */
export async function bundledKinds(folder: string, { release, channel }: Bundle): Promise<BundledKind[]> {
  const names = readdirSync(folder);
  const name = [`${release}-${channel}.yaml`, `${release}.yaml`].find((one) => names.includes(one));
  if (name === undefined) throw new Error(`${folder} has no bundle of ${release}`);
  const path = join(folder, name);
  const [file] = await readFiles([{ path, text: readFileSync(path, 'utf8') }]);
  const crds = (file?.documents ?? [])
    .map((document) => document.value as Crd | null)
    .filter((crd): crd is Crd => crd?.kind === 'CustomResourceDefinition');
  return crds.map(({ spec }) => {
    const served = spec.versions
      .filter((version) => version.served)
      .map((v) => [v.name, v.schema.openAPIV3Schema] as const);
    if (served.length === 0) throw new Error(`${spec.names.kind} of ${name} has no version that is served`);
    return { type: `${spec.group}/${spec.names.kind}`, versions: new Map(served.sort(([a], [b]) => (a < b ? -1 : 1))) };
  });
}

/**
 * A schema in our form. What the control plane reports in `status` is left out: the API server drops it from whatever is applied,
 * before it looks at it.
 */
function slim(raw: object): object {
  const schema = plain(readSchema(raw, 'drop messages')) as { properties?: Record<string, unknown> };
  if (schema.properties?.status) schema.properties.status = { open: true };
  return schema;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** The definitions of all releases of a project, each part once. */
export async function definitionsOf(folder: string): Promise<Definitions> {
  const bundles = bundlesIn(folder).reverse();
  const chains = new Map<string, Map<string, Record<Channel, readonly (readonly [string, object])[]>>>();
  for (const bundle of bundles) {
    for (const { type, versions } of await bundledKinds(folder, bundle)) {
      const chain = chains.get(type) ?? new Map();
      chains.set(type, chain);
      const row = chain.get(bundle.release) ?? { standard: [], experimental: [] };
      chain.set(bundle.release, { ...row, [bundle.channel]: [...versions].map(([name, raw]) => [name, slim(raw)]) });
    }
  }
  const sorted = [...chains].sort(([a], [b]) => (a < b ? -1 : 1));
  const pool = new PartPool();
  for (const [, chain] of sorted)
    for (const [, row] of chain) for (const [, schema] of [...row.standard, ...row.experimental]) pool.count(schema);
  const served = (row: readonly (readonly [string, object])[]) =>
    row.map(([name, schema]) => `${name}=${pool.add(schema)}`).join(' ');
  const kinds = Object.fromEntries(
    sorted.map(([type, chain]) => [
      type,
      [...chain].map(([release, { standard, experimental }]): [string, string, string?] => {
        const first = served(standard);
        return experimental.length === 0 ? [release, first] : [release, first, served(experimental)];
      }),
    ]),
  );
  return { releases: [...new Set(bundles.map(({ release }) => release))], kinds, parts: pool.parts };
}

/** Gives every part that occurs more than once a number. */
class PartPool {
  readonly parts: string[] = [];
  readonly #occurs = new Map<string, number>();
  readonly #numbers = new Map<string, number>();

  /** Counts a schema and what is in it; what was met before is not entered again. */
  count(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const key = JSON.stringify(value);
    const before = this.#occurs.get(key) ?? 0;
    this.#occurs.set(key, before + 1);
    if (before === 0) for (const inner of Object.values(value)) this.count(inner);
  }

  /** The number of a whole schema. */
  add(schema: object): number {
    return this.#number(JSON.stringify(schema), schema);
  }

  #number(key: string, value: object): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      const inner = Array.isArray(value)
        ? value.map((item) => this.#short(item))
        : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#short(one)]));
      number = this.parts.push(JSON.stringify(inner)) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  #short(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const key = JSON.stringify(value);
    if (key.length > SHORTEST_PART && (this.#occurs.get(key) ?? 0) > 1) return { $: this.#number(key, value) };
    if (Array.isArray(value)) return value.map((item) => this.#short(item));
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#short(one)]));
  }
}

/** What is not longer than this is not worth a number. */
const SHORTEST_PART = 24;

/** The module that holds all schemas of a project. */
export async function schemaModule({ folder, name, origin }: BundleFolder): Promise<string> {
  const definitions = await definitionsOf(folder);
  await expectFaithful(folder, definitions);
  const kinds = Object.entries(definitions.kinds).map(([type, rows]) => {
    const lines = rows.map((row) => `      [${row.map((one) => quoted(one as string)).join(', ')}],\n`);
    return `    ${quoted(type)}: [\n${lines.join('')}    ],\n`;
  });
  return `// Derived by scripts/schemas.ts from the CustomResourceDefinitions of ${origin}. Do not edit.
// biome-ignore-all format: made by a script
import type { Definitions } from './definitions.ts';

export const ${name}: Definitions = {
  releases: [${definitions.releases.map(quoted).join(', ')}],
  kinds: {
${kinds.join('')}  },
  parts: [
${definitions.parts.map((part) => `    ${quoted(part)},\n`).join('')}  ],
};
`;
}

/** Fails where what is read back is not what the bundles say. */
async function expectFaithful(folder: string, definitions: Definitions): Promise<void> {
  const known = new KnownKinds(definitions);
  for (const bundle of bundlesIn(folder)) {
    for (const { type, versions } of await bundledKinds(folder, bundle)) {
      const kind = known.of(type, bundle.release, bundle.channel);
      for (const [name, raw] of versions) {
        if (!isDeepStrictEqual(kind?.schema(name), slim(raw)))
          throw new Error(`${type} ${name} of ${bundle.release} is not what is read back`);
      }
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
