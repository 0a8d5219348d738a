import { isPlainMapping } from '../source/plain-mapping.ts';
import { typeOf } from './kinds.ts';

/** Whom a patch is for: names and kinds are expressions that have to match as a whole. Source: kustomize `api/types/selector.go`. */
export interface PatchTarget {
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly annotationSelector?: string | undefined;
}

/** Who is meant, and who of them is not. */
export interface Picks {
  readonly select: PatchTarget;
  readonly reject: readonly PatchTarget[];
}

/** What identifies an object while it is built: as it is now, and as it was written. */
export interface Identity {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly names: readonly string[];
  readonly namespaces: readonly string[];
  readonly labels: unknown;
  readonly annotations: unknown;
}

/** A change to an object: a partial object that is laid over it, or a list of JSON operations. */
export type Change =
  | { readonly kind: 'strategic'; readonly patch: Readonly<Record<string, unknown>> }
  | { readonly kind: 'json'; readonly operations: readonly JsonOperation[] };

/** An operation of RFC 6902, as far as kustomize takes it. */
export interface JsonOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string | undefined;
  readonly value?: unknown;
}

/** What becomes of an object: `undefined` when it is deleted; `failed` where the change cannot be made, so that kustomize would stop. */
export type Changed = { readonly value: Record<string, unknown> | undefined; readonly failed?: true };

/** The changes in a patch as it was read: a mapping is a partial object, a list holds operations. `undefined` for anything else. */
export function readChange(value: unknown): Change | undefined {
  if (isPlainMapping(value)) return { kind: 'strategic', patch: value };
  if (!Array.isArray(value)) return undefined;
  const operations = value.flatMap((one): JsonOperation[] => {
    if (!isPlainMapping(one) || typeof one.op !== 'string' || typeof one.path !== 'string') return [];
    return [
      { op: one.op, path: one.path, from: typeof one.from === 'string' ? one.from : undefined, value: one.value },
    ];
  });
  return operations.length === value.length && operations.length <= MOST_OPERATIONS
    ? { kind: 'json', operations }
    : undefined;
}

// Each one copies the lists on its way; a patch holds a few, and a hostile one thousands.
const MOST_OPERATIONS = 500;

/** Whether a patch is for an object: by its target, or, for a partial object without one, by what it says it is. */
export function isFor(target: PatchTarget | undefined, change: Change, identity: Identity): boolean {
  if (target) return isPicked(target, identity);
  if (change.kind === 'json') return false;
  const { patch } = change;
  const { apiVersion, kind, metadata } = patch;
  const name = isPlainMapping(metadata) ? metadata.name : undefined;
  const namespace = isPlainMapping(metadata) ? metadata.namespace : undefined;
  const slash = typeof apiVersion === 'string' ? apiVersion.indexOf('/') : -1;
  const group = slash < 0 ? '' : (apiVersion as string).slice(0, slash);
  return (
    kind === identity.kind &&
    typeOf(group, identity.kind) === typeOf(identity.group, identity.kind) &&
    typeof name === 'string' &&
    identity.names.includes(name) &&
    (typeof namespace !== 'string' || identity.namespaces.includes(namespace))
  );
}

/** Whether an object is one that a target picks. */
export function isPicked(target: PatchTarget, identity: Identity): boolean {
  const { group, version, kind, name, namespace, labelSelector, annotationSelector } = target;
  return (
    fits(group, [identity.group]) &&
    fits(version, [identity.version]) &&
    fits(kind, [identity.kind]) &&
    fits(name, identity.names) &&
    fits(namespace, identity.namespaces) &&
    selects(labelSelector, identity.labels) &&
    selects(annotationSelector, identity.annotations)
  );
}

function fits(expression: string | undefined, texts: readonly string[]): boolean {
  if (expression === undefined) return true;
  // Nearly all are plain words; one that is hostile would keep an engine busy for ever.
  if (/^[\w.-]*$/.test(expression) && texts.includes(expression)) return true;
  const simple =
    /^[\w.\-|()*+?[\]^$\\]*$/.test(expression) && expression.length <= 200 && !/[*+?]\)[*+?{]/.test(expression);
  if (!simple) return true;
  try {
    const pattern = new RegExp(`^(?:${expression})$`);
    return texts.some((text) => pattern.test(text.slice(0, 260)));
  } catch {
    return true;
  }
}

