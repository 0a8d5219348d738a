import type { YamlDocument } from '../source/document.ts';
import { groupBy } from '../source/grouping.ts';
import { lazy } from '../source/lazy.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import type { Problem } from '../source/problem.ts';
import { readDocuments } from '../source/read-documents.ts';
import { readSingle } from '../source/read-single.ts';
import { SourceFile } from '../source/source-file.ts';
import {
  isKustomization,
  isLater,
  type Kustomization,
  type PatchEntry,
  readKustomization,
  type TargetedChange,
} from './kustomization.ts';
import {
  addAnnotations,
  addLabels,
  addPairs,
  followNames,
  intoNamespace,
  keepsName,
  type ObjectName,
  setAt,
  type Value,
  withImages,
} from './kustomize-fields.ts';
import { applyChange, type Identity, isFor, isPicked, readChange } from './kustomize-patches.ts';
import { type ObjectAt, objectsOf } from './objects.ts';
import type { Rewrites } from './resource.ts';

/** What the Kustomizations of the input make of its files. */
export interface Kustomizations {
  /** Whether a Kustomization names a file as a patch, and none takes it in. */
  isPatch(path: string): boolean;
  /**
   * What the builds make of an object, by its number in its document; those that make the same of it are one. Empty where all of them take it
   * out; undefined for an object that none takes in.
   */
  builds(document: YamlDocument, index: number): readonly Build[] | undefined;
  /** Outermost Kustomizations that make more than was read: of remote bases, of charts, of generators that are programs. */
  readonly unreadRoots: ReadonlySet<string>;
  /** What generators make, and charts that Kustomizations have rendered. `namespace` is undefined where another Kustomization may give one. */
  readonly generated: readonly Generated[];
}

/** Something that a generator of a Kustomization makes. */
export interface Generated {
  readonly kind: 'Secret' | 'ConfigMap' | 'chart';
  readonly name: string;
  readonly namespace: string | undefined;
  readonly by: string;
  readonly folder: string;
}

/** An object as `kustomize build` makes it. */
export interface Build {
  readonly value: Value;
  /** Folders of the outermost Kustomizations that make this of it: what they make is deployed together. */
  readonly roots: ReadonlySet<string>;
  /** What stays open: transformers that are not followed, patches that cannot be read. */
  readonly rewrites: Rewrites | undefined;
}

/** An object on its way through a build. */
interface Item {
  readonly source: ObjectAt;
  readonly value: Value;
  /** The names and namespaces that it had, the written ones first: patches know it by any of them. */
  readonly names: readonly string[];
  readonly namespaces: readonly string[];
  readonly rewrites: Rewrites;
}

/** A Kustomization with its patches read. */
interface Known extends Kustomization {
  readonly changes: readonly TargetedChange[];
  readonly lateChanges: readonly TargetedChange[];
  /** Patches that could not be read. */
  readonly unread: readonly string[];
  /** What the transformers write, as far as they are kustomize's own; `anything` where one is a program, or could not be read. */
  readonly added: readonly AddedFields[];
  readonly anything: boolean;
}

/** Labels or annotations that a transformer writes at some places. Source: kustomize, builtin LabelTransformer and AnnotationsTransformer. */
interface AddedFields {
  readonly pairs: readonly (readonly [string, string])[];
  readonly places: readonly { readonly path: string; readonly kind: string | undefined; readonly create: boolean }[];
}

// A build looks at each of its objects; so many in all builds together. Nobody has more, and beyond it everything stays open.
const MOST_ITEMS = 300_000;
// Kustomizations that are gone through, Components for each that takes them in; and how deep they lie in each other.
const MOST_STEPS = 50_000;
const DEEPEST = 200;
// A patch is held against each object of its build; so many times in all.
const MOST_COMPARISONS = 5_000_000;

/** A file of the input after reading. What looks like no manifest, as a list of JSON operations does, has no documents. */
export interface FileWithDocuments {
  readonly source: SourceFile;
  readonly documents: readonly YamlDocument[];
}

/** Reads all Kustomizations of the input. */
export async function readKustomizations(files: readonly FileWithDocuments[]): Promise<Kustomizations> {
  const byFolder = new Map<string, Known>();
  const byPath = lazy(() => groupBy(files, (file) => file.source.path));
  const filesAt = (path: string) => byPath().get(path) ?? [];
  for (const document of files.flatMap((f) => f.documents)) {
    if (!isKustomization(document)) continue;
    const kustomization = readKustomization(document);
    if (!byFolder.has(kustomization.folder))
      byFolder.set(kustomization.folder, await withChanges(kustomization, filesAt));
  }
  return new Builder(byFolder, (path) => filesAt(path).flatMap((f) => f.documents)).build();
}

