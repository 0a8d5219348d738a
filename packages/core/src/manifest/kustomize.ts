import type { YamlDocument } from '../source/document.ts';
import { Field } from '../source/field.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import { typeOf } from './kinds.ts';
import { podTemplateOf } from './pod-template.ts';
import type { FileContext } from './read-resources.ts';
import type { Rewrites } from './resource.ts';

/** What the Kustomizations of the input say about its files. */
export interface Kustomizations {
  /** What is known about a file; undefined when no Kustomization takes it in. */
  context(path: string): FileContext | undefined;
  /** Folders of the Kustomizations that take a file in, directly or through others; deployments that hold it. */
  rootsOf(path: string): ReadonlySet<string>;
}

interface Kustomization {
  readonly folder: string;
  readonly body: Field;
  /** Files and folders it takes in. */
  readonly takes: readonly string[];
  readonly name: boolean;
  readonly namespace: boolean;
  readonly labels: ReadonlySet<string> | 'any';
  readonly annotations: ReadonlySet<string> | 'any';
  readonly patchFiles: readonly string[];
  readonly patchTexts: readonly string[];
}

const FILE_NAME = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;

/** Whether a document is a Kustomization or a Component of kustomize; both may leave out apiVersion and kind. */
export function isKustomization(document: YamlDocument): boolean {
  const { value } = document;
  if (!isPlainMapping(value)) return false;
  const apiVersion = Object.hasOwn(value, 'apiVersion') ? value.apiVersion : undefined;
  if (typeof apiVersion === 'string') return apiVersion.startsWith('kustomize.config.k8s.io/');
  return apiVersion === undefined && FILE_NAME.test(document.source.path);
}

/** Reads all Kustomizations of the input. `documentsOf` gives the documents of a file, for the patches that they name. */
export function readKustomizations(
  documents: readonly YamlDocument[],
  documentsOf: (path: string) => readonly YamlDocument[],
): Kustomizations {
  const byFolder = new Map<string, Kustomization>();
  for (const document of documents) {
    if (!isKustomization(document)) continue;
    const kustomization = readKustomization(document);
    byFolder.set(kustomization.folder, kustomization);
  }
  const patchFiles = new Set([...byFolder.values()].flatMap((k) => k.patchFiles));
  // For each file and folder: the Kustomizations that take it in, at any distance.
  const takers = new Map<string, Set<Kustomization>>();
  for (const kustomization of byFolder.values()) {
    const seen = new Set<string>();
    const open = [...kustomization.takes];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      let set = takers.get(path);
      if (!set) takers.set(path, (set = new Set()));
      set.add(kustomization);
      const inner = byFolder.get(path);
      if (inner) open.push(...inner.takes);
    }
  }
  const patches = new Map<Kustomization, Field[]>();
  for (const kustomization of byFolder.values()) {
    patches.set(
      kustomization,
      kustomization.patchFiles.flatMap((path) => documentsOf(path).map((d) => new Field(d, d.value))),
    );
  }
  return {
    context(path) {
      const taking = takers.get(path);
      if (!taking && !patchFiles.has(path)) return undefined;
      const all = [...(taking ?? [])];
      return {
        patch: patchFiles.has(path) && !taking,
        rewrites: (type, name) => rewritesOf(all, patches, type, name),
      };
    },
    rootsOf: (path) => new Set([...(takers.get(path) ?? [])].map((k) => k.folder)),
  };
}

function rewritesOf(
  all: readonly Kustomization[],
  patches: ReadonlyMap<Kustomization, readonly Field[]>,
  type: string,
  name: string,
): Rewrites | undefined {
  const fitting = all.flatMap((k) => (patches.get(k) ?? []).filter((patch) => patchFits(patch, type, name)));
  const texts = all.flatMap((k) => k.patchTexts);
  const rewrites: Rewrites = {
    name: all.some((k) => k.name),
    namespace: all.some((k) => k.namespace),
    labels: union([
      ...all.map((k) => k.labels),
      ...fitting.map((p) => patchedKeys(p, 'labels', type)),
      textKeys(texts, 'labels'),
    ]),
    annotations: union([
      ...all.map((k) => k.annotations),
      ...fitting.map((p) => patchedKeys(p, 'annotations', type)),
      textKeys(texts, 'annotations'),
    ]),
    patches: fitting,
    patchTexts: texts,
  };
  const empty = (keys: ReadonlySet<string> | 'any') => keys !== 'any' && keys.size === 0;
  const changes =
    rewrites.name ||
    rewrites.namespace ||
    !empty(rewrites.labels) ||
    !empty(rewrites.annotations) ||
    fitting.length + texts.length > 0;
  return changes ? rewrites : undefined;
}

