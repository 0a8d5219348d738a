import {
  type CelEnv,
  type CelInput,
  CelScalar,
  celEnv,
  celFunc,
  celMethod,
  isCelError,
  parse,
  plan,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { isPlainMapping } from '../source/plain-mapping.ts';
import { hasFormat } from './formats.ts';
import { parseRequestUrl } from './go-url.ts';
import { readsOf } from './known-rules.ts';
import { patternCompiler } from './re2.ts';
import type { Schema } from './schema.ts';

/** What an expression says of a value. `error`: it cannot be evaluated for it; `unknown`: it is not one that is understood here. */
export type CelAnswer = 'holds' | 'fails' | 'error' | 'unknown';

// An expression of a stranger may ask all items for each item: what costs more than this is left alone.
const LONGEST_EXPRESSION = 5000;
const MOST_WORK = 200_000;

const environment = () =>
  celEnv({
    // The library would compile a pattern for each text that it is tried on.
    re2: { compile: patternCompiler() },
    funcs: [
      ...strings,
      celFunc('isURL', [CelScalar.STRING], CelScalar.BOOL, (text) => parseRequestUrl(text) !== undefined),
      celFunc('isIP', [CelScalar.STRING], CelScalar.BOOL, (text) => hasFormat(text, 'ipv4') || hasFormat(text, 'ipv6')),
      // A URL stays the text it was made of: no type of its own is needed to ask it.
      celFunc('url', [CelScalar.STRING], CelScalar.STRING, (text) => {
        if (parseRequestUrl(text) === undefined) throw new Error('not a URL');
        return text;
      }),
      celMethod('getScheme', CelScalar.STRING, [], CelScalar.STRING, function () {
        return parseRequestUrl(this)?.scheme ?? '';
      }),
      celMethod('getHost', CelScalar.STRING, [], CelScalar.STRING, function () {
        return parseRequestUrl(this)?.host ?? '';
      }),
      celMethod('getEscapedPath', CelScalar.STRING, [], CelScalar.STRING, function () {
        return parseRequestUrl(this)?.path ?? '';
      }),
    ],
  });

interface Program {
  readonly run: (context: { self: CelInput }) => unknown;
  /** The fields of `self` that it reads; undefined where it reads `self` as a whole. */
  readonly fields: readonly string[] | undefined;
  readonly macros: number;
}

// Most objects of a kind say the same in the few fields that a rule reads; longer texts are not worth keeping.
const LONGEST_REMEMBERED = 2000;

/** Evaluates the expressions of `x-kubernetes-validations`; each is compiled once, and asked once about the same values. */
export class CelEngine {
  readonly #environment = environment();
  readonly #programs = new Map<string, Program | undefined>();
  readonly #answers = new Map<Schema, Map<string, CelAnswer>>();

  evaluate(expression: string, schema: Schema, value: unknown): CelAnswer {
    if (!this.#programs.has(expression)) this.#programs.set(expression, compile(this.#environment, expression));
    const program = this.#programs.get(expression);
    if (!program) return 'unknown';
    const read = program.fields && isPlainMapping(value) ? picked(value, program.fields) : value;
    const key = JSON.stringify(read);
    if (key.length > LONGEST_REMEMBERED) return ask(program, schema, read);
    let answers = this.#answers.get(schema);
    if (!answers) this.#answers.set(schema, (answers = new Map()));
    const question = `${key} ${expression}`;
    let answer = answers.get(question);
    if (answer === undefined) answers.set(question, (answer = ask(program, schema, read)));
    return answer;
  }
}

function ask(program: Program, schema: Schema, value: unknown): CelAnswer {
  if (Math.max(1, count(value)) ** Math.max(1, program.macros) > MOST_WORK) return 'unknown';
  try {
    const result = program.run({ self: toCel(schema, value) });
    // A function that is not known here says nothing of the value.
    if (isCelError(result)) return /^unbound function/.test(String(result.message)) ? 'unknown' : 'error';
    return typeof result !== 'boolean' ? 'unknown' : result ? 'holds' : 'fails';
  } catch {
    return 'unknown';
  }
}

function picked(object: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.filter((field) => Object.hasOwn(object, field)).map((field) => [field, object[field]]),
  );
}

function compile(env: CelEnv, expression: string): Program | undefined {
  // A rule about the change of an object says nothing of a manifest.
  if (expression.length > LONGEST_EXPRESSION || /\boldSelf\b/.test(expression)) return undefined;
  try {
    const run = plan(env, parse(expression)) as Program['run'];
    const { fields, whole } = readsOf(expression);
    // Each macro may look at everything, once for each step of those around it.
    const macros = expression.match(/\.(?:all|exists|exists_one|map|filter)\s*\(/g)?.length ?? 0;
    return { run, macros, fields: whole || fields.some((field) => field.includes('__')) ? undefined : fields };
  } catch {
    return undefined;
  }
}

function count(value: unknown, depth = 0): number {
  if (depth > DEEPEST) return MOST_WORK;
  if (Array.isArray(value)) return 1 + value.reduce<number>((sum, item) => sum + count(item, depth + 1), 0);
  if (!isPlainMapping(value)) return 1;
  return 1 + Object.keys(value).reduce((sum, key) => sum + count(value[key], depth + 1), 0);
}

const DEEPEST = 100;

/** A value with the types that its schema gives it; what the schema does not know cannot be read, and is left out. */
function toCel(schema: Schema, value: unknown): CelInput {
  if (typeof value === 'number') return schema.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  if (Array.isArray(value)) return value.map((item) => toCel(schema.items ?? {}, item));
  if (isPlainMapping(value)) {
    const made = new Map<string, CelInput>();
    for (const key of Object.keys(value)) {
      const named = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
      const inner = named ?? schema.values;
      if (!inner || (value[key] === null && inner.nullable !== true)) continue;
      made.set(named ? escapedName(key) : key, toCel(inner, value[key]));
    }
    for (const key of schema.defaults ?? []) {
      const inner = schema.properties?.[key];
      if (inner && !made.has(escapedName(key))) made.set(escapedName(key), toCel(inner, inner.default));
    }
    return made;
  }
  return value as CelInput;
}

const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return'.split(' '),
);

/** The name of a field as an expression has to write it. */
function escapedName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/[.\-/]|__/.test(name)) return name;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