async function withChanges(
  kustomization: Kustomization,
  filesAt: (path: string) => readonly FileWithDocuments[],
): Promise<Known> {
  const unread: string[] = [];
  const read = async (entries: readonly PatchEntry[]): Promise<TargetedChange[]> => {
    const found: TargetedChange[] = [];
    for (const { target, path, text } of entries) {
      const values =
        path === undefined
          ? await valuesIn(text ?? '', kustomization.document.source.path)
          : await valuesOf(filesAt(path));
      const changes = values.map(readChange);
      if (values.length === 0 || changes.some((change) => change === undefined)) unread.push(text ?? path ?? '');
      else for (const change of changes) if (change) found.push({ target, change });
    }
    return found;
  };
  const changes = await read(kustomization.patches);
  const lateChanges = await read(kustomization.latePatches);
  const added: AddedFields[] = [];
  let anything = false;
  for (const { path, text } of kustomization.transformers) {
    const values =
      path === undefined
        ? await valuesIn(text ?? '', kustomization.document.source.path)
        : await valuesOf(filesAt(path));
    const read = values.map(addedFields);
    if (values.length === 0 || read.some((one) => one === undefined)) anything = true;
    else for (const one of read) if (one) added.push(one);
  }
  return { ...kustomization, changes, lateChanges, unread, added, anything };
}

function addedFields(value: unknown): AddedFields | undefined {
  if (!isPlainMapping(value) || value.apiVersion !== 'builtin') return undefined;
  const pairs =
    value.kind === 'LabelTransformer'
      ? value.labels
      : value.kind === 'AnnotationsTransformer'
        ? value.annotations
        : undefined;
  if (!isPlainMapping(pairs) || !Array.isArray(value.fieldSpecs)) return undefined;
  const texts = Object.entries(pairs).map(([key, one]) => [key, typeof one === 'object' ? '' : String(one)] as const);
  const places = value.fieldSpecs.map((spec: unknown) =>
    isPlainMapping(spec) && typeof spec.path === 'string'
      ? { path: spec.path, kind: typeof spec.kind === 'string' ? spec.kind : undefined, create: spec.create === true }
      : undefined,
  );
  return places.some((one) => one === undefined)
    ? undefined
    : { pairs: texts, places: places.flatMap((one) => one ?? []) };
}

async function valuesOf(files: readonly FileWithDocuments[]): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const { source, documents } of files) {
    if (documents.length > 0) values.push(...documents.map((d) => d.value));
    else values.push(...(await valuesIn(source.text, source.path)));
  }
  return values;
}

async function valuesIn(text: string, path: string): Promise<unknown[]> {
  const source = new SourceFile(path, text);
  const isBroken = (problems: readonly Problem[]) => problems.some((p) => p.kind === 'syntax' || p.kind === 'bomb');
  const { documents, problems } = await readDocuments(source);
  if (isBroken(problems)) return [];
  if (documents.length > 0) return documents.map((d) => d.value);
  // A list of JSON operations looks like no manifest.
  const single = await readSingle(source);
  return single.document && !isBroken(single.problems) ? [single.document.value] : [];
}

const NOTHING: ReadonlySet<string> = new Set();
const OPEN: Rewrites = { name: false, namespace: false, labels: NOTHING, annotations: NOTHING, texts: [] };
const ANYTHING: Rewrites = { name: true, namespace: true, labels: 'any', annotations: 'any', texts: [] };

class Builder {
  readonly #byFolder: ReadonlyMap<string, Known>;
  readonly #documentsOf: (path: string) => readonly YamlDocument[];
  readonly #known = new Map<string, readonly Item[]>();
  readonly #open = new Set<string>();
  readonly #objects = new Map<string, readonly ObjectAt[]>();
  readonly #unread = new Set<string>();
  #items = 0;
  #comparisons = 0;
  #steps = 0;

  constructor(byFolder: ReadonlyMap<string, Known>, documentsOf: (path: string) => readonly YamlDocument[]) {
    this.#byFolder = byFolder;
    this.#documentsOf = documentsOf;
  }

