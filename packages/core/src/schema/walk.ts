import { isSopsBlock } from '../manifest/sops.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import { isPlaceholder } from '../source/placeholder.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import { hasFormat } from './formats.ts';
import { type CelRule, isOpen, type Schema } from './schema.ts';

/** How a value is reached from the root of its resource. */
export type Path = readonly (string | number)[];

/** What a schema has against a value, as plain data. */
export type Fault =
  | {
      readonly kind: 'unknown-field';
      readonly path: Path;
      readonly key: string;
      /** A field of this object that was probably meant. */
      readonly suggestion: string | undefined;
      /** The object that has a field of this very name, above or one step below. */
      readonly belongs: Path | undefined;
      /** Names of fields that the object has, in order. */
      readonly known: readonly string[];
    }
  | { readonly kind: 'wrong-type'; readonly path: Path; readonly expected: string; readonly value: unknown }
  /** A key with nothing behind it, which the API server leaves out. */
  | { readonly kind: 'empty'; readonly path: Path; readonly expected: string }
  | { readonly kind: 'missing-field'; readonly path: Path; readonly key: string }
  | { readonly kind: 'value'; readonly path: Path; readonly problem: ValueProblem; readonly value: unknown }
  | { readonly kind: 'duplicate'; readonly path: Path; readonly first: Path; readonly keys: readonly string[] }
  | { readonly kind: 'one-of'; readonly path: Path; readonly set: readonly string[]; readonly group: readonly string[] }
  /** None of several descriptions fits, or one fits that must not. */
  | { readonly kind: 'branch'; readonly path: Path }
  | { readonly kind: 'cel'; readonly path: Path; readonly rule: CelRule };

/** What is wrong with a value of the right type. */
export type ValueProblem =
  | { readonly check: 'enum'; readonly accepted: readonly unknown[]; readonly suggestion: string | undefined }
  | { readonly check: 'pattern'; readonly pattern: string }
  | { readonly check: 'format'; readonly format: string }
  | { readonly check: 'minimum' | 'maximum' | 'multipleOf'; readonly limit: number; readonly exclusive: boolean }
  | { readonly check: 'minLength' | 'maxLength' | 'minItems' | 'maxItems'; readonly limit: number }
  | { readonly check: 'minProperties' | 'maxProperties'; readonly limit: number };

/** A value for which expressions in CEL are written. */
export interface CelPlace {
  readonly path: Path;
  readonly schema: Schema;
  readonly value: unknown;
}

/** What a walk over a resource found. */
export interface Walk {
  readonly faults: Fault[];
  /** Where expressions are to be evaluated: only values whose own shape is right. */
  readonly cel: CelPlace[];
}

/** Tests a text against a pattern in the syntax of RE2; undefined where it cannot be told. */
export type MatchPattern = (pattern: string, text: string) => boolean | undefined;

const MOST_FAULTS = 100;
const MOST_STEPS = 400_000;
const DEEPEST = 100;
// Patterns of strangers run in linear time, but a text of megabytes is nobody's host name.
const LONGEST_MATCHED = 10_000;

/** `metadata` of every object: its names are known, and what stands behind them is for others to judge. */
const ANY: Schema = { open: true };
const METADATA: Schema = {
  type: 'object',
  properties: Object.fromEntries(
    [
      ...['annotations', 'creationTimestamp', 'deletionGracePeriodSeconds', 'deletionTimestamp', 'finalizers'],
      ...['generateName', 'generation', 'labels', 'managedFields', 'name', 'namespace', 'ownerReferences'],
      ...['resourceVersion', 'selfLink', 'uid'],
    ].map((key) => [key, ANY]),
  ),
};

/** The schema of a whole resource: what the CRD says, and what every object has. */
export function rootSchema(schema: Schema): Schema {
  return {
    ...schema,
    type: 'object',
    properties: { ...schema.properties, apiVersion: ANY, kind: ANY, metadata: METADATA },
  };
}

/**
 * Holds a value against a schema, as the API server does: what is written and the schema refuses, each once. It says nothing of text that
 * a later step fills in. Bounded in depth, steps and faults, whatever the text; linear in its size.
 */
export function walk(schema: Schema, value: unknown, matchPattern: MatchPattern): Walk {
  const walker = new Walker(matchPattern, MOST_STEPS);
  walker.check(schema, value, true);
  return { faults: walker.faults, cel: walker.cel };
}

