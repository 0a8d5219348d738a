import { isPlainMapping } from '../source/plain-mapping.ts';
import { isClusterScoped } from './kinds.ts';
import type { AddedLabels, Image } from './kustomization.ts';

/** An object while it is built: plain values, shared with what was written wherever nothing changed. */
export type Value = Readonly<Record<string, unknown>>;

// `*` stands for each item of a list.
type Path = readonly string[];
const path = (text: string): Path => text.split('/');

/** Where labels of `commonLabels` go beside `metadata/labels`, by kind. Source: kustomize `api/internal/konfig/builtinpluginconsts/commonlabels.go`. */
const SELECTORS: ReadonlyMap<string, { readonly made: readonly Path[]; readonly whereThere: readonly Path[] }> =
  new Map(
    Object.entries({
      Service: { made: ['spec/selector'] },
      ReplicationController: { made: ['spec/selector'] },
      Deployment: { made: ['spec/selector/matchLabels'] },
      ReplicaSet: { made: ['spec/selector/matchLabels'] },
      DaemonSet: { made: ['spec/selector/matchLabels'] },
      StatefulSet: { made: ['spec/selector/matchLabels'] },
      Job: { whereThere: ['spec/selector/matchLabels'] },
      CronJob: { whereThere: ['spec/jobTemplate/spec/selector/matchLabels'] },
      PodDisruptionBudget: { whereThere: ['spec/selector/matchLabels'] },
      NetworkPolicy: {
        whereThere: [
          'spec/podSelector/matchLabels',
          'spec/ingress/*/from/*/podSelector/matchLabels',
          'spec/egress/*/to/*/podSelector/matchLabels',
        ],
      },
    }).map(([kind, fields]) => {
      const { made = [], whereThere = [] } = fields as { made?: string[]; whereThere?: string[] };
      return [kind, { made: made.map(path), whereThere: whereThere.map(path) }];
    }),
  );

const TEMPLATES: ReadonlyMap<string, readonly Path[]> = new Map(
  Object.entries({
    ReplicationController: ['spec/template/metadata/labels'],
    Deployment: ['spec/template/metadata/labels'],
    ReplicaSet: ['spec/template/metadata/labels'],
    DaemonSet: ['spec/template/metadata/labels'],
    StatefulSet: ['spec/template/metadata/labels'],
    Job: ['spec/template/metadata/labels'],
    CronJob: ['spec/jobTemplate/metadata/labels', 'spec/jobTemplate/spec/template/metadata/labels'],
  }).map(([kind, paths]) => [kind, paths.map(path)]),
);

const TEMPLATE_ANNOTATIONS: ReadonlyMap<string, readonly Path[]> = new Map(
  [...TEMPLATES].map(([kind, paths]) => [kind, paths.map((p) => [...p.slice(0, -1), 'annotations'])]),
);

/** An object with the labels that a Kustomization adds. */
export function addLabels(value: Value, kind: string, { pairs, selectors, templates }: AddedLabels): Value {
  const add = (old: unknown) => withPairs(old, pairs);
  let at = setAt(value, ['metadata', 'labels'], add, true);
  if (selectors) {
    const fields = SELECTORS.get(kind);
    for (const one of fields?.made ?? []) at = setAt(at, one, add, true);
    for (const one of fields?.whereThere ?? []) at = setAt(at, one, add, false);
  }
  if (selectors || templates) for (const one of TEMPLATES.get(kind) ?? []) at = setAt(at, one, add, true);
  return at;
}

/** An object with pairs at one place, such as `spec/template/metadata/labels`; lists on the way are gone through. */
export function addPairs(
  value: Value,
  where: string,
  pairs: readonly (readonly [string, string])[],
  create: boolean,
): Value {
  const steps = where.split('/').flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), '*'] : step));
  return setAt(value, steps, (old) => withPairs(old, pairs), create);
}

/** An object with the annotations that a Kustomization adds: to the pods as well. */
export function addAnnotations(value: Value, kind: string, pairs: readonly (readonly [string, string])[]): Value {
  if (pairs.length === 0) return value;
  const add = (old: unknown) => withPairs(old, pairs);
  let at = setAt(value, ['metadata', 'annotations'], add, true);
  for (const one of TEMPLATE_ANNOTATIONS.get(kind) ?? []) at = setAt(at, one, add, true);
  return at;
}

