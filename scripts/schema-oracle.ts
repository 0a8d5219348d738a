// An independent judge of shapes, for tests: ajv over the same facts, closed to fields that nobody knows.
import { Ajv } from 'ajv';
import { hasFormat } from '../packages/core/src/schema/formats.ts';
import type { Schema } from '../packages/core/src/schema/schema.ts';

type Json = Record<string, unknown>;

const METADATA = [
  ...['annotations', 'creationTimestamp', 'deletionGracePeriodSeconds', 'deletionTimestamp', 'finalizers'],
  ...['generateName', 'generation', 'labels', 'managedFields', 'name', 'namespace', 'ownerReferences'],
  ...['resourceVersion', 'selfLink', 'uid'],
];

/** Says whether it accepts an object, and why not. */
export interface Oracle {
  (object: unknown): boolean;
  errors(): unknown;
}

/** Compiles `openAPIV3Schema` of a CustomResourceDefinition as it stands in a bundle. */
export function rawOracle(raw: object): Oracle {
  // The API server writes the defaults before it looks at an object.
  const ajv = new Ajv({ strict: false, validateSchema: false, useDefaults: true, allErrors: true });
  ajv.addFormat('int32', {
    type: 'number',
    validate: (n: number) => Math.abs(n) <= 2_147_483_647 || n === -2_147_483_648,
  });
  for (const name of ['byte', 'date-time', 'ipv4', 'ipv6'])
    ajv.addFormat(name, (text: string) => hasFormat(text, name));
  for (const name of ['double', 'float', 'int64', 'binary', 'string']) ajv.addFormat(name, true);
  ajv.addKeyword({
    keyword: 'x-kubernetes-list-map-keys',
    validate: (keys: string[], list: unknown) => {
      const own = (item: unknown) => JSON.stringify(keys.map((key) => (item as Json | null)?.[key] ?? null));
      const objects = Array.isArray(list) ? list.filter((item) => typeof item === 'object' && item !== null) : [];
      return new Set(objects.map(own)).size === objects.length;
    },
  });
  const root = closed(raw as Json, true);
  const any = Object.fromEntries(METADATA.map((key) => [key, {}]));
  root.properties = {
    ...(root.properties as Json),
    ...{ apiVersion: {}, kind: {} },
    metadata: { type: 'object', properties: any, additionalProperties: false },
  };
  const validate = ajv.compile(root);
  const accepts = (object: unknown): boolean => {
    const whole = structuredClone(object);
    // The first look writes the defaults, but only after it has tried the branches.
    validate(whole);
    return validate(whole);
  };
  return Object.assign(accepts, { errors: () => validate.errors });
}

/** What a bundle writes, made again of the compact form. */
export function expanded(schema: Schema): object {
  const { properties, values, items, open, intOrString, listKeys, atMostOne, rules, ...plain } = schema;
  const groups = (atMostOne ?? []).map((group) => {
    const each = group.map((name) => ({ required: [name] }));
    return { oneOf: [{ not: { anyOf: each } }, ...each] };
  });
  const list = (inner: readonly Schema[] | undefined) => inner?.map(expanded);
  return {
    ...plain,
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([k, v]) => [k, expanded(v)])) }
      : {}),
    ...(values ? { additionalProperties: expanded(values) } : {}),
    ...(items ? { items: expanded(items) } : {}),
    ...(open ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(intOrString ? { 'x-kubernetes-int-or-string': true } : {}),
    ...(listKeys?.length === 0 ? { 'x-kubernetes-list-type': 'set' } : {}),
    ...(listKeys && listKeys.length > 0
      ? { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': listKeys }
      : {}),
    ...(groups.length > 0
      ? { allOf: [...(list(schema.allOf) ?? []), ...groups] }
      : schema.allOf
        ? { allOf: list(schema.allOf) }
        : {}),
    ...(schema.oneOf ? { oneOf: list(schema.oneOf) } : {}),
    ...(schema.anyOf ? { anyOf: list(schema.anyOf) } : {}),
    ...(schema.not ? { not: expanded(schema.not) } : {}),
  };
}