class Walker {
  readonly faults: Fault[] = [];
  readonly cel: CelPlace[] = [];
  readonly #matchPattern: MatchPattern;
  readonly #path: (string | number)[] = [];
  /** Faults that make a value unfit for what looks at it as a whole. */
  #hard = 0;
  /** The objects around the current value, with their schemas, for fields that stand too deep. */
  readonly #around: { readonly schema: Schema; readonly depth: number }[] = [];
  steps: number;
  /** Whether some value was met that a later step fills in. */
  uncertain = false;

  constructor(matchPattern: MatchPattern, steps: number) {
    this.#matchPattern = matchPattern;
    this.steps = steps;
  }

  /** `structural`: unknown fields are faults. Inside oneOf and its like they are not: those only add demands. */
  check(schema: Schema, value: unknown, structural: boolean): void {
    if (--this.steps < 0 || this.#path.length > DEEPEST || this.faults.length >= MOST_FAULTS) return;
    if (value === null) {
      if (!takesNull(schema)) this.#wrongType(schema, value);
      return;
    }
    if (typeof value === 'string' && isPlaceholder(value)) {
      this.uncertain = true;
      return;
    }
    if (!hasType(schema, value)) {
      this.#wrongType(schema, value);
      return;
    }
    const before = this.#hard;
    if (schema.enum && !this.#inEnum(schema.enum, value)) return;
    if (typeof value === 'string') this.#checkText(schema, value);
    else if (typeof value === 'number') this.#checkNumber(schema, value);
    else if (Array.isArray(value)) this.#checkList(schema, value, structural);
    else if (isPlainMapping(value)) this.#checkObject(schema, value, structural);
    if (this.#hard > before) return;
    this.#checkBranches(schema, value);
    if (this.#hard > before) return;
    if (structural && schema.rules) this.cel.push({ path: [...this.#path], schema, value });
  }

  #add(fault: Fault): void {
    if (fault.kind !== 'empty') this.#hard++;
    if (this.faults.length < MOST_FAULTS) this.faults.push(fault);
  }

  #wrongType(schema: Schema, value: unknown): void {
    this.#add({ kind: 'wrong-type', path: [...this.#path], expected: typeWords(schema), value });
  }

  #value(value: unknown, problem: ValueProblem): void {
    this.#add({ kind: 'value', path: [...this.#path], problem, value });
  }

  #inEnum(accepted: readonly unknown[], value: unknown): boolean {
    const text = typeof value === 'object' ? JSON.stringify(value) : undefined;
    if (accepted.some((one) => one === value || (text !== undefined && JSON.stringify(one) === text))) return true;
    const names = accepted.filter((one): one is string => typeof one === 'string');
    const suggestion = typeof value === 'string' ? didYouMean(value, names) : undefined;
    this.#value(value, { check: 'enum', accepted, suggestion });
    return false;
  }

  #checkText(schema: Schema, value: string): void {
    const { minLength, maxLength, pattern, format } = schema;
    if (minLength !== undefined && countLetters(value, minLength) < minLength)
      this.#value(value, { check: 'minLength', limit: minLength });
    else if (maxLength !== undefined && countLetters(value, maxLength + 1) > maxLength)
      this.#value(value, { check: 'maxLength', limit: maxLength });
    else if (isBlank(value)) this.uncertain = true;
    else if (pattern !== undefined && value.length <= LONGEST_MATCHED && this.#matchPattern(pattern, value) === false)
      this.#value(value, { check: 'pattern', pattern });
    else if (format !== undefined && !hasFormat(value, format)) this.#value(value, { check: 'format', format });
  }

  #checkNumber(schema: Schema, value: number): void {
    const { minimum, maximum, multipleOf } = schema;
    const lowest = schema.format === 'int32' ? Math.max(minimum ?? -INT32 - 1, -INT32 - 1) : minimum;
    const highest = schema.format === 'int32' ? Math.min(maximum ?? INT32, INT32) : maximum;
    const aboveOnly = schema.exclusiveMinimum === true && lowest === minimum;
    const belowOnly = schema.exclusiveMaximum === true && highest === maximum;
    if (lowest !== undefined && (value < lowest || (aboveOnly && value === lowest)))
      this.#value(value, { check: 'minimum', limit: lowest, exclusive: aboveOnly });
    else if (highest !== undefined && (value > highest || (belowOnly && value === highest)))
      this.#value(value, { check: 'maximum', limit: highest, exclusive: belowOnly });
    else if (multipleOf !== undefined && multipleOf > 0 && !isMultiple(value, multipleOf))
      this.#value(value, { check: 'multipleOf', limit: multipleOf, exclusive: false });
  }

  #checkList(schema: Schema, list: readonly unknown[], structural: boolean): void {
    if (schema.minItems !== undefined && list.length < schema.minItems)
      this.#value(list, { check: 'minItems', limit: schema.minItems });
    if (schema.maxItems !== undefined && list.length > schema.maxItems)
      this.#value(list, { check: 'maxItems', limit: schema.maxItems });
    const { items } = schema;
    if (items) {
      for (const [i, item] of list.entries()) {
        this.#path.push(i);
        this.check(items, item, structural);
        this.#path.pop();
        if (this.steps < 0 || this.faults.length >= MOST_FAULTS) return;
      }
    }
    if (schema.listKeys && structural) this.#checkListKeys(schema.listKeys, list, items);
  }

  #checkListKeys(keys: readonly string[], list: readonly unknown[], items: Schema | undefined): void {
    const seen = new Map<string, number>();
    for (const [i, item] of list.entries()) {
      const identity = identityOfItem(keys, item, items);
      if (identity === undefined) continue;
      const first = seen.get(identity);
      if (first === undefined) seen.set(identity, i);
      else this.#add({ kind: 'duplicate', path: [...this.#path, i], first: [...this.#path, first], keys });
    }
  }

