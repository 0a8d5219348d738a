import type { ErrorObject } from 'ajv';
import type { RuleHead } from '../rule/late-rule.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { YamlDocument } from '../source/document.ts';
import { Field } from '../source/field.ts';
import type { Position, Span } from '../source/position.ts';
import type { Problem } from '../source/problem.ts';
import { readSingle } from '../source/read-single.ts';
import { type InputFile, SourceFile } from '../source/source-file.ts';
import type { Config } from './config.ts';
import { configSchema, type JsonSchema } from './config-schema.ts';
import { globFault } from './glob.ts';
import { type RuleIndex, ruleIndex } from './resolve-config.ts';
import { surelyValid } from './surely-valid.ts';

/** Where in the config file a mistake is; the shape of a finding's location. */
export interface ConfigLocation {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
  /** JSON pointer (RFC 6901); empty where the place is no value. */
  readonly pointer: string;
}

/** A mistake in a config file, in one line. */
export interface ConfigError {
  readonly message: string;
  readonly location: ConfigLocation;
}

/** The config, or every mistake of its file. */
export type ConfigResult = { readonly config: Config } | { readonly errors: readonly ConfigError[] };

// A file of nothing but mistakes is told by its first ones.
const MOST_ERRORS = 50;

/** A mistake before its place is counted out in lines. */
interface Mistake {
  readonly message: string;
  readonly span: Span;
  readonly pointer: string;
}

/** Reads a config file, YAML or JSON. All mistakes are told at once, each one time, in the order of the file. */
export async function readConfig(file: InputFile, rules: readonly RuleHead[]): Promise<ConfigResult> {
  const source = new SourceFile(file.path, file.text);
  const start = { start: 0, end: 0 };
  if (file.problem === 'too-large')
    return failed(source, [{ message: 'This file is too large.', span: start, pointer: '' }]);
  if (file.problem === 'not-utf8')
    return failed(source, [{ message: 'This file is not UTF-8.', span: start, pointer: '' }]);

  const { document, problems } = await readSingle(source);
  const mistakes = problems.map(mistakeOfProblem);
  if (document && document.value !== null && document.value !== undefined) {
    const root = new Field(document, document.value);
    if (!root.isMapping) {
      const message = `A config file is a mapping of keys to values, and this is ${describe(root)}.`;
      return failed(source, [...mistakes, { message, span: root.span(), pointer: '' }]);
    }
    const value = withOff(root);
    mistakes.push(...(await findMistakes(document, value, rules)));
    if (mistakes.length === 0) return { config: value as Config };
  }
  return mistakes.length === 0 ? { config: {} } : failed(source, mistakes);
}

function failed(source: SourceFile, mistakes: readonly Mistake[]): ConfigResult {
  const sorted = [...mistakes].sort((a, b) => a.span.start - b.span.start || (a.message < b.message ? -1 : 1));
  const errors = sorted.slice(0, MOST_ERRORS).map(({ message, span, pointer }) => ({
    message,
    location: { file: source.path, ...source.range(span), pointer },
  }));
  return { errors };
}

async function findMistakes(
  document: YamlDocument,
  value: unknown,
  rules: readonly RuleHead[],
): Promise<readonly Mistake[]> {
  const index = ruleIndex(rules);
  const root = new Field(document, document.value);
  const found = new MistakeList();
  // Compiling takes half a millisecond a rule: only those that the file names, others say nothing of it.
  const named = new Set(
    ruleMappings(root).flatMap((field) => field.entries().flatMap(([name]) => index.find(name)?.rules ?? [])),
  );
  for (const error of await schemaErrors(value, [...named])) tellSchemaError(error, root, index, found.tell);
  tellMeaning(root, index, found.tell);
  return found.mistakes;
}

type Tell = (field: Field, message: () => string, onKey?: boolean) => void;

/** Takes one mistake a place, and no more than anybody reads: finding a place among a million keys takes its time. */
class MistakeList {
  readonly mistakes: Mistake[] = [];
  readonly #told = new Set<string>();

  readonly tell: Tell = (field, message, onKey = false) => {
    if (this.mistakes.length >= 2 * MOST_ERRORS) return;
    const { pointer } = field;
    if (this.#told.has(pointer)) return;
    this.#told.add(pointer);
    this.mistakes.push({ message: message(), span: onKey ? field.keySpan() : field.span(), pointer });
  };
}

/** What the schema finds, without the errors that only sum up others; the most telling first. */
async function schemaErrors(value: unknown, rules: readonly RuleHead[]): Promise<ErrorObject[]> {
  const schema = configSchema(rules);
  // Options have schemas that may come from plugins: they may say anything, and be broken.
  if (rules.every(({ options }) => options === undefined) && surelyValid(value, schema)) return [];
  // Loading it and compiling take 100 ms, as much as all else in a small run.
  const { Ajv } = await import('ajv');
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    validateFormats: false,
    // The schema is ours: tests check it, and a check on every run takes longer than the rest.
    validateSchema: false,
    meta: false,
    // Keys such as `constructor` are what is written and never what an object inherits.
    ownProperties: true,
    logger: false,
  });
  const validate = ajv.compile(schema);
  if (validate(value)) return [];
  const rank = ({ keyword }: ErrorObject): number => (keyword === 'enum' ? 0 : keyword === 'type' ? 1 : 2);
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== 'if')
    .slice(0, 10 * MOST_ERRORS)
    .sort((a, b) => rank(a) - rank(b));
}

