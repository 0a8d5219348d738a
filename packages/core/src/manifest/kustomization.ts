import type { YamlDocument } from '../source/document.ts';
import { Field } from '../source/field.ts';
import { isPlaceholder } from '../source/placeholder.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import { folderOf, resolvePath } from './folders.ts';
import type { Change, PatchTarget, Picks } from './kustomize-patches.ts';

/** Labels that a Kustomization adds, and to what beside the objects themselves. */
export interface AddedLabels {
  readonly pairs: readonly (readonly [string, string])[];
  /** Selectors too, and with them the pods. */
  readonly selectors: boolean;
  /** Pods too. */
  readonly templates: boolean;
}

/** What is written in a Kustomization or a Component, as far as this tool follows it. `undefined` is not written; `null` is filled in later. */
export interface Kustomization {
  readonly folder: string;
  readonly document: YamlDocument;
  readonly isComponent: boolean;
  /** Files and folders, from the top of the input. */
  readonly resources: readonly string[];
  readonly components: readonly string[];
  readonly namespace: string | null | undefined;
  readonly prefix: string | null;
  readonly suffix: string | null;
  readonly labels: readonly AddedLabels[];
  readonly annotations: readonly (readonly [string, string])[];
  /** In the order in which kustomize makes them: strategic ones, `patches`, then (after names and labels) those of JSON alone. */
  readonly patches: readonly PatchEntry[];
  readonly latePatches: readonly PatchEntry[];
  readonly replacements: readonly Replacement[];
  readonly images: readonly Image[];
  readonly replicas: readonly { readonly name: string; readonly count: number }[];
  /** Whether it takes in what is not among the files: remote bases, charts, programs that generate. */
  readonly unreadBases: boolean;
  /** What its generators make. */
  readonly generated: readonly {
    readonly kind: 'Secret' | 'ConfigMap';
    readonly name: string;
    readonly namespace: string | undefined;
  }[];
  /** Charts that it has rendered. */
  readonly charts: readonly string[];
  /** What stands in files or texts of their own, and is made last. */
  readonly transformers: readonly PatchEntry[];
}

/** A patch where it is named: a file, or a text in the Kustomization. */
export interface PatchEntry {
  readonly target: PatchTarget | undefined;
  readonly path: string | undefined;
  readonly text: string | undefined;
}

/** What `replacements` write, whose value is not looked up: only where. */
export interface Replacement {
  readonly picks: Picks;
  readonly paths: readonly string[];
}

/** An entry of `images`: what an image is called after it. */
export interface Image {
  readonly name: string;
  readonly newName: string | undefined;
  readonly newTag: string | undefined;
  readonly digest: string | undefined;
}