/**
 * An object in the namespace of its Kustomization. A Namespace is called so itself, and what names a namespace inside follows.
 * Source: kustomize `api/filters/namespace/namespace.go`.
 */
export function intoNamespace(value: Value, kind: string, type: string, namespace: string): Value {
  const give = () => namespace;
  if (kind === 'Namespace') return setAt(value, ['metadata', 'name'], give, true);
  if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') {
    const bound = setAt(
      value,
      ['subjects', '*'],
      (subject) =>
        isPlainMapping(subject) && subject.kind === 'ServiceAccount' && subject.name === 'default'
          ? { ...subject, namespace }
          : subject,
      false,
    );
    return kind === 'ClusterRoleBinding' ? bound : setAt(bound, ['metadata', 'namespace'], give, true);
  }
  return isClusterScoped(type) ? value : setAt(value, ['metadata', 'namespace'], give, true);
}

/** Kinds whose names stay. Source: kustomize PrefixTransformer. */
export function keepsName(kind: string): boolean {
  return kind === 'Namespace' || kind === 'CustomResourceDefinition' || kind === 'APIService';
}

/** An object with images as `images` names them. */
export function withImages(value: Value, images: readonly Image[]): Value {
  if (images.length === 0) return value;
  const rename = (container: unknown) => {
    if (!isPlainMapping(container) || typeof container.image !== 'string') return container;
    const image = newImage(container.image, images);
    return image === container.image ? container : { ...container, image };
  };
  const pod = (at: unknown): unknown => {
    if (!isPlainMapping(at)) return at;
    let changed: Value = at;
    for (const key of ['containers', 'initContainers'])
      if (Array.isArray(at[key])) changed = { ...changed, [key]: (at[key] as unknown[]).map(rename) };
    return changed;
  };
  let at = value;
  for (const where of ['spec', 'spec/template/spec', 'spec/jobTemplate/spec/template/spec'])
    at = setAt(at, path(where), pod, false);
  return at;
}

function newImage(text: string, images: readonly Image[]): string {
  const [bare = '', digest] = text.split('@');
  const colon = bare.lastIndexOf(':');
  const hasTag = colon > bare.lastIndexOf('/');
  const name = hasTag ? bare.slice(0, colon) : bare;
  let image = { name, rest: text.slice(name.length) };
  for (const { name: wanted, newName, newTag, digest: newDigest } of images) {
    if (wanted !== image.name) continue;
    const tag = newTag === undefined ? (hasTag && digest === undefined ? bare.slice(colon) : undefined) : `:${newTag}`;
    image = {
      name: newName ?? image.name,
      rest: newDigest === undefined ? (tag ?? image.rest) : `${newTag === undefined ? '' : `:${newTag}`}@${newDigest}`,
    };
  }
  return image.name + image.rest;
}

/** What names another object, by the kind of that object. Source: kustomize `namereference.go`, as far as this tool reads such fields. */
const REFERENCES: readonly { readonly to: string; readonly in: RegExp; readonly paths: readonly Path[] }[] = [
  {
    to: 'Service',
    in: /^StatefulSet$/,
    paths: [path('spec/serviceName')],
  },
  {
    to: 'Service',
    in: /^Ingress$/,
    paths: [
      'spec/rules/*/http/paths/*/backend/serviceName',
      'spec/rules/*/http/paths/*/backend/service/name',
      'spec/backend/serviceName',
      'spec/defaultBackend/service/name',
    ].map(path),
  },
  {
    to: 'ServiceAccount',
    in: /./,
    paths: [
      'spec/serviceAccountName',
      'spec/template/spec/serviceAccountName',
      'spec/jobTemplate/spec/template/spec/serviceAccountName',
    ].map(path),
  },
  ...(['ConfigMap', 'Secret'] as const).map((to) => ({
    to,
    in: /./,
    paths: ['spec', 'spec/template/spec', 'spec/jobTemplate/spec/template/spec'].flatMap((pod) =>
      (to === 'ConfigMap'
        ? [
            'volumes/*/configMap/name',
            'containers/*/envFrom/*/configMapRef/name',
            'containers/*/env/*/valueFrom/configMapKeyRef/name',
          ]
        : [
            'volumes/*/secret/secretName',
            'imagePullSecrets/*/name',
            'containers/*/envFrom/*/secretRef/name',
            'containers/*/env/*/valueFrom/secretKeyRef/name',
          ]
      ).map((rest) => path(`${pod}/${rest}`)),
    ),
  })),
  { to: 'Secret', in: /^Ingress$/, paths: [path('spec/tls/*/secretName')] },
  ...['Deployment', 'StatefulSet', 'ReplicaSet'].map((to) => ({
    to,
    in: /^HorizontalPodAutoscaler$/,
    paths: [path('spec/scaleTargetRef/name')],
  })),
];

