import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readFiles } from '../packages/core/src/lint/collect.ts';
import { applyPatch, type Patch } from '../packages/core/src/schema/patch.ts';
import { readSchema, type Schema } from '../packages/core/src/schema/schema.ts';

/** Where the bundles lie on the machine of whoever has them. */
export const BUNDLES = join(import.meta.dirname, '../../shared/data/istio-crds');

/** The file that is derived. */
export const SCHEMA_FILE = 'packages/core/src/schema/istio-crds.ts';

/** One kind of one release. */
export interface BundledKind {
  readonly type: string;
  /** The API versions that are served. */
  readonly versions: readonly string[];
  /** `openAPIV3Schema` as it stands in the bundle. */
  readonly raw: object;
}

interface Crd {
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

/** The releases that there is a bundle of, oldest first. */
export function bundledReleases(folder: string): string[] {
  const minor = (release: string) => Number(release.split('.')[1]);
  return readdirSync(folder)
    .flatMap((name) => /^(1\.\d+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort((a, b) => minor(a) - minor(b));
}

/** The kinds of a bundle. */
export async function bundledKinds(folder: string, release: string): Promise<BundledKind[]> {
  const path = join(folder, `${release}.yaml`);
  const [file] = await readFiles([{ path, text: readFileSync(path, 'utf8') }]);
  const crds = (file?.documents ?? []).map((document) => document.value as Crd | null).filter((crd) => crd !== null);
  return crds.map(({ spec }) => {
    const type = `${spec.group}/${spec.names.kind}`;
    const served = spec.versions.filter((version) => version.served);
    const [first, ...others] = served.map((version) => version.schema.openAPIV3Schema);
    if (!first) throw new Error(`${type} of ${release} has no version that is served`);
    const slim = readSchema(first, 'drop messages');
    for (const other of others) {
      if (!isDeepStrictEqual(readSchema(other, 'drop messages'), slim))
        throw new Error(`the versions of ${type} differ in ${release}: each needs a schema of its own now`);
    }
    return { type, versions: served.map((version) => version.name).sort(), raw: first };
  });
}

/** The module that holds all schemas: the newest of each kind whole, the older ones as what changes on the way back. */
export async function schemaModule(folder: string): Promise<string> {
  const releases = bundledReleases(folder).reverse();
  const chains = new Map<string, { release: string; versions: string; schema: Schema }[]>();
  for (const release of releases) {
    for (const { type, versions, raw } of await bundledKinds(folder, release)) {
      const chain = chains.get(type) ?? [];
      chains.set(type, chain);
      chain.push({ release, versions: versions.join(' '), schema: readSchema(raw, 'drop messages') as Schema });
    }
  }
  const kinds = [...chains]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, chain]) => {
      const lines = chain.map(({ release, versions, schema }, i) => {
        const newer = chain[i - 1];
        const patch = newer ? patchOf(newer.schema, schema) : (schema as Patch);
        if (newer && !isDeepStrictEqual(applyPatch(newer.schema, patch), schema))
          throw new Error(`${type}: what leads from ${newer.release} to ${release} is not right`);
        return `    [${quoted(release)}, ${quoted(versions)}, ${quoted(JSON.stringify(patch))}],\n`;
      });
      return `  ${quoted(type)}: [\n${lines.join('')}  ],\n`;
    });
  return `// Derived by scripts/schemas.ts from the CustomResourceDefinitions of Istio (istio/istio, Apache-2.0). Do not edit.
// biome-ignore-all format: made by a script

/** The releases that there are schemas of, newest first. */
export const RELEASES: readonly string[] = ${`[${releases.map(quoted).join(', ')}]`};

/** By kind, newest release first: release, served API versions, and the schema, or the merge patch that makes it of the newer one. */
export const ISTIO_CRDS: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
${kinds.join('')}};
`;
}

/** The JSON merge patch (RFC 7396) that leads from one plain object to another. */
function patchOf(from: object, to: object): Patch {
  const a = from as Record<string, unknown>;
  const b = to as Record<string, unknown>;
  const patch: Record<string, unknown> = {};
  for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    if (!Object.hasOwn(b, key)) patch[key] = null;
    else if (!Object.hasOwn(a, key)) patch[key] = b[key];
    else if (isObject(a[key]) && isObject(b[key])) {
      const inner = patchOf(a[key], b[key]);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!isDeepStrictEqual(a[key], b[key])) patch[key] = b[key];
  }
  return patch;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