function tellSchemaError(error: ErrorObject, root: Field, index: RuleIndex, tell: Tell): void {
  const field = fieldAt(root, error.instancePath);
  const schema = error.parentSchema as JsonSchema;
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params.additionalProperty);
      // Names of rules are looked up below, where codes are known too.
      if (/^(?:\/overrides\/\d+)?\/rules$/.test(error.instancePath)) return;
      tell(field.at(key), () => unknownKey(key, field, schema, index), true);
      return;
    }
    case 'required':
      tell(field, () => `${nameOf(field)} lacks "${String(params.missingProperty)}".`);
      return;
    case 'minLength':
      tell(field, () => `${nameOf(field)} is empty.`);
      return;
    default:
      tell(field, () => wrongValue(field, schema, error));
  }
}

function unknownKey(key: string, owner: Field, schema: JsonSchema, index: RuleIndex): string {
  const known = Object.keys((schema.properties as object | undefined) ?? {});
  const ofRule = owner.parent?.pointer === '/rules';
  if (ofRule && key === 'options') {
    const found = index.find(String(owner.key));
    const [rule] = found?.rules ?? [];
    if (found?.kind === 'code' && rule) {
      return `Options belong to one rule: name it by its id, such as "${rule.meta.id}", and not by a code.`;
    }
    return `Rule ${quoted(String(owner.key))} has no options.`;
  }
  const near = didYouMean(key, known);
  const hint = near
    ? `Did you mean "${near}"?`
    : known.length > 0
      ? `It has ${list(
          known.map((name) => `"${name}"`),
          'and',
        )}.`
      : '';
  return `${quoted(key)} is no key of ${owner.parent ? nameOf(owner) : 'a config file'}. ${hint}`.trimEnd();
}

function wrongValue(field: Field, schema: JsonSchema, error: ErrorObject): string {
  const { value } = field;
  const name = nameOf(field);
  const wanted = wantedBy(schema) ?? `what its schema says (${error.message ?? error.keyword})`;
  if (value === null) return `${name} has no value; it takes ${wanted}. Without one, leave the key out.`;
  const choices: readonly unknown[] = Array.isArray(schema.enum) ? schema.enum : [];
  const texts = choices.filter((choice) => typeof choice === 'string');
  const near = typeof value === 'string' ? didYouMean(value, texts) : undefined;
  const hint = near ? ` Did you mean "${near}"?` : '';
  const unquoted = (typeof value === 'number' || typeof value === 'boolean') && schema.type === 'string';
  const reading =
    unquoted && texts.length === 0
      ? `, which YAML reads as ${typeof value === 'number' ? 'a number' : `${value}`}`
      : '';
  const quotes = reading && schema.errorMessage === undefined ? ' in quotes' : '';
  return `${name} is ${describe(field)}${reading}; it takes ${wanted}${quotes}.${hint}`;
}

