import type { Answer } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import type { MatchInput, MatchResult } from './match-input.ts';
import { type StringMatch, stringMatches } from './string-match.ts';

/**
 * A rule of an HTTPRoute or GRPCRoute, for one of its matches: istiod makes a rule of its own of each.
 * Source: `pilot/pkg/config/kube/gateway/conversion.go`, convertHTTPRoute and convertGRPCRoute.
 */
export interface ApiRule {
  readonly resource: Resource;
  /** The rule as written. */
  readonly field: Field;
  /** The match; undefined for a rule without any, which takes every path. */
  readonly match: Field | undefined;
  readonly path: PathMatch;
  readonly method: StringMatch | undefined;
  readonly headers: readonly NamedMatch[];
  readonly query: readonly NamedMatch[];
  /** The port of the Service that a parent reference names. */
  readonly port: number | undefined;
  /** All filters of the rule. */
  readonly filters: readonly Field[];
  /** Some of it is filled in later. */
  readonly open: boolean;
}

/** A prefix is one of whole parts of the path: `/v2` takes `/v2/a` and not `/v20`. */
export type PathMatch = StringMatch | { readonly kind: 'parts'; readonly text: string };

/** A header or query parameter, and what it has to be. */
export interface NamedMatch {
  readonly name: string;
  readonly wanted: StringMatch;
  readonly field: Field;
}

/** The rules of one HTTPRoute or GRPCRoute rule: one for each match. */
export function readApiRules(resource: Resource, field: Field, port: number | undefined): readonly ApiRule[] {
  const written = field.at('matches').items() as Field[];
  const grpc = resource.kind === 'GRPCRoute';
  const filters = field.at('filters').items() as Field[];
  const make = (match: Field | undefined): ApiRule => ({
    resource,
    field,
    match,
    path: match ? (grpc ? grpcPath(match.at('method')) : httpPath(match.at('path'))) : EVERYTHING,
    method: match && !grpc && match.at('method').hasValue ? text('exact', match.at('method')) : undefined,
    headers: match ? named(match.at('headers')) : [],
    query: match && !grpc ? named(match.at('queryParams')) : [],
    port,
    filters,
    open: field.at('matches').hasValue && !field.at('matches').isList,
  });
  return written.length === 0 ? [make(undefined)] : written.map(make);
}

/** The rules of an HTTPRoute or GRPCRoute, one for each match, in the order of the manifest. */
export function apiRulesOf(mesh: Mesh, resource: Resource): readonly ApiRule[] {
  const known = mesh.derive(knownRules);
  let rules = known.get(resource);
  if (!rules) {
    const written = resource.body.at('spec').at('rules').items() as Field[];
    known.set(resource, (rules = written.flatMap((field) => readApiRules(resource, field, undefined))));
  }
  return rules;
}

// Many routes of a listener are asked again and again.
function knownRules(): Map<Resource, readonly ApiRule[]> {
  return new Map();
}

/** What a rule asks of a request, as a text that is the same for the same demands; undefined where some of it is filled in later. */
export function matchKey({ path, method, headers, query, open }: ApiRule): string | undefined {
  const all = [...(method ? [method] : []), ...headers.map((h) => h.wanted), ...query.map((q) => q.wanted)];
  if (open || !('text' in path) || all.some((m) => !('text' in m))) return undefined;
  const textOf = (m: StringMatch) => ('text' in m ? [m.kind, m.text] : []);
  const list = (named: readonly NamedMatch[], nameOf: (name: string) => string) =>
    named.map(({ name, wanted }) => JSON.stringify([nameOf(name), ...textOf(wanted)])).sort();
  return JSON.stringify([
    path.kind,
    path.text,
    method ? textOf(method) : [],
    list(headers, (name) => name.toLowerCase()),
    list(query, (name) => name),
  ]);
}

// What the API server fills in.
const EVERYTHING: PathMatch = { kind: 'parts', text: '/' };