/** A change with whom it is for. */
export interface TargetedChange {
  readonly target: PatchTarget | undefined;
  readonly change: Change;
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

/** Reads a Kustomization. Source: kustomize `api/types/kustomization.go`. */
export function readKustomization(document: YamlDocument): Kustomization {
  const body = new Field(document, document.value);
  const folder = folderOf(document.source.path);
  const paths = (key: string) =>
    (body.at(key).items() as Field[])
      .flatMap((entry) => entry.text() ?? [])
      .filter((path) => !isRemote(path))
      .map((path) => resolvePath(folder, path));
  const isPath = (text: string) => !/[\n{[]/.test(text);
  const place = (field: Field): Pick<PatchEntry, 'path' | 'text'> | undefined => {
    if (typeof field.value !== 'string') return undefined;
    return isPath(field.value)
      ? { path: resolvePath(folder, field.value), text: undefined }
      : { path: undefined, text: field.value };
  };
  const entries = (key: string): PatchEntry[] =>
    (body.at(key).items() as Field[]).flatMap((entry) => {
      // The short form: a bare path, or the text itself.
      const bare = place(entry);
      if (bare) return { target: undefined, ...bare };
      const target = entry.at('target').isMapping ? readTarget(entry.at('target')) : undefined;
      const inline = entry.at('patch').value;
      if (typeof inline === 'string') return { target, path: undefined, text: inline };
      const path = place(entry.at('path'));
      return path ? { target, ...path } : [];
    });
  return {
    folder,
    document,
    isComponent: body.at('kind').text() === 'Component',
    resources: [...paths('resources'), ...paths('bases')],
    components: paths('components'),
    namespace: textOf(body.at('namespace')),
    prefix: textOf(body.at('namePrefix')) ?? (body.at('namePrefix').hasValue ? null : ''),
    suffix: textOf(body.at('nameSuffix')) ?? (body.at('nameSuffix').hasValue ? null : ''),
    labels: readLabels(body),
    annotations: pairsOf(body.at('commonAnnotations')),
    patches: [...entries('patchesStrategicMerge'), ...entries('patches')],
    latePatches: entries('patchesJson6902'),
    replacements: (body.at('replacements').items() as Field[]).flatMap((one) => readReplacement(one)),
    images: (body.at('images').items() as Field[]).flatMap((image) => {
      const name = image.at('name').text();
      return name === undefined
        ? []
        : {
            name,
            newName: image.at('newName').text(),
            newTag: image.at('newTag').text(),
            digest: image.at('digest').text(),
          };
    }),
    replicas: (body.at('replicas').items() as Field[]).flatMap((one) => {
      const name = one.at('name').text();
      const count = one.at('count').number();
      return name === undefined || count === undefined ? [] : { name, count };
    }),
    generated: (['Secret', 'ConfigMap'] as const).flatMap((kind) =>
      (body.at(kind === 'Secret' ? 'secretGenerator' : 'configMapGenerator').items() as Field[]).flatMap((entry) => {
        const name = entry.at('name').text();
        return name === undefined ? [] : { kind, name, namespace: entry.at('namespace').text() };
      }),
    ),
    charts: (body.at('helmCharts').items() as Field[]).flatMap(
      (chart) => chart.at('releaseName').text() ?? chart.at('name').text() ?? [],
    ),
    unreadBases:
      ['helmCharts', 'helmChartInflationGenerator', 'generators'].some((key) => body.at(key).items().length > 0) ||
      ['resources', 'bases', 'components'].some((key) =>
        (body.at(key).items() as Field[]).some((entry) => isRemote(entry.text() ?? '://')),
      ),
    transformers: (body.at('transformers').items() as Field[]).map((entry) => ({
      target: undefined,
      ...(place(entry) ?? { path: undefined, text: '' }),
    })),
  };
}

function isRemote(path: string): boolean {
  return /^[a-z+]+:\/\/|^git@|^git::|\?ref=|^(?:[\w-]+\.)+(?:com|org|io|net|dev|cloud)[/:]/.test(path);
}

/** `null` for what is filled in later. */
function textOf(field: Field): string | null | undefined {
  const { value } = field;
  if (value === undefined || value === null || value === '') return undefined;
  return field.text() ?? null;
}

function readLabels(body: Field): AddedLabels[] {
  const common = pairsOf(body.at('commonLabels'));
  const more = (body.at('labels').items() as Field[]).map((entry) => ({
    pairs: pairsOf(entry.at('pairs')),
    selectors: entry.at('includeSelectors').boolean() === true,
    templates: entry.at('includeTemplates').boolean() === true,
  }));
  // Those of `labels` come first. Source: kustomize `kusttarget_configplugin.go`, LabelTransformer.
  const all = [...more, { pairs: common, selectors: true, templates: true }];
  return all.filter(({ pairs }) => pairs.length > 0);
}

// A value that is filled in later stays the placeholder that it is, and nobody reads anything out of it.
function pairsOf(field: Field): [string, string][] {
  return field
    .entries()
    .map(([key, value]) => [key, value.text() ?? (typeof value.value === 'string' ? value.value : '${later}')]);
}

function readTarget(field: Field): PatchTarget {
  const text = (key: string) => {
    const value = field.at(key);
    return typeof value.value === 'string' && value.value !== '' ? value.value : undefined;
  };
  return {
    group: text('group'),
    version: text('version'),
    kind: text('kind'),
    name: text('name'),
    namespace: text('namespace'),
    labelSelector: text('labelSelector'),
    annotationSelector: text('annotationSelector'),
  };
}

function readReplacement(field: Field): Replacement[] {
  // With `path` it stands in a file of its own, which is not followed: then it may write anything.
  if (field.at('path').hasValue && !field.at('targets').hasValue)
    return [{ picks: { select: {}, reject: [] }, paths: ['*'] }];
  return (field.at('targets').items() as Field[]).map((target) => {
    const paths = (target.at('fieldPaths').items() as Field[]).flatMap((path) =>
      typeof path.value === 'string' ? path.value : [],
    );
    return {
      picks: {
        select: target.at('select').isMapping ? exactly(readTarget(target.at('select'))) : {},
        reject: (target.at('reject').items() as Field[]).map((one) => exactly(readTarget(one))),
      },
      paths: paths.length > 0 ? paths : ['metadata.name'],
    };
  });
}

// Where patches read names as expressions, replacements read them as they are.
function exactly(target: PatchTarget): PatchTarget {
  const quoted = (text: string | undefined) => text?.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return { ...target, name: quoted(target.name), namespace: quoted(target.namespace), kind: quoted(target.kind) };
}

/** Whether a text of a Kustomization is filled in before kustomize reads it. */
export function isLater(text: string): boolean {
  return isPlaceholder(text);
}