/** What an object is called, in which namespace; empty where none is written. */
export interface ObjectName {
  readonly name: string;
  readonly namespace: string;
}

// Where a Service is named with its namespace.
const SERVICES_WITH_NAMESPACE = [
  { in: /WebhookConfiguration$/, path: path('webhooks/*/clientConfig/service') },
  { in: /^APIService$/, path: path('spec/service') },
  { in: /^CustomResourceDefinition$/, path: path('spec/conversion/webhook/clientConfig/service') },
];

/** An object in which the names of others follow their renaming. `renamed`: for a kind and a name as it was written what it is called now. */
export function followNames(
  value: Value,
  kind: string,
  renamed: (kind: string, name: string) => ObjectName | undefined,
): Value {
  let at = value;
  for (const { in: kinds, path: where } of SERVICES_WITH_NAMESPACE)
    if (kinds.test(kind))
      at = setAt(
        at,
        where,
        (old) => {
          const now = isPlainMapping(old) && typeof old.name === 'string' ? renamed('Service', old.name) : undefined;
          return now && isPlainMapping(old)
            ? { ...old, name: now.name, namespace: now.namespace || old.namespace }
            : old;
        },
        false,
      );
  for (const { to, in: kinds, paths } of REFERENCES) {
    if (!kinds.test(kind)) continue;
    for (const one of paths)
      at = setAt(at, one, (old) => (typeof old === 'string' ? (renamed(to, old)?.name ?? old) : old), false);
  }
  return at;
}

function withPairs(old: unknown, pairs: readonly (readonly [string, string])[]): unknown {
  // A placeholder in place of a mapping stays what it is.
  if (old !== undefined && old !== null && !isPlainMapping(old)) return old;
  const added: Record<string, unknown> = { ...(isPlainMapping(old) ? old : {}) };
  for (const [key, value] of pairs)
    Object.defineProperty(added, key, { value, enumerable: true, configurable: true, writable: true });
  return added;
}

/** A value in which what stands at a path is replaced; `makes` says whether mappings on the way are made. What does not change is shared. */
export function setAt(value: Value, steps: Path, change: (old: unknown) => unknown, makes: boolean): Value {
  return walk(value, steps, 0, change, makes) as Value;
}

function walk(value: unknown, steps: Path, i: number, change: (old: unknown) => unknown, makes: boolean): unknown {
  const step = steps[i];
  if (step === undefined) return change(value);
  if (step === '*') {
    if (!Array.isArray(value)) return value;
    let changed: unknown[] | undefined;
    for (const [n, item] of value.entries()) {
      const next = walk(item, steps, i + 1, change, makes);
      if (next !== item) (changed ??= [...value])[n] = next;
    }
    return changed ?? value;
  }
  if (value === undefined || value === null) {
    if (!makes) return value;
    return { [step]: walk(undefined, steps, i + 1, change, makes) };
  }
  if (!isPlainMapping(value)) return value;
  const old = Object.hasOwn(value, step) ? value[step] : undefined;
  if (!makes && old === undefined) return value;
  const next = walk(old, steps, i + 1, change, makes);
  return next === old ? value : { ...value, [step]: next };
}