function httpPath(path: Field): PathMatch {
  const value = path.at('value').hasValue ? path.at('value').string() : '/';
  if (value === undefined) return { kind: 'later' };
  const type = path.at('type').hasValue ? path.at('type').string() : 'PathPrefix';
  if (type === 'Exact') return { kind: 'exact', text: value };
  if (type === 'RegularExpression') return { kind: 'regex', text: value };
  return type === 'PathPrefix'
    ? { kind: 'parts', text: value === '/' ? value : value.replace(/\/$/, '') }
    : { kind: 'later' };
}

// A call of gRPC is a path: the service and the method.
function grpcPath(method: Field): PathMatch {
  if (!method.hasValue) return EVERYTHING;
  const [service, name] = [method.at('service'), method.at('method')].map((f) => (f.hasValue ? f.string() : ''));
  if (service === undefined || name === undefined) return { kind: 'later' };
  if (service === '' && name === '') return EVERYTHING;
  if (method.at('type').string() === 'RegularExpression')
    return { kind: 'regex', text: `/${service === '' ? '.+' : service}/${name === '' ? '.+' : name}` };
  if (service === '') return { kind: 'regex', text: `/[^/]+/${name}` };
  return name === '' ? { kind: 'prefix', text: `/${service}/` } : { kind: 'exact', text: `/${service}/${name}` };
}

function text(kind: 'exact' | 'regex', field: Field): StringMatch {
  const value = field.string();
  return value === undefined ? { kind: 'later' } : { kind, text: value };
}

// Of two entries of one name the first counts.
function named(list: Field): readonly NamedMatch[] {
  const seen = new Set<string>();
  return (list.items() as Field[]).flatMap((field): NamedMatch[] => {
    const name = field.at('name').string() ?? '';
    if (seen.has(name.toLowerCase())) return [];
    seen.add(name.toLowerCase());
    const kind = field.at('type').string() === 'RegularExpression' ? 'regex' : 'exact';
    return [{ name, wanted: text(kind, field.at('value')), field }];
  });
}

/** Whether a rule takes a request. */
export function apiRuleTakes(rule: ApiRule, input: MatchInput): MatchResult {
  const no = (field: Field | undefined, why: string): MatchResult => ({ answer: 'no', field, why });
  let unknown: MatchResult | undefined;
  for (const [answer, field, why] of conditionsOf(rule, input)) {
    if (answer === 'no') return no(field, why);
    if (answer === 'unknown') unknown ??= { answer, field, why };
  }
  return unknown ?? { answer: 'yes', field: rule.match, why: undefined };
}

type Condition = readonly [answer: Answer, field: Field | undefined, why: string];

function* conditionsOf(rule: ApiRule, input: MatchInput): Iterable<Condition> {
  const { match, path, method, headers, query, port, open, field } = rule;
  if (open) yield ['unknown', field, 'matches are filled in later'];
  if (port !== undefined)
    yield [port === input.port ? 'yes' : 'no', field, `it is for port ${port}, and this is ${input.port}`];
  yield [pathTakes(path, input), match, `path ${input.path} is another`];
  if (method) yield [stringMatches(method, input.method, input.regex), match, `method ${input.method} is another`];
  for (const { name, wanted, field: at } of headers) {
    const value = name.toLowerCase() === 'host' ? input.authority : input.headers.get(name.toLowerCase());
    if (value === undefined) yield ['no', at, `there is no header ${name}`];
    else yield [stringMatches(wanted, value, input.regex), at, `header ${name} is ${value}`];
  }
  for (const { name, wanted, field: at } of query) {
    const value = input.query.get(name);
    if (value === undefined) yield ['no', at, `the query has no ${name}`];
    else yield [stringMatches(wanted, value, input.regex), at, `query parameter ${name} is ${value}`];
  }
}