  build(): Kustomizations {
    const taken = new Set<string>();
    const held = new Set<string>();
    const patches = new Set<string>();
    for (const { folder, resources, components, patches: own, latePatches } of this.#byFolder.values()) {
      for (const path of [...resources, ...components])
        (this.#byFolder.has(path) && path !== folder ? taken : held).add(path);
      for (const { path } of [...own, ...latePatches]) if (path !== undefined) patches.add(path);
    }
    const roots = [...this.#byFolder.values()].filter((k) => !taken.has(k.folder) && !k.isComponent);
    // Kustomizations that take each other in have no outermost one: then each of them is.
    const reached = new Set<string>();
    const results = new Map<YamlDocument, Map<number, Build[]>>();
    const unreadRoots = new Set<string>();
    const collect = (folder: string) => {
      const items = this.#build(folder, reached, 0);
      if (this.#unread.has(folder)) unreadRoots.add(folder);
      for (const item of items) addBuild(results, folder, item);
    };
    for (const { folder } of roots) collect(folder);
    for (const { folder, isComponent } of this.#byFolder.values())
      if (!reached.has(folder) && !isComponent) collect(folder);
    if (this.#isTooMuch) return this.#allOpen(held, patches);
    // What stands in a Component that nobody takes in, and what every build takes out, is deployed nowhere.
    for (const path of held)
      for (const { document, index } of this.#objectsOf(path)) {
        const ofDocument = results.get(document) ?? new Map<number, Build[]>();
        results.set(document, ofDocument);
        if (!ofDocument.has(index)) ofDocument.set(index, []);
      }
    return {
      isPatch: (path) => patches.has(path) && !held.has(path),
      builds: (document, index) => results.get(document)?.get(index),
      unreadRoots,
      generated: this.#generated(taken),
    };
  }

  get #isTooMuch(): boolean {
    return this.#items > MOST_ITEMS || this.#comparisons > MOST_COMPARISONS || this.#steps > MOST_STEPS;
  }

  /** Where there is more than can be built: each object as it is written, with everything open. */
  #allOpen(held: ReadonlySet<string>, patches: ReadonlySet<string>): Kustomizations {
    const open = new Set([...held].flatMap((path) => this.#documentsOf(path)));
    const value = new Map(
      [...held]
        .flatMap((path) => this.#objectsOf(path))
        .map((o) => [`${o.document.start} ${o.index} ${o.document.source.path}`, o.value]),
    );
    const roots = new Set(this.#byFolder.keys());
    return {
      isPatch: (path) => patches.has(path) && !held.has(path),
      builds: (document, index) => {
        const written = open.has(document) && value.get(`${document.start} ${index} ${document.source.path}`);
        return written ? [{ value: written, roots, rewrites: ANYTHING }] : undefined;
      },
      unreadRoots: roots,
      generated: this.#generated(roots),
    };
  }

  #generated(taken: ReadonlySet<string>): Generated[] {
    return [...this.#byFolder.values()].flatMap(({ folder, document, generated, charts, namespace }) => {
      const own = taken.has(folder) ? undefined : (namespace ?? undefined);
      const by = (what: string) => `${what} of ${document.source.path} makes it`;
      return [
        ...generated.map((one) => ({
          ...one,
          namespace: own ?? (taken.has(folder) ? undefined : one.namespace),
          by: by(one.kind === 'Secret' ? 'secretGenerator' : 'configMapGenerator'),
          folder,
        })),
        ...charts.map((name) => ({
          kind: 'chart' as const,
          name,
          namespace: own,
          by: `chart ${name} of ${document.source.path} may make it`,
          folder,
        })),
      ];
    });
  }

  /** What a Kustomization makes, the objects of those that it takes in among it. */
  #build(folder: string, reached: Set<string>, depth: number): readonly Item[] {
    const known = this.#known.get(folder);
    if (known) return known;
    const kustomization = this.#byFolder.get(folder);
    if (!kustomization || this.#open.has(folder)) return [];
    const built = this.#accumulate(kustomization, [], reached, depth);
    this.#known.set(folder, built);
    return built;
  }

  /** What a Kustomization makes of what it takes in; a Component works on what its Kustomization has gathered so far. */
  #accumulate(kustomization: Known, gathered: readonly Item[], reached: Set<string>, depth: number): readonly Item[] {
    const { folder, resources, components } = kustomization;
    this.#steps += depth > DEEPEST ? MOST_STEPS + 1 : 1;
    reached.add(folder);
    if (this.#isTooMuch) return [];
    if (kustomization.unreadBases) this.#unread.add(folder);
    this.#open.add(folder);
    // What is taken in on two ways is one object all the same.
    const all = new Set(gathered);
    for (const path of resources) {
      for (const item of this.#take(path, reached, depth + 1)) all.add(item);
      if (this.#unread.has(path)) this.#unread.add(folder);
      if (all.size + this.#items > MOST_ITEMS) this.#items = MOST_ITEMS + 1;
      if (this.#isTooMuch) return [];
    }
    let items: readonly Item[] = [...all];
    for (const path of components) {
      const component = this.#byFolder.get(path);
      if (!component || this.#open.has(path)) continue;
      items = this.#accumulate(component, items, reached, depth + 1);
      if (this.#unread.has(path)) this.#unread.add(folder);
    }
    this.#open.delete(folder);
    return this.#transform(kustomization, items);
  }

  #take(path: string, reached: Set<string>, depth: number): readonly Item[] {
    if (this.#byFolder.has(path)) return this.#build(path, reached, depth);
    return this.#objectsOf(path).map((source) => {
      const { name, namespace } = namesOf(source.value);
      return { source, value: source.value, names: [name], namespaces: [namespace], rewrites: OPEN };
    });
  }

  #objectsOf(path: string): readonly ObjectAt[] {
    let objects = this.#objects.get(path);
    if (!objects)
      this.#objects.set(
        path,
        (objects = this.#documentsOf(path).flatMap((d) => (isKustomization(d) ? [] : objectsOf(d)))),
      );
    return objects;
  }

  #transform(k: Known, items: readonly Item[]): Item[] {
    this.#items += items.length;
    this.#comparisons += items.length * (k.changes.length + k.lateChanges.length + k.replacements.length + 1);
    if (this.#isTooMuch) return [];
    const renames = k.prefix !== '' || k.suffix !== '' || k.namespace !== undefined;
    const changed = items.flatMap((item) => {
      const patched = change(item, k.changes);
      if (!patched) return [];
      const late = change(decorate(k, patched), k.lateChanges);
      return late ? [late] : [];
    });
    const named = renames ? renamed(changed) : changed;
    return named.map((item) => finish(k, item));
  }
}

/** An object after patches; undefined when one deletes it. */
function change(item: Item, changes: readonly TargetedChange[]): Item | undefined {
  let at = item;
  for (const { target, change: one } of changes) {
    if (!isFor(target, one, identityOf(at))) continue;
    const { value } = applyChange(at.value, one, at.source.type);
    if (!value) return undefined;
    at = { ...at, value };
  }
  return at;
}

function identityOf({ source, value, names, namespaces }: Item): Identity {
  const { group, version, kind } = source;
  const metadata = isPlainMapping(value.metadata) ? value.metadata : {};
  return { group, version, kind, names, namespaces, labels: metadata.labels, annotations: metadata.annotations };
}

/** Namespace, names, labels and annotations. */
function decorate(k: Known, item: Item): Item {
  const { kind, type } = item.source;
  let { value, rewrites } = item;
  if (typeof k.namespace === 'string') value = intoNamespace(value, kind, type, k.namespace);
  else if (k.namespace === null) rewrites = { ...rewrites, namespace: true };
  if (!keepsName(kind)) {
    if (k.prefix === null || k.suffix === null) rewrites = { ...rewrites, name: true };
    else if (k.prefix !== '' || k.suffix !== '')
      value = setAt(value, ['metadata', 'name'], renameBy(k.prefix, k.suffix), false);
  }
  for (const labels of k.labels) value = addLabels(value, kind, labels);
  value = addAnnotations(value, kind, k.annotations);
  const { name, namespace } = namesOf(value);
  return {
    ...item,
    value,
    rewrites,
    names: item.names.includes(name) ? item.names : [...item.names, name],
    namespaces: item.namespaces.includes(namespace) ? item.namespaces : [...item.namespaces, namespace],
  };
}

function renameBy(prefix: string, suffix: string): (old: unknown) => unknown {
  return (old) => (typeof old === 'string' && old !== '' ? `${prefix}${old}${suffix}` : old);
}

/** The objects of a build, with what they say of each other's names. */
function renamed(items: readonly Item[]): Item[] {
  const names = new Map<string, ObjectName>();
  for (const { source, value, names: had } of items)
    for (const old of had) names.set(`${source.kind}\n${old}`, namesOf(value));
  return items.map((item) => ({
    ...item,
    value: followNames(item.value, item.source.kind, (kind, name) => names.get(`${kind}\n${name}`)),
  }));
}

/** What comes last: replicas, images, and what `replacements` write, of which only the place is known. */
function finish(k: Known, item: Item): Item {
  const { kind } = item.source;
  let { value, rewrites } = item;
  for (const { name, count } of k.replicas)
    if (item.names.includes(name) && /^(?:Deployment|ReplicaSet|StatefulSet|ReplicationController)$/.test(kind))
      value = setAt(value, ['spec', 'replicas'], () => count, true);
  value = withImages(value, k.images);
  for (const { picks, paths } of k.replacements) {
    const identity = identityOf({ ...item, value });
    if (!isPicked(picks.select, identity) || picks.reject.some((one) => isPicked(one, identity))) continue;
    for (const path of paths) value = leaveOpen(value, path);
    if (paths.includes('*')) rewrites = { ...rewrites, texts: [...rewrites.texts, '*'] };
  }
  for (const { pairs, places } of k.added)
    for (const { path, kind: only, create } of places)
      if (only === undefined || only === kind) value = addPairs(value, path, pairs, create);
  if (k.anything) rewrites = ANYTHING;
  else if (k.unread.length > 0) rewrites = unreadBy(rewrites, k.unread);
  return value === item.value && rewrites === item.rewrites ? item : { ...item, value, rewrites };
}

function unreadBy(rewrites: Rewrites, texts: readonly string[]): Rewrites {
  const names = (word: string, known: Rewrites['labels']) =>
    texts.some((text) => text.includes(word) || isLater(text)) ? ('any' as const) : known;
  return {
    ...rewrites,
    labels: names('labels', rewrites.labels),
    annotations: names('annotations', rewrites.annotations),
    texts: [...rewrites.texts, ...texts],
  };
}

/** The text that stands where another one will: nobody reads anything out of it. */
const LATER = '${replaced}';

// `spec.rules.[host=a].http`, `spec.rules.0.host`, `spec.template.metadata.annotations.[a.b/c]`: what cannot be followed to its end stays open as a whole.
function leaveOpen(value: Value, path: string): Value {
  const steps = path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? [];
  const plain: string[] = [];
  for (const step of steps) {
    if (step.startsWith('[') && step.includes('=')) plain.push('*');
    else if (step.startsWith('[')) plain.push(step.slice(1, -1));
    else plain.push(/^(?:\d+|\*|-)$/.test(step) ? '*' : step);
  }
  return setAt(value, plain, () => LATER, true);
}

function namesOf(value: Value): ObjectName {
  const { metadata } = value;
  const text = (key: string) =>
    isPlainMapping(metadata) && typeof metadata[key] === 'string' ? (metadata[key] as string) : '';
  return { name: text('name'), namespace: text('namespace') };
}

function addBuild(results: Map<YamlDocument, Map<number, Build[]>>, root: string, item: Item): void {
  const { document, index } = item.source;
  let ofDocument = results.get(document);
  if (!ofDocument) results.set(document, (ofDocument = new Map()));
  let builds = ofDocument.get(index);
  if (!builds) ofDocument.set(index, (builds = []));
  const same = builds.findIndex((b) => isEqual(b.value, item.value) && isEqual(open(b.rewrites), open(item.rewrites)));
  const before = builds[same];
  if (before) builds[same] = { ...before, roots: new Set([...before.roots, root]) };
  else if (builds.length < MOST_BUILDS)
    builds.push({
      value: item.value,
      roots: new Set([root]),
      rewrites: isClosed(item.rewrites) ? undefined : item.rewrites,
    });
  else {
    // Nobody keeps one object in so many forms: the last one stands for all that follow, with everything open.
    const last = builds[MOST_BUILDS - 1] as Build;
    builds[MOST_BUILDS - 1] = { value: item.source.value, roots: new Set([...last.roots, root]), rewrites: ANYTHING };
  }
}

const MOST_BUILDS = 12;

function open(rewrites: Rewrites | undefined): unknown {
  return rewrites === undefined || isClosed(rewrites)
    ? null
    : { ...rewrites, labels: [...rewrites.labels], annotations: [...rewrites.annotations] };
}

function isClosed({ name, namespace, labels, annotations, texts }: Rewrites): boolean {
  return (
    !name &&
    !namespace &&
    labels !== 'any' &&
    labels.size === 0 &&
    annotations !== 'any' &&
    annotations.size === 0 &&
    texts.length === 0
  );
}

/** Whether two values are the same; what is shared is not looked into. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  if (!isPlainMapping(a) || !isPlainMapping(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}