/** What a schema accepts, as the end of "it takes". */
function wantedBy(schema: JsonSchema): string | undefined {
  if (typeof schema.errorMessage === 'string') return schema.errorMessage;
  if (Array.isArray(schema.enum))
    return list(
      schema.enum.map((choice) => JSON.stringify(choice)),
      'or',
    );
  const least = typeof schema.minimum === 'number' ? `, ${schema.minimum} or more` : '';
  switch (schema.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${least}`;
    case 'number':
      return `a number${least}`;
    case 'string':
      return schema.pattern === undefined ? 'a text' : undefined;
    case 'array':
      return 'a list';
    case 'object':
      return 'a mapping';
    default:
      return undefined;
  }
}

/** What a schema cannot say. */
function tellMeaning(root: Field, index: RuleIndex, tell: Tell): void {
  for (const [name, setting] of ruleMappings(root).flatMap((field) => field.entries())) {
    if (index.find(name)) continue;
    tell(setting, () => noRule(name, index), true);
  }
  for (const override of root.at('overrides').items() as Field[]) {
    for (const key of ['files', 'namespaces', 'names']) {
      for (const glob of override.at(key).items() as Field[]) tellGlob(glob, tell);
    }
    for (const [, glob] of override.at('labels').entries()) if (glob.value !== '') tellGlob(glob, tell);
  }
  for (const key of ['ignore', 'crds']) for (const glob of root.at(key).items() as Field[]) tellGlob(glob, tell);
  tellExternals(root, tell);
  for (const project of root.at('projects').items() as Field[]) {
    const folder = project.isMapping ? project.at('folder') : project;
    if (typeof folder.value === 'string' && leavesFolder(folder.value)) {
      tell(folder, () => `${nameOf(folder)} is ${describe(folder)}, which is not below the folder of the config file.`);
    } else {
      tellGlob(folder, tell);
    }
    if (project.isMapping) tellExternals(project, tell);
  }
}

/** The mappings whose keys are names of rules. */
function ruleMappings(root: Field): Field[] {
  return [root.at('rules'), ...(root.at('overrides').items() as Field[]).map((entry) => entry.at('rules'))];
}

function noRule(name: string, index: RuleIndex): string {
  const near = didYouMean(name, index.names);
  return `There is no rule ${quoted(name)}.${near ? ` Did you mean "${near}"?` : ''}`;
}

function tellExternals(owner: Field, tell: Tell): void {
  for (const [, globs] of owner.at('externals').entries()) {
    for (const glob of globs.items() as Field[]) tellGlob(glob, tell);
  }
}

function tellGlob(field: Field, tell: Tell): void {
  if (typeof field.value !== 'string') return;
  const fault = globFault(field.value);
  if (fault !== undefined)
    tell(field, () => `${nameOf(field)} is ${describe(field)}, which is no glob to use: ${fault}.`);
}

function leavesFolder(folder: string): boolean {
  return /^(?:\/|[A-Za-z]:)/.test(folder) || folder.split(/[/\\]/).includes('..');
}

/**
 * The value of the document, where `off` is the word: Kubernetes reads YAML 1.1, in which a plain `off` is false, and
 * that is just what people write to turn off a rule.
 */
function withOff(root: Field): Record<string, unknown> {
  const read = (field: Field): unknown =>
    field.value === false && field.text()?.toLowerCase() === 'off' ? 'off' : field.value;
  const mapping = (field: Field, each: (key: string, inside: Field) => unknown): unknown =>
    field.isMapping
      ? Object.fromEntries(field.entries().map(([key, inside]) => [key, each(key, inside)]))
      : field.value;

  const settings = (field: Field): unknown =>
    mapping(field, (key, inside) => {
      if (key === 'uniqueApp') return read(inside);
      if ((key === 'projects' || key === 'overrides') && inside.isList)
        return (inside.items() as Field[]).map(settings);
      if (key !== 'rules') return inside.value;
      return mapping(inside, (_, setting) =>
        setting.isMapping
          ? mapping(setting, (name, part) => (name === 'severity' ? read(part) : part.value))
          : read(setting),
      );
    });
  return settings(root) as Record<string, unknown>;
}

function fieldAt(root: Field, pointer: string): Field {
  let field = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    const { value } = field;
    field = Array.isArray(value) ? new Field(field.document, value[Number(key)], field, Number(key)) : field.at(key);
  }
  return field;
}

/** `"projects[0].folder"`. */
function nameOf(field: Field): string {
  let name = '';
  for (let at: Field | undefined = field; at?.parent; at = at.parent) {
    name = typeof at.key === 'number' ? `[${at.key}]${name}` : `.${String(at.key)}${name}`;
  }
  return name === '' ? 'This config file' : quoted(name.replace(/^\./, ''));
}

/** A value as its author wrote it; lists and mappings by what they are. */
function describe(field: Field): string {
  const { value } = field;
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? quoted(value) : shown(field.text() ?? String(value));
}

function quoted(text: string): string {
  return `"${shown(text)}"`;
}

/** Text of a file in a message: of a bearable length, and without characters that steer a terminal or turn lines round. */
function shown(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return short.replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `a, b or c`. */
function list(words: readonly string[], join: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${join} ${words.at(-1)}`;
}

function mistakeOfProblem(problem: Problem): Mistake {
  return { message: problemMessage(problem), span: problem.span, pointer: '' };
}

function problemMessage(problem: Problem): string {
  switch (problem.kind) {
    case 'syntax':
      return `This is not read: ${shown(problem.data.reason)}.`;
    case 'duplicate-key':
      return `${quoted(problem.data.key)} stands twice here: take one away.`;
    case 'untyped':
    case 'after-end':
      return 'What stands after a line "..." is not read: take it away.';
    case 'merge-order':
      return `${quoted(problem.data.key)} is written before the "<<" that brings it too: write "<<" first.`;
    case 'bomb':
      return problem.data.limit === 'depth' ? 'This is nested too deep.' : 'The aliases stand for too many values.';
    case 'too-large':
      return 'This file is too large.';
  }
}