function readKustomization(document: YamlDocument): Kustomization {
  const body = new Field(document, document.value);
  const folder = folderOf(document.source.path);
  const texts: string[] = [];
  const files: string[] = [];
  // A patch may stand in the Kustomization itself: a text with a line break, or a JSON list.
  const pathOrText = (field: Field) => {
    const text = field.text() ?? (typeof field.value === 'string' ? field.value : undefined);
    if (text === undefined) return;
    if (/[\n{[]/.test(text)) texts.push(text);
    else files.push(resolvePath(folder, text));
  };
  for (const entry of body.at('patchesStrategicMerge').items()) pathOrText(entry as Field);
  for (const entry of [...body.at('patches').items(), ...body.at('patchesJson6902').items()] as Field[]) {
    pathOrText(entry.at('path'));
    const inline = entry.at('patch').value;
    if (typeof inline === 'string') texts.push(inline);
    pathOrText(entry); // the short form: a bare path
  }
  for (const entry of body.at('replacements').items() as Field[]) texts.push(JSON.stringify(entry.value ?? null));
  const takes = ['resources', 'bases', 'components']
    .flatMap((key) => body.at(key).items() as Field[])
    .flatMap((entry) => entry.text() ?? [])
    .filter((path) => !/^[a-z+]+:\/\/|^git@|\?ref=/.test(path))
    .map((path) => resolvePath(folder, path));
  const labels = new Set(
    body
      .at('commonLabels')
      .entries()
      .map(([key]) => key),
  );
  for (const entry of body.at('labels').items() as Field[]) {
    for (const [key] of entry.at('pairs').entries()) labels.add(key);
  }
  // A transformer may do anything, and what it does stands in another file.
  const anything = body.at('transformers').items().length > 0;
  return {
    folder,
    body,
    takes,
    name: Boolean(body.at('namePrefix').hasValue || body.at('nameSuffix').hasValue || anything),
    namespace: body.at('namespace').hasValue || anything,
    labels: anything ? 'any' : labels,
    annotations: anything
      ? 'any'
      : new Set(
          body
            .at('commonAnnotations')
            .entries()
            .map(([key]) => key),
        ),
    patchFiles: files,
    patchTexts: texts,
  };
}

function patchFits(patch: Field, type: string, name: string): boolean {
  const apiVersion = patch.at('apiVersion').text() ?? '';
  const kind = patch.at('kind').text() ?? '';
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const patchName = patch.at('metadata').at('name').text();
  // A patch with `target` may carry any name; then it may fit everything of the kind.
  return typeOf(group, kind) === type && (patchName === name || patchName === undefined);
}

function patchedKeys(patch: Field, key: 'labels' | 'annotations', type: string): ReadonlySet<string> {
  const places = [patch, podTemplateOf(patch, type)].flatMap((body) => body?.at('metadata').at(key).entries() ?? []);
  return new Set(places.map(([name]) => name));
}

function textKeys(texts: readonly string[], word: string): ReadonlySet<string> | 'any' {
  return texts.some((text) => text.includes(word)) ? 'any' : new Set();
}

function union(sets: readonly (ReadonlySet<string> | 'any')[]): ReadonlySet<string> | 'any' {
  const all = new Set<string>();
  for (const set of sets) {
    if (set === 'any') return 'any';
    for (const key of set) all.add(key);
  }
  return all;
}

/** The folder of a path; the empty text for a file at the top. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function resolvePath(folder: string, path: string): string {
  const parts = path.startsWith('/') || folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}
