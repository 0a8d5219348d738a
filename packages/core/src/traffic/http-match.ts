import type { Answer } from '../manifest/lookup.ts';
import { flatSelector, matches } from '../manifest/selectors.ts';
import type { Field } from '../source/field.ts';
import { apiRuleTakes } from './api-rule.ts';
import type { HttpRule, RuleMatch } from './http-rule.ts';
import type { MatchInput, MatchResult } from './match-input.ts';
import { readStringMatch, stringMatches } from './string-match.ts';

/** Whether a rule takes a request: one of its matches does, or it has none. */
export function ruleTakes(rule: HttpRule, input: MatchInput): MatchResult {
  if (rule.api) return apiRuleTakes(rule.api, input);
  if (rule.matches.length === 0) return { answer: 'yes', field: undefined, why: undefined };
  let nearest: MatchResult | undefined;
  for (const match of rule.matches) {
    const result = bothMatch(match, input);
    if (result.answer === 'yes') return result;
    if (!nearest || (nearest.answer === 'no' && result.answer === 'unknown')) nearest = result;
  }
  return nearest as MatchResult;
}

function bothMatch(match: RuleMatch, input: MatchInput): MatchResult {
  const own = matchTakes(match.field, input);
  if (!match.above || own.answer === 'no') return own;
  const above = matchTakes(match.above, input);
  return above.answer === 'yes' ? own : above;
}

/**
 * Whether one match takes a request; all that it says has to hold. Source: `pilot/pkg/networking/core/route/route.go`, translateRoute and
 * TranslateRouteMatch, and Envoy's route matching.
 */
export function matchTakes(match: Field, input: MatchInput): MatchResult {
  let unknown: MatchResult | undefined;
  for (const [answer, field, why] of conditionsOf(match, input)) {
    if (answer === 'no') return { answer, field, why };
    if (answer === 'unknown') unknown ??= { answer, field, why };
  }
  return unknown ?? { answer: 'yes', field: match, why: undefined };
}

type Condition = readonly [answer: Answer, field: Field, why: string];

function* conditionsOf(match: Field, input: MatchInput): Iterable<Condition> {
  yield* proxyConditions(match, input);
  const uri = match.at('uri');
  const path = readStringMatch(uri);
  if (path) {
    const ignoreCase = match.at('ignoreUriCase').boolean() === true && path.kind !== 'regex';
    // An empty uri is a regular expression of nothing for istiod, and no path is empty; Envoy takes an empty prefix for every path.
    yield [stringMatches(path, input.path, input.regex, ignoreCase), uri, `path ${input.path} ${differs(path)}`];
  }
  for (const [key, value] of [
    ['scheme', input.scheme],
    ['method', input.method],
    ['authority', input.authority],
  ] as const) {
    const wanted = readStringMatch(match.at(key));
    if (wanted) yield [stringMatches(wanted, value, input.regex), match.at(key), `${key} ${value} ${differs(wanted)}`];
  }
  for (const [name, field] of match.at('headers').entries()) yield headerCondition(name, field, input);
  for (const [name, field] of match.at('withoutHeaders').entries()) {
    const has = headerHas(name, field, input);
    yield [has === 'yes' ? 'no' : has === 'no' ? 'yes' : 'unknown', field, `header ${name} is what must not be there`];
  }
  for (const [name, field] of match.at('queryParams').entries()) {
    const value = input.query.get(name);
    const wanted = readStringMatch(field) ?? { kind: 'any' };
    if (value === undefined) yield ['no', field, `the query has no ${name}`];
    else yield [stringMatches(wanted, value, input.regex), field, `query parameter ${name} is ${value}`];
  }
}

/** Whether what istiod decides beforehand lets a match stand for a proxy: port, gateways, labels and namespace of the caller. */
export function isForProxy(match: Field, input: MatchInput): boolean {
  for (const [answer] of proxyConditions(match, input)) if (answer === 'no') return false;
  return true;
}

/** Conditions that istiod decides when it makes the configuration of a proxy. */
function* proxyConditions(match: Field, input: MatchInput): Iterable<Condition> {
  const port = match.at('port');
  const number = port.number();
  if (port.hasValue && number !== 0) {
    const answer = number === undefined ? 'unknown' : number === input.port ? 'yes' : 'no';
    yield [answer, port, `it is for port ${number}, and this is ${input.port}`];
  }
  const gateways = match.at('gateways').items() as Field[];
  if (gateways.length > 0) {
    const names = gateways.map((field) => field.string());
    const met = names.some((name) => name !== undefined && input.gateways.has(name));
    const answer = met ? 'yes' : names.includes(undefined) ? 'unknown' : 'no';
    yield [answer, match.at('gateways'), `it is for gateway ${names.join(', ')}`];
    // What is written beside gateways about the caller is not looked at.
    return;
  }
  const labels = match.at('sourceLabels');
  if (labels.entries().length > 0)
    yield [matches(flatSelector(labels), input.labels), labels, 'the pods that call have other labels'];
  const namespace = match.at('sourceNamespace');
  const wanted = namespace.string();
  if (namespace.hasValue && wanted !== '') {
    const answer = wanted === undefined ? 'unknown' : wanted === input.namespace ? 'yes' : 'no';
    yield [answer, namespace, `it is for callers of namespace ${wanted}`];
  }
}

function headerCondition(name: string, field: Field, input: MatchInput): Condition {
  const has = headerHas(name, field, input);
  const value = headerValue(name, input);
  return [has, field, value === undefined ? `there is no header ${name}` : `header ${name} is ${value}`];
}

function headerHas(name: string, field: Field, input: MatchInput): Answer {
  const value = headerValue(name, input);
  const wanted = readStringMatch(field) ?? { kind: 'any' };
  if (wanted.kind === 'later') return 'unknown';
  if (value === undefined) return 'no';
  // "*" is no regular expression; istiod takes it for "whatever is there".
  if (wanted.kind === 'regex' && wanted.text === '*') return 'yes';
  return stringMatches(wanted, value, input.regex);
}

function headerValue(name: string, input: MatchInput): string | undefined {
  switch (name.toLowerCase()) {
    case ':authority':
    case 'host':
      return input.authority;
    case ':method':
      return input.method;
    case ':path':
      return input.path;
    case ':scheme':
      return input.scheme;
    default:
      return input.headers.get(name.toLowerCase());
  }
}

function differs(match: { readonly kind: string; readonly text?: string }): string {
  switch (match.kind) {
    case 'exact':
      return `is not ${match.text}`;
    case 'prefix':
      return `does not begin with ${match.text}`;
    case 'regex':
      return `does not match ${match.text}`;
    default:
      return 'is compared with what is filled in later';
  }
}
