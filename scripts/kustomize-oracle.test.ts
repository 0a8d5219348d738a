import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readFiles } from '../packages/core/src/lint/collect.ts';
import { readKustomizations } from '../packages/core/src/manifest/kustomize.ts';
import { readResources } from '../packages/core/src/manifest/read-resources.ts';
import type { Resource } from '../packages/core/src/manifest/resource.ts';

// What kubectl makes of Kustomizations is the oracle of the builder. It is no part of the project: where it or the repositories beside
// this one are missing nothing is compared, and that is said.

const SHARED = resolve(import.meta.dirname, '../../shared');
const FOLDERS = ['corpora', 'fresh'].map((name) => join(SHARED, name)).filter((path) => existsSync(path));
const hasKubectl = spawnSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' }).status === 0;
const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

test.skipIf(!hasKubectl || FOLDERS.length === 0)(
  'builds as kubectl does: names, namespaces, labels, annotations and selectors of all that builds without a network',
  { timeout: 600_000 },
  async () => {
    const differing: string[] = [];
    const count = { built: 0, refused: 0, remote: 0, objects: 0 };
    for (const folder of sample(FOLDERS.flatMap((root) => kustomizationsBelow(root)))) {
      const closure = closureOf(folder);
      if (!closure) {
        count.remote++;
        continue;
      }
      const wanted = await built(folder);
      if (!wanted) {
        count.refused++;
        continue;
      }
      count.built++;
      const ours = await ourBuild(folder, closure);
      for (const [key, what] of wanted) {
        count.objects++;
        const mine = ours.get(key);
        // What a generator makes stands in no file.
        if (mine === undefined && /^(?:ConfigMap|Secret) /.test(key)) continue;
        if (mine !== what)
          differing.push(`${relative(SHARED, folder)} ${key}\n  kubectl ${what}\n  ours    ${mine ?? 'none'}`);
      }
      for (const key of ours.keys())
        if (!wanted.has(key)) differing.push(`${relative(SHARED, folder)} ${key} is ours alone`);
    }
    console.log(JSON.stringify(count));
    expect(differing.slice(0, 20)).toEqual([]);
    expect(count.built).toBeGreaterThan(0);
  },
);

// All of them take minutes on a slow machine.
function sample(folders: readonly string[]): readonly string[] {
  const most = Number(process.env.MESHVET_ORACLE ?? 60);
  if (folders.length <= most) return folders;
  let seed = 20261201;
  const order = folders.map((folder) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return { folder, at: seed };
  });
  return order
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ folder }) => folder);
}

function kustomizationsBelow(root: string): string[] {
  return (
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && NAMES.includes(entry.name))
      // A Component alone makes nothing.
      .filter((entry) => !/^kind: *Component/m.test(readFileSync(join(entry.parentPath, entry.name), 'utf8')))
      .map((entry) => entry.parentPath)
      .sort()
  );
}

/** The files that a build reads, or undefined where it needs a network or a plugin. */
function closureOf(folder: string): ReadonlySet<string> | undefined {
  const files = new Set<string>();
  const open = [folder];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (files.has(path) || !existsSync(path)) continue;
    if (!statSync(path).isDirectory()) {
      files.add(path);
      continue;
    }
    const own = NAMES.map((name) => join(path, name)).find((one) => existsSync(one));
    if (own === undefined || files.has(own)) continue;
    files.add(own);
    const text = readFileSync(own, 'utf8').replace(/(^|\s)#.*$/gm, '$1');
    if (/:\/\/|git@|\?ref=|^helmCharts|^generators|github\.com|^validators|^crds|^configurations|^openapi/m.test(text))
      return undefined;
    for (const [, item] of text.matchAll(/(?:^\s*-\s*(?:path:\s*)?|path:\s*|[[,]\s*)["']?([\w./-]+)["']?/gm))
      if (item !== undefined) open.push(resolve(path, item));
  }
  return files;
}

async function built(folder: string): Promise<ReadonlyMap<string, string> | undefined> {
  let text: string;
  try {
    text = execFileSync('kubectl', ['kustomize', '--load-restrictor=LoadRestrictionsNone', folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
      timeout: 60_000,
    });
  } catch {
    return undefined;
  }
  const [file] = await readFiles([{ path: 'built.yaml', text }]);
  const resources = (file?.documents ?? []).flatMap((d) => readResources(d, ''));
  return new Map(resources.map((r) => [keyOf(r), describe(r)]));
}

async function ourBuild(folder: string, closure: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const read = await readFiles([...closure].map((path) => ({ path: path.slice(1), text: readFileSync(path, 'utf8') })));
  const kustomizations = await readKustomizations(read);
  const resources = read
    .flatMap((f) => f.documents.flatMap((d) => readResources(d, '', kustomizations)))
    .filter((r) => r.roots?.has(folder.slice(1)));
  return new Map(resources.map((r) => [keyOf(r), describe(r)]));
}

function keyOf({ kind, namespace, name }: Resource): string {
  return `${kind} ${namespace ?? ''}/${name}`;
}

function describe({ body }: Resource): string {
  const spec = body.at('spec');
  const template = spec.at('template').at('metadata');
  return JSON.stringify(
    sorted([
      body.at('metadata').at('labels').value ?? {},
      body.at('metadata').at('annotations').value ?? {},
      spec.at('selector').value ?? {},
      template.at('labels').value ?? {},
      template.at('annotations').value ?? {},
    ]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value === null ? '' : String(value);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