  #checkObject(schema: Schema, object: Readonly<Record<string, unknown>>, structural: boolean): void {
    const keys = Object.keys(object);
    if (schema.minProperties !== undefined && keys.length < schema.minProperties)
      this.#value(object, { check: 'minProperties', limit: schema.minProperties });
    if (schema.maxProperties !== undefined && keys.length > schema.maxProperties)
      this.#value(object, { check: 'maxProperties', limit: schema.maxProperties });
    const properties = schema.properties;
    const closed = structural && !isOpen(schema);
    const meant = new Set<string>();
    this.#around.push({ schema, depth: this.#path.length });
    for (const key of keys) {
      const inner = properties && Object.hasOwn(properties, key) ? properties[key] : schema.values;
      const value = object[key];
      if (isPlaceholder(key)) this.uncertain = true;
      else if (inner) this.#checkProperty(inner, key, value, schema, structural);
      else if (this.#path.length === 0 && isSopsBlock(key, value)) continue;
      else if (closed && !(schema.embedded && EMBEDDED.has(key))) this.#unknown(schema, object, key, meant);
      if (this.steps < 0 || this.faults.length >= MOST_FAULTS) break;
    }
    this.#around.pop();
    for (const group of schema.atMostOne ?? []) {
      const set = group.filter((name) => Object.hasOwn(object, name) && object[name] !== null);
      if (set.length > 1) this.#add({ kind: 'one-of', path: [...this.#path], set, group });
    }
    for (const key of schema.required ?? []) {
      const written = Object.hasOwn(object, key);
      if (written && (object[key] !== null || !structural || isNullable(properties, key))) continue;
      if (properties && Object.hasOwn(properties, key) && properties[key]?.default !== undefined) continue;
      // The misspelt field was told already; a key that a later step writes may be this one.
      if (meant.has(key) || keys.some(isPlaceholder)) continue;
      this.#add({ kind: 'missing-field', path: [...this.#path], key });
    }
  }

  #checkProperty(inner: Schema, key: string, value: unknown, schema: Schema, structural: boolean): void {
    this.#path.push(key);
    // The API server leaves out a null that the schema does not allow, before it looks for what is missing.
    if (value === null && structural && !takesNull(inner)) {
      const needed = schema.required?.includes(key) && inner.default === undefined;
      if (!needed) this.#add({ kind: 'empty', path: [...this.#path], expected: typeWords(inner) });
    } else this.check(inner, value, structural);
    this.#path.pop();
  }

  #unknown(schema: Schema, object: Readonly<Record<string, unknown>>, key: string, meant: Set<string>): void {
    const known = Object.keys(schema.properties ?? {});
    const belongs = this.#belongs(schema, key);
    const free = known.filter((name) => !Object.hasOwn(object, name) && !meant.has(name));
    const suggestion = belongs ? undefined : didYouMean(key, free);
    if (suggestion !== undefined) meant.add(suggestion);
    this.#add({ kind: 'unknown-field', path: [...this.#path, key], key, suggestion, belongs, known });
  }

  /** The nearest object above that has the field, or the only one a step below. */
  #belongs(schema: Schema, key: string): Path | undefined {
    for (const { schema: outer, depth } of this.#around.slice(0, -1).reverse()) {
      if (depth > 0 && outer.properties && Object.hasOwn(outer.properties, key)) return this.#path.slice(0, depth);
    }
    const below = Object.entries(schema.properties ?? {}).filter(([, { properties }]) => {
      return properties !== undefined && properties !== METADATA.properties && Object.hasOwn(properties, key);
    });
    const [only] = below;
    return only && below.length === 1 && !COMMON.has(key) ? [...this.#path, only[0]] : undefined;
  }

  #checkBranches(schema: Schema, value: unknown): void {
    const probes = schema.oneOf ?? schema.anyOf ?? schema.allOf ?? schema.not;
    if (!probes) return;
    const whole = withDefaults(schema, value);
    const accepts = (one: Schema): boolean | undefined => {
      const probe = new Walker(this.#matchPattern, this.steps);
      probe.check(one, whole, false);
      this.steps = probe.steps;
      if (probe.faults.length === 0) return probe.uncertain || probe.steps < 0 ? undefined : true;
      return probe.uncertain || probe.steps < 0 ? undefined : false;
    };
    const { oneOf, anyOf, allOf, not } = schema;
    const answers = oneOf?.map(accepts) ?? [];
    const taken = answers.filter((answer) => answer === true).length;
    const oneFails = oneOf !== undefined && !answers.includes(undefined) && taken !== 1;
    const anyFails = anyOf?.map(accepts).every((answer) => answer === false) === true;
    const allFails = allOf?.map(accepts).includes(false) === true;
    const notFails = not !== undefined && accepts(not) === true;
    const group = oneFails ? [...new Set(oneOf.flatMap((one) => one.required ?? []))] : [];
    const set = isPlainMapping(value) ? group.filter((name) => Object.hasOwn(value, name)) : [];
    if (taken > 1 && set.length > 1) this.#add({ kind: 'one-of', path: [...this.#path], set, group });
    else if (oneFails || anyFails || allFails || notFails) this.#add({ kind: 'branch', path: [...this.#path] });
  }
}