/** A schema without what ajv does not know, that refuses fields it does not name. */
function closed(schema: Json, structural: boolean): Json {
  const made: Json = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'x-kubernetes-list-map-keys') made[key] = value;
    else if (key === 'x-kubernetes-list-type' && value === 'set' && structural) made.uniqueItems = true;
    else if (key === 'default') {
      if (structural) made[key] = value;
    } else if (/^(?:description|example|externalDocs|title|x-kubernetes-.*)$/.test(key)) continue;
    else if (key === 'properties')
      made[key] = Object.fromEntries(Object.entries(value as Json).map(([k, v]) => [k, closed(v as Json, structural)]));
    else if (key === 'items' || key === 'additionalProperties')
      made[key] = typeof value === 'object' ? closed(value as Json, structural) : value;
    else if (key === 'not') made[key] = closed(value as Json, false);
    else if (key === 'oneOf' || key === 'anyOf' || key === 'allOf')
      made[key] = (value as Json[]).map((one) => closed(one, false));
    else made[key] = value;
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    delete made.anyOf;
    made.type = ['integer', 'string'];
  }
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || 'additionalProperties' in schema;
  if (structural && schema.type === 'object' && !open) made.additionalProperties = false;
  return made;
}

/** Numbers from 0 up to 1, the same ones for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const OTHERS: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 70_000, 3_000_000_000, '', 'x', '12', 'two words', 'a'.repeat(300)],
  ...[[], [1], ['x'], {}, { x: 1 }, [{}], [null]],
];

/** A copy of an object with one field renamed, removed, or given another value. Its kind stays. */
export function mutated(object: Json, random: () => number): Json {
  const copy = structuredClone(object);
  const places: { holder: Json | unknown[]; key: string | number }[] = [];
  const visit = (holder: unknown, top: boolean): void => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const key of Object.keys(holder)) {
      if (top && (key === 'apiVersion' || key === 'kind')) continue;
      places.push({ holder: holder as Json, key: Array.isArray(holder) ? Number(key) : key });
      visit((holder as Json)[key], false);
    }
  };
  visit(copy, true);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const { holder, key } = pick(places);
  const what = random();
  if (Array.isArray(holder)) {
    const at = Number(key);
    if (what < 0.3) holder.splice(at, 1);
    else if (what < 0.4) holder.push(structuredClone(holder[at]));
    else holder[at] = structuredClone(pick(OTHERS));
  } else if (what < 0.3) {
    const value = holder[key];
    delete holder[key];
    holder[renamed(String(key), random)] = value;
  } else if (what < 0.5) delete holder[key];
  else if (what < 0.6) holder[pick(['simple', 'exact', 'port', 'weight', 'x'])] = holder[key];
  else holder[key] = structuredClone(pick(OTHERS));
  return copy;
}

function renamed(key: string, random: () => number): string {
  const at = Math.floor(random() * key.length);
  const ways = [
    `${key}s`,
    key.slice(0, at) + key.slice(at + 1),
    key.toUpperCase(),
    `${key[1] ?? ''}${key[0]}${key.slice(2)}`,
  ];
  return ways[Math.floor(random() * ways.length)] as string;
}

/** An object that a schema accepts, more or less: some fields, words and numbers in range. */
export function madeUp(schema: Schema, random: () => number, depth = 0): unknown {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  if (schema.enum) return pick(schema.enum);
  if (schema.intOrString) return pick<unknown>([8080, 'http']);
  switch (schema.type) {
    case 'object': {
      const made: Json = {};
      const banned = new Set(
        (schema.atMostOne ?? []).flatMap((group) => {
          const kept = pick(group);
          return group.filter((name) => name !== kept);
        }),
      );
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        const needed = schema.required?.includes(key) === true;
        if (needed || (!banned.has(key) && random() < (depth < 2 ? 0.8 : 0.35)))
          made[key] = madeUp(inner, random, depth + 1);
      }
      if (schema.values && random() < 0.7)
        made[pick(['app', '8080', 'x-user'])] = madeUp(schema.values, random, depth + 1);
      return made;
    }
    case 'array': {
      const count = Math.max(schema.minItems ?? 0, random() < 0.2 ? 2 : 1);
      return Array.from({ length: count }, () => madeUp(schema.items ?? {}, random, depth + 1));
    }
    case 'integer':
    case 'number':
      return Math.min(Math.max(Math.floor(random() * 100), schema.minimum ?? 0), schema.maximum ?? 100);
    case 'boolean':
      return random() < 0.5;
    case 'string':
      if (schema.format === 'date-time') return '2026-01-02T03:04:05Z';
      return schema.format === 'byte' ? 'YWJj' : pick(['cart', '10s', 'a.example.com', 'mesh']);
    default:
      return { anything: 1 };
  }
}
