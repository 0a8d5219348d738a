import { isPlainMapping } from '../source/plain-mapping.ts';

/** A structural schema of a CustomResourceDefinition, without prose and with shorter words for what they repeat. */
export interface Schema {
  readonly type?: string;
  /** `x-kubernetes-int-or-string`: a whole number or a text. */
  readonly intOrString?: true;
  readonly nullable?: true;
  /** `x-kubernetes-preserve-unknown-fields`: keys that the schema does not name are kept. */
  readonly open?: true;
  /** `x-kubernetes-embedded-resource`: apiVersion, kind and metadata stand in it too. */
  readonly embedded?: true;
  readonly properties?: Readonly<Record<string, Schema>>;
  /** The properties that have a default. */
  readonly defaults?: readonly string[];
  /** `additionalProperties`: what stands behind any other key. */
  readonly values?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: true;
  readonly exclusiveMaximum?: true;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** `x-kubernetes-list-map-keys`: two items that agree in all of these are one too many. Empty: no two items may be equal. */
  readonly listKeys?: readonly string[];
  /** Groups of fields of which one may be set, and no second. */
  readonly atMostOne?: readonly (readonly string[])[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly not?: Schema;
  /** `x-kubernetes-validations`, and the words of their author where they are kept. */
  readonly rules?: readonly CelRule[];
  readonly default?: unknown;
}

/** An expression in CEL that holds for every accepted value, `self`; and what its author says where it does not. */
export type CelRule = readonly [expression: string, message?: string];

/** What is taken over as it is, with the type it must have. */
const PLAIN: Readonly<Record<string, 'number' | 'string' | 'true'>> = {
  pattern: 'string',
  format: 'string',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'true',
  exclusiveMaximum: 'true',
  multipleOf: 'number',
  minLength: 'number',
  maxLength: 'number',
  minItems: 'number',
  maxItems: 'number',
  minProperties: 'number',
  maxProperties: 'number',
  nullable: 'true',
};

/** Formats that the API server looks at; it takes no notice of others, and neither do we. */
const FORMATS: ReadonlySet<string> = new Set(['int32', 'byte', 'date-time', 'date', 'ipv4', 'ipv6', 'cidr', 'uuid']);

/**
 * Reads `openAPIV3Schema` of a CustomResourceDefinition; undefined for what is no schema. Its parts are read when they are first looked at:
 * some definitions hold thousands, of which a resource has a dozen.
 */
export function readSchema(value: unknown, words: 'keep messages' | 'drop messages'): Schema | undefined {
  return isPlainMapping(value) ? read(value, words) : undefined;
}

type Words = 'keep messages' | 'drop messages';

function read(raw: unknown, words: Words): Schema {
  if (!isPlainMapping(raw)) return { open: true };
  const at = (key: string): unknown => (Object.hasOwn(raw, key) ? raw[key] : undefined);
  const list = (value: unknown) => (Array.isArray(value) ? value.map((one) => read(one, words)) : undefined);
  const made: Record<string, unknown> = {};
  if (typeof at('type') === 'string') made.type = at('type');
  for (const key of Object.keys(raw)) {
    const type = Object.hasOwn(PLAIN, key) ? PLAIN[key] : undefined;
    if (type !== undefined && (type === 'true' ? raw[key] === true : typeof raw[key] === type)) made[key] = raw[key];
  }
  if (typeof made.format === 'string' && !FORMATS.has(made.format)) delete made.format;
  const intOrString = at('x-kubernetes-int-or-string') === true;
  if (intOrString) made.intOrString = true;
  if (at('x-kubernetes-preserve-unknown-fields') === true) made.open = true;
  if (at('x-kubernetes-embedded-resource') === true) made.embedded = true;
  const properties = at('properties');
  if (isPlainMapping(properties)) {
    made.properties = late(properties, words);
    const defaults = Object.keys(properties).filter((key) => hasDefault(properties[key]));
    if (defaults.length > 0) made.defaults = defaults;
  }
  const values = at('additionalProperties');
  if (isPlainMapping(values)) made.values = read(values, words);
  else if (values === true) made.values = { open: true };
  if (isPlainMapping(at('items'))) made.items = read(at('items'), words);
  const required = at('required');
  if (Array.isArray(required)) made.required = [...new Set(required.filter((key) => typeof key === 'string'))];
  if (Array.isArray(at('enum'))) made.enum = at('enum');
  if (at('default') !== undefined) made.default = at('default');
  const listType = at('x-kubernetes-list-type');
  const keys = at('x-kubernetes-list-map-keys');
  if (listType === 'set') made.listKeys = [];
  else if (listType === 'map' && Array.isArray(keys) && keys.length > 0) made.listKeys = keys.map(String);
  const rules = readRules(at('x-kubernetes-validations'), words);
  if (rules.length > 0) made.rules = rules;
  // What belongs to int-or-string says the same once more.
  if (intOrString) return made as Schema;
  const group = exclusiveGroup(at('oneOf'));
  const groups = group ? [group] : [];
  if (!group && Array.isArray(at('oneOf'))) made.oneOf = list(at('oneOf'));
  if (Array.isArray(at('anyOf'))) made.anyOf = list(at('anyOf'));
  const all = at('allOf');
  if (Array.isArray(all)) {
    const inner = all.map((one) => (isPlainMapping(one) ? exclusiveGroup(one.oneOf, one) : undefined));
    for (const found of inner) if (found) groups.push(found);
    const rest = all.filter((_, i) => !inner[i]);
    if (rest.length > 0) made.allOf = list(rest);
  }
  if (isPlainMapping(at('not'))) made.not = read(at('not'), words);
  if (groups.length > 0) made.atMostOne = groups;
  return made as Schema;
}

/** An object whose entries are read when they are first looked at. */
function late(properties: Readonly<Record<string, unknown>>, words: Words): Readonly<Record<string, Schema>> {
  const made: Record<string, Schema> = {};
  for (const key of Object.keys(properties).sort()) {
    const place = { enumerable: true, configurable: true };
    Object.defineProperty(made, key, {
      ...place,
      get: () => {
        const value = read(properties[key], words);
        Object.defineProperty(made, key, { ...place, value });
        return value;
      },
    });
  }
  return made;
}

function hasDefault(raw: unknown): boolean {
  return isPlainMapping(raw) && Object.hasOwn(raw, 'default');
}

function readRules(value: unknown, words: Words): CelRule[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one): CelRule[] => {
    if (!isPlainMapping(one) || typeof one.rule !== 'string') return [];
    const keep = words === 'keep messages' && typeof one.message === 'string';
    return keep ? [[one.rule, one.message as string]] : [[one.rule]];
  });
}

