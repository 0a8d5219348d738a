import { isPlainMapping } from '../source/plain-mapping.ts';
import type { JsonSchema } from './config-schema.ts';

type Check = (value: unknown, word: unknown, schema: JsonSchema, root: JsonSchema) => boolean;

const CHECKS: Readonly<Record<string, Check>> = {
  type: (value, type) => typeof type === 'string' && TYPES[type]?.(value) === true,
  enum: (value, choices) => isScalar(value) && (choices as readonly unknown[]).includes(value),
  const: (value, wanted) => isScalar(value) && value === wanted,
  minLength: (value, least) => typeof value !== 'string' || [...value].length >= (least as number),
  pattern: (value, pattern) => typeof value !== 'string' || new RegExp(pattern as string, 'u').test(value),
  minimum: (value, least) => typeof value !== 'number' || value >= (least as number),
  maximum: (value, most) => typeof value !== 'number' || value <= (most as number),
  minItems: (value, least) => !Array.isArray(value) || value.length >= (least as number),
  items: (value, items, _, root) => !Array.isArray(value) || value.every((item) => valid(item, items, root)),
  minProperties: (value, least) => !isPlainMapping(value) || Object.keys(value).length >= (least as number),
  required: (value, keys) =>
    !isPlainMapping(value) || (keys as readonly string[]).every((key) => Object.hasOwn(value, key)),
  properties: (value, properties, _, root) =>
    eachEntry(value, (key, inside) => {
      const schema = own(properties, key);
      return schema === undefined || valid(inside, schema, root);
    }),
  patternProperties: (value, patterns, _, root) =>
    eachEntry(value, (key, inside) =>
      Object.entries(patterns as object).every(
        ([pattern, schema]) => !new RegExp(pattern, 'u').test(key) || valid(inside, schema, root),
      ),
    ),
  additionalProperties: (value, schema, { properties, patternProperties }, root) =>
    eachEntry(
      value,
      (key, inside) =>
        own(properties, key) !== undefined ||
        Object.keys((patternProperties as object | undefined) ?? {}).some((pattern) =>
          new RegExp(pattern, 'u').test(key),
        ) ||
        valid(inside, schema, root),
    ),
  allOf: (value, schemas, _, root) => (schemas as readonly unknown[]).every((schema) => valid(value, schema, root)),
  anyOf: (value, schemas, _, root) => (schemas as readonly unknown[]).some((schema) => valid(value, schema, root)),
  // Only the question whether it is a mapping is asked this way: its "no" is as sure as its "yes".
  if: (value, condition, schema, root) => {
    const { type, ...more } = condition as JsonSchema;
    if (type !== 'object' || Object.keys(more).length > 0) return false;
    const branch = isPlainMapping(value) ? schema.then : schema.else;
    return branch === undefined || valid(value, branch, root);
  },
  $ref: (value, ref, _, root) => {
    const name = /^#\/definitions\/(\w+)$/.exec(String(ref))?.[1];
    const schema = name === undefined ? undefined : own(root.definitions, name);
    return schema !== undefined && valid(value, schema, root);
  },
};

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isPlainMapping,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  number: Number.isFinite,
};

/** Words that say nothing of the value, or are read with another one. */
const SILENT: ReadonlySet<string> = new Set([
  ...['$schema', 'title', 'description', 'default', 'examples', 'errorMessage', 'definitions'],
  ...['then', 'else'],
]);

/**
 * Whether a value certainly fits a schema. "No" may also mean that a word of the schema is not known here: then a validator of
 * the whole language has to say. Loading and compiling for that one takes longer than a small run, and most configs are right.
 */
export function surelyValid(value: unknown, schema: JsonSchema): boolean {
  return valid(value, schema, schema);
}

function valid(value: unknown, schema: unknown, root: JsonSchema): boolean {
  if (typeof schema === 'boolean') return schema;
  return Object.entries(schema as JsonSchema).every(
    ([word, content]) =>
      SILENT.has(word) || (Object.hasOwn(CHECKS, word) && CHECKS[word]?.(value, content, schema as JsonSchema, root)),
  );
}

function eachEntry(value: unknown, fits: (key: string, inside: unknown) => boolean): boolean {
  return !isPlainMapping(value) || Object.entries(value).every(([key, inside]) => fits(key, inside));
}

function own(mapping: unknown, key: string): unknown {
  return isPlainMapping(mapping) && Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}