/**
 * Whether a text is a blank to be filled in, by its look: JWKS_URI, {GATEWAY_NAME}, <your-host>. No host, URL or name of a resource looks
 * so, and it matters only where such are expected.
 */
export function isBlank(text: string): boolean {
  return (
    text.length < 100 && /^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|\{[\w .-]+\}|<[\w .-]+>|%[\w-]+%|@[\w-]+@)$/.test(text)
  );
}

/** An object with what the API server writes where nothing is written; the same object where that is nothing. */
function withDefaults(schema: Schema, value: unknown): unknown {
  const { properties, defaults = [] } = schema;
  if (!properties || !isPlainMapping(value)) return value;
  let made: Record<string, unknown> | undefined;
  for (const key of [...Object.keys(value), ...defaults]) {
    const inner = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const own = Object.hasOwn(value, key) ? value[key] : undefined;
    const whole = inner && (own === undefined ? inner.default : withDefaults(inner, own));
    if (whole !== undefined && whole !== own) (made ??= { ...value })[key] = whole;
  }
  return made ?? value;
}

const INT32 = 2_147_483_647;
const EMBEDDED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);
// Every other object has one of these: that the one below does, too, says nothing.
const COMMON: ReadonlySet<string> = new Set(['name', 'namespace', 'number', 'value', 'labels', 'kind']);

function hasType(schema: Schema, value: unknown): boolean {
  if (schema.intOrString) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case 'object':
      return isPlainMapping(value);
    case 'array':
      return Array.isArray(value);
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    default:
      return true;
  }
}

function takesNull({ nullable, type, intOrString }: Schema): boolean {
  return nullable === true || (type === undefined && intOrString !== true);
}

/** What a schema accepts, in words: "a whole number". */
function typeWords(schema: Schema): string {
  if (schema.intOrString) return 'a whole number or a text';
  switch (schema.type) {
    case 'object':
      return 'a mapping';
    case 'array':
      return 'a list';
    case 'string':
      return 'a text';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    default:
      return 'a value';
  }
}

function isNullable(properties: Schema['properties'], key: string): boolean {
  const inner = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
  return inner === undefined || takesNull(inner);
}

/** Letters of a text as Go counts them, no further than is needed. */
function countLetters(text: string, enough: number): number {
  if (text.length < enough) enough = text.length;
  let count = 0;
  for (const _ of text) if (++count > enough) break;
  return count;
}

function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function identityOfItem(keys: readonly string[], item: unknown, items: Schema | undefined): string | undefined {
  if (keys.length === 0) {
    if (typeof item === 'string' && isPlaceholder(item)) return undefined;
    return item !== null && typeof item !== 'object' ? JSON.stringify(item) : undefined;
  }
  if (!isPlainMapping(item)) return undefined;
  const parts = keys.map((key) => {
    const value = Object.hasOwn(item, key) ? item[key] : items?.properties?.[key]?.default;
    return typeof value === 'string' && isPlaceholder(value) ? undefined : JSON.stringify(value ?? null);
  });
  return parts.includes(undefined) ? undefined : parts.join(' ');
}
