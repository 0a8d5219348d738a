import type { Field } from '../source/field.ts';
import { readStringMatch } from './string-match.ts';

/**
 * What a text of a match is taken for by its reader, and is not: `star` and `pattern`: signs that have a meaning in globs and regular
 * expressions alone, in a text that is compared letter by letter. `glob`: a `/*` in a regular expression, which stands for more slashes.
 * `no-slash`, `query`, `address`, `method`: what no request has there, since a path begins with a slash, is compared without its query,
 * an authority has no scheme and no path, and methods are in capitals. `whole`: a regular expression without any freedom, which means one
 * path alone, since it has to cover all of it.
 */
export type LiteralFault = 'star' | 'pattern' | 'glob' | 'no-slash' | 'query' | 'address' | 'method' | 'whole';

/** A text of a match that cannot mean what it seems to say. */
export interface LiteralMatch {
  readonly fault: LiteralFault;
  /** `exact`, `prefix` or `regex`. */
  readonly kind: 'exact' | 'prefix' | 'regex';
  readonly text: string;
  readonly field: Field;
  /** What is compared with it: "uri", `header "x-user"`. */
  readonly subject: string;
}

/**
 * The texts of an http match that meet no request, or not those that they seem to. Envoy compares `exact` and `prefix` letter by letter and
 * needs `regex` to cover the whole text; the path is compared without its query. Source: `pilot/pkg/networking/core/route/route.go`,
 * TranslateRouteMatch; Envoy's RouteMatch (path, prefix, safe_regex).
 */
export function* literalMatches(match: Field): Iterable<LiteralMatch> {
  yield* look(match.at('uri'), 'uri', pathFault);
  yield* look(match.at('method'), 'method', methodFault);
  yield* look(match.at('authority'), 'authority', authorityFault);
  for (const key of ['headers', 'withoutHeaders'] as const)
    for (const [name, field] of match.at(key).entries()) yield* look(field, `header "${name}"`, valueFault);
  for (const [name, field] of match.at('queryParams').entries())
    yield* look(field, `query parameter "${name}"`, valueFault);
}

type Kind = LiteralMatch['kind'];

function* look(
  field: Field,
  subject: string,
  faultOf: (kind: Kind, text: string) => LiteralFault | undefined,
): Iterable<LiteralMatch> {
  const test = readStringMatch(field);
  if (!test || test.kind === 'any' || test.kind === 'later' || test.text.length > LONGEST) return;
  const fault = faultOf(test.kind, test.text);
  if (fault) yield { fault, kind: test.kind, text: test.text, field: field.at(test.kind), subject };
}

const LONGEST = 2000;

function pathFault(kind: Kind, text: string): LiteralFault | undefined {
  if (kind === 'regex') return expressionFault(text);
  if (looksLikeExpression(text)) return 'pattern';
  if (text.includes('*')) return 'star';
  if (/\/(?::[A-Za-z]|\{)/.test(text)) return 'pattern';
  if (!text.startsWith('/')) return 'no-slash';
  return /[?#]/.test(text) ? 'query' : undefined;
}

function expressionFault(text: string): LiteralFault | undefined {
  const bare = text.replace(/^\^/, '');
  // "\/" is a slash as well; what begins with anything but a literal may be a slash.
  if (/^[A-Za-z0-9_-](?![?*{])/.test(bare) && !hasAlternatives(bare)) return 'no-slash';
  if (/\\\?|\[\?\]/.test(bare)) return 'query';
  if (/(?:^|[A-Za-z0-9_-])\/\*(?:$|\/|\$)/.test(bare)) return 'glob';
  if (/^\^\/[\w/-]*$/.test(text) || /^\/[\w/-]*\/$/.test(text)) return 'whole';
  return undefined;
}

// Alternatives outside of groups: each begins anew.
function hasAlternatives(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (c === '|' && depth <= 0) return true;
  }
  return false;
}

// Signs that stand together in expressions only. A single dot, plus or parenthesis is a letter of paths and values as any other.
function looksLikeExpression(text: string): boolean {
  return (
    /\.[*+]/.test(text) ||
    /\\[dwsDWS.]/.test(text) ||
    /\]\s*[*+]/.test(text) ||
    /\([^()]*\|[^()]*\)/.test(text) ||
    /^\^/.test(text)
  );
}

const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
]);

function methodFault(kind: Kind, text: string): LiteralFault | undefined {
  if (kind === 'regex') return undefined;
  if (text === '*') return 'star';
  if (text.includes('|') || looksLikeExpression(text)) return 'pattern';
  return METHODS.has(text.toUpperCase()) && !METHODS.has(text) ? 'method' : undefined;
}

function authorityFault(kind: Kind, text: string): LiteralFault | undefined {
  if (kind === 'regex') return undefined;
  if (looksLikeExpression(text)) return 'pattern';
  if (text.includes('*')) return 'star';
  return text.includes('/') ? 'address' : undefined;
}

// A star is a letter of values such as "*/*"; alone it is none.
function valueFault(kind: Kind, text: string): LiteralFault | undefined {
  if (kind === 'regex') return undefined;
  if (text === '*') return 'star';
  return /\.[*+]/.test(text) || /^\^.*\$$/.test(text) ? 'pattern' : undefined;
}