// A hostile label is a mapping, which cannot be made a text.
function textOf(value: unknown): string {
  return typeof value === 'object' ? '' : String(value);
}

function selects(selector: string | undefined, labels: unknown): boolean {
  if (selector === undefined) return true;
  const own = isPlainMapping(labels) ? labels : {};
  return selector.split(/,(?![^(]*\))/).every((part) => {
    const text = part.trim();
    const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text);
    if (set) {
      const [, key = '', word, list = ''] = set;
      const has = Object.hasOwn(own, key) && list.split(',').some((one) => one.trim() === textOf(own[key]));
      return word === 'in' ? has : !has;
    }
    const pair = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(text);
    if (pair) {
      const [, key = '', sign, value] = pair;
      const has = Object.hasOwn(own, key) && textOf(own[key]) === value;
      return sign === '!=' ? !has : has;
    }
    return text.startsWith('!') ? !Object.hasOwn(own, text.slice(1).trim()) : Object.hasOwn(own, text);
  });
}

/** An object with a change made. Nothing is changed in place, and what stays is shared. */
export function applyChange(value: Readonly<Record<string, unknown>>, change: Change, type: string): Changed {
  if (change.kind === 'json') {
    let at: unknown = value;
    for (const operation of change.operations) {
      const next = operate(at, operation);
      if (next === FAILED) return { value: value as Record<string, unknown>, failed: true };
      at = next;
    }
    return isPlainMapping(at) ? { value: at } : { value: value as Record<string, unknown>, failed: true };
  }
  if (change.patch.$patch === 'delete') return { value: undefined };
  const merged = mergeMappings(value, change.patch, isSchemaless(type) ? undefined : '');
  // A patch is told apart by its names, and gives none.
  const { metadata } = value;
  const kept: Record<string, unknown> = { ...merged, apiVersion: value.apiVersion, kind: value.kind };
  if (isPlainMapping(merged.metadata) && isPlainMapping(metadata)) {
    const own: Record<string, unknown> = { ...merged.metadata };
    for (const key of ['name', 'namespace']) if (Object.hasOwn(metadata, key)) own[key] = metadata[key];
    kept.metadata = own;
  }
  return { value: kept };
}

// Custom resources have no keys to merge lists by: their lists are replaced. Source: kustomize, strategic merge patches.
function isSchemaless(type: string): boolean {
  const slash = type.indexOf('/');
  const group = slash < 0 ? '' : type.slice(0, slash);
  return (
    group.includes('.') &&
    !/^(?:networking|rbac\.authorization|policy|storage|admissionregistration|apiextensions|scheduling|autoscaling)(?:\.k8s\.io)?$/.test(
      group,
    )
  );
}

/** By the field that holds a list of mappings, the key that tells its items apart. Source: patchMergeKey in `k8s.io/api`. */
const MERGE_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['containers', ['name']],
  ['initContainers', ['name']],
  ['ephemeralContainers', ['name']],
  ['volumes', ['name']],
  ['env', ['name']],
  ['imagePullSecrets', ['name']],
  ['secrets', ['name']],
  ['webhooks', ['name']],
  ['volumeMounts', ['mountPath']],
  ['volumeDevices', ['devicePath']],
  ['hostAliases', ['ip']],
  ['topologySpreadConstraints', ['topologyKey']],
  ['ports', ['containerPort', 'port']],
  ['conditions', ['type']],
  ['ownerReferences', ['uid']],
]);

function mergeMappings(
  base: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
  field: string | undefined,
): Record<string, unknown> {
  if (patch.$patch === 'replace') return without(patch);
  const merged: Record<string, unknown> = { ...base };
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (key.startsWith('$')) continue;
    if (value === null) delete merged[key];
    else
      define(
        merged,
        key,
        mergeValues(Object.hasOwn(base, key) ? base[key] : undefined, value, field === undefined ? undefined : key),
      );
  }
  return merged;
}