/**
 * The fields of a protobuf `oneof` as Istio's generator writes it: either none of them is there, or exactly one. undefined for any
 * other list of branches.
 */
function exclusiveGroup(branches: unknown, whole?: Record<string, unknown>): readonly string[] | undefined {
  if (!Array.isArray(branches) || branches.length < 2) return undefined;
  if (whole && Object.keys(whole).length !== 1) return undefined;
  const [none, ...each] = branches as unknown[];
  if (!isPlainMapping(none) || Object.keys(none).length !== 1 || !isPlainMapping(none.not)) return undefined;
  if (Object.keys(none.not).length !== 1 || !Array.isArray(none.not.anyOf)) return undefined;
  const fields = each.map(onlyRequired);
  const listed = none.not.anyOf.map(onlyRequired);
  if (fields.some((f) => f === undefined) || fields.join('\n') !== listed.join('\n')) return undefined;
  return fields as string[];
}

function onlyRequired(branch: unknown): string | undefined {
  if (!isPlainMapping(branch) || Object.keys(branch).length !== 1 || !Array.isArray(branch.required)) return undefined;
  return branch.required.length === 1 && typeof branch.required[0] === 'string' ? branch.required[0] : undefined;
}

/** Whether an object that the schema describes keeps keys that the schema does not name. */
export function isOpen(schema: Schema): boolean {
  return schema.open === true || schema.values !== undefined;
}