function pathTakes(path: PathMatch, { path: own, regex }: MatchInput): Answer {
  if (path.kind !== 'parts') return stringMatches(path, own, regex);
  return path.text === '/' || own === path.text || own.startsWith(`${path.text}/`) ? 'yes' : 'no';
}

/** Whether a rule takes every request. */
export function apiRuleTakesEverything({ path, method, headers, query }: ApiRule): boolean {
  return path.kind === 'parts' && path.text === '/' && !method && headers.length === 0 && query.length === 0;
}

/** Whether a rule surely takes each request that another takes: it asks for nothing more. */
export function takesAllOf(rule: ApiRule, other: ApiRule): boolean {
  if (rule.port !== undefined && rule.port !== other.port) return false;
  if (!pathTakesAllOf(rule.path, other.path)) return false;
  if (rule.method && !sameText(rule.method, other.method)) return false;
  return takesNamed(rule.headers, other.headers, true) && takesNamed(rule.query, other.query, false);
}

function pathTakesAllOf(path: PathMatch, other: PathMatch): boolean {
  if (path.kind === 'parts' && path.text === '/') return true;
  if (!('text' in path) || !('text' in other)) return false;
  if (path.kind === other.kind && path.text === other.text) return true;
  if (path.kind === 'regex' || other.kind === 'regex') return false;
  if (path.kind === 'parts') return other.text === path.text || other.text.startsWith(`${path.text}/`);
  return path.kind === 'prefix' && other.text.startsWith(path.text);
}

function takesNamed(wanted: readonly NamedMatch[], other: readonly NamedMatch[], anyCase: boolean): boolean {
  const nameOf = ({ name }: NamedMatch) => (anyCase ? name.toLowerCase() : name);
  return wanted.every((w) => other.some((o) => nameOf(o) === nameOf(w) && sameText(w.wanted, o.wanted)));
}

function sameText(a: StringMatch, b: StringMatch | undefined): boolean {
  return b !== undefined && 'text' in a && 'text' in b && a.kind === b.kind && a.text === b.text;
}

/**
 * The order of rules of one host, whatever route they stand in: exact paths, then prefixes, then expressions, the longer before the shorter;
 * then one with a method, more headers, more parameters. What is equal stays as it was: by age, then in the order of the manifest.
 * Source: `pilot/pkg/config/kube/gateway/conversion.go`, sortHTTPRoutes.
 */
export function compareApiRules(a: ApiRule, b: ApiRule): number {
  return (
    rankOf(b.path) - rankOf(a.path) ||
    lengthOf(b.path) - lengthOf(a.path) ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    b.headers.length - a.headers.length ||
    b.query.length - a.query.length
  );
}

const RANKS: Readonly<Record<PathMatch['kind'], number>> = {
  exact: 3,
  parts: 2,
  prefix: 2,
  regex: 1,
  any: 0,
  later: 0,
};

function rankOf({ kind }: PathMatch): number {
  return RANKS[kind];
}

function lengthOf(path: PathMatch): number {
  return 'text' in path ? path.text.length : 0;
}

/** The filter of a type; the first, where a list has several. */
export function filterOf({ filters }: ApiRule, type: string): Field | undefined {
  return filters.find((f) => f.at('type').string() === type);
}

/** What a rewrite makes of a path; undefined where none is written. */
export function rewrittenPath({ path }: ApiRule, filter: Field, own: string): string | undefined {
  const rewrite = filter.at('urlRewrite').at('path');
  const full = rewrite.at('replaceFullPath').string();
  if (full !== undefined) return full;
  const prefix = rewrite.at('replacePrefixMatch').string();
  if (prefix === undefined || path.kind !== 'parts') return undefined;
  const rest = path.text === '/' ? own.slice(1) : own.slice(path.text.length).replace(/^\//, '');
  const start = prefix.replace(/\/$/, '');
  return rest === '' ? (start === '' ? '/' : start) : `${start}/${rest}`;
}