// A key such as `__proto__` of a hostile file is a key like any other.
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function mergeValues(base: unknown, patch: unknown, field: string | undefined): unknown {
  if (isPlainMapping(patch)) return isPlainMapping(base) ? mergeMappings(base, patch, field) : without(patch);
  if (!Array.isArray(patch) || !Array.isArray(base) || field === undefined) return patch;
  const keys = MERGE_KEYS.get(field);
  const key = keys?.find((one) =>
    patch.every((item) => isPlainMapping(item) && (Object.hasOwn(item, one) || Object.hasOwn(item, '$patch'))),
  );
  if (key === undefined) return field === 'finalizers' ? [...new Set([...base, ...patch])] : patch;
  return mergeLists(base, patch, key, field);
}

function mergeLists(base: readonly unknown[], patch: readonly unknown[], key: string, field: string): unknown[] {
  const items = patch as readonly Readonly<Record<string, unknown>>[];
  if (items.some((item) => item.$patch === 'replace' && !Object.hasOwn(item, key)))
    return items.filter((item) => item.$patch !== 'replace');
  const byKey = new Map(items.filter((item) => Object.hasOwn(item, key)).map((item) => [item[key], item]));
  const merged = base.flatMap((item) => {
    const change = isPlainMapping(item) ? byKey.get(item[key]) : undefined;
    if (!change || !isPlainMapping(item)) return [item];
    byKey.delete(item[key]);
    return change.$patch === 'delete' ? [] : [mergeMappings(item, change, field)];
  });
  // kustomize puts new items first; behind the others each keeps the place by which it is found in its file, and order decides nothing here.
  return [...merged, ...[...byKey.values()].filter((item) => item.$patch !== 'delete').map(without)];
}

function without(patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!Object.keys(patch).some((key) => key.startsWith('$'))) return patch as Record<string, unknown>;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(patch)) if (!key.startsWith('$')) define(kept, key, patch[key]);
  return kept;
}

const FAILED = Symbol('failed');

/** A value after one operation of RFC 6902; a path that leads nowhere fails. */
function operate(value: unknown, { op, path, from, value: given }: JsonOperation): unknown {
  const steps = pointerSteps(path);
  switch (op) {
    case 'add':
      return steps.length === 0 ? given : edit(value, steps, 'add', given);
    case 'replace':
      return steps.length === 0 ? given : edit(value, steps, 'replace', given);
    case 'remove':
      return edit(value, steps, 'remove', undefined);
    case 'test':
      return value;
    case 'copy':
    case 'move': {
      const source = pointerSteps(from ?? '');
      const found = source.reduce<unknown>((at, step) => child(at, step), value);
      if (found === undefined) return FAILED;
      const rest = op === 'move' ? edit(value, source, 'remove', undefined) : value;
      return rest === FAILED ? FAILED : edit(rest, steps, 'add', found);
    }
    default:
      return FAILED;
  }
}

function pointerSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function child(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return value[Number(step)];
  return isPlainMapping(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function edit(value: unknown, steps: readonly string[], how: 'add' | 'replace' | 'remove', given: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return FAILED;
  if (Array.isArray(value)) {
    const index = step === '-' ? value.length : Number(step);
    if (!Number.isInteger(index) || index < 0 || index > value.length) return FAILED;
    const copy = [...value];
    if (rest.length > 0) {
      const inner = edit(value[index], rest, how, given);
      if (inner === FAILED) return FAILED;
      copy[index] = inner;
    } else if (how === 'add') copy.splice(index, 0, given);
    else if (index >= value.length) return FAILED;
    else if (how === 'replace') copy[index] = given;
    else copy.splice(index, 1);
    return copy;
  }
  if (!isPlainMapping(value)) return FAILED;
  const copy: Record<string, unknown> = { ...value };
  const has = Object.hasOwn(value, step);
  if (rest.length > 0) {
    // What is missing on the way is not made: kustomize stops there.
    const inner = edit(has ? value[step] : undefined, rest, how, given);
    if (inner === FAILED) return FAILED;
    define(copy, step, inner);
  } else if (how === 'add') define(copy, step, given);
  else if (!has) return FAILED;
  else if (how === 'replace') define(copy, step, given);
  else delete copy[step];
  return copy;
}
