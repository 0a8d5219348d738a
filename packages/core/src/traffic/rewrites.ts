import type { Field } from '../source/field.ts';
import { readStringMatch } from './string-match.ts';

/**
 * What is wrong with a path that a rule writes anew. `doubled`: the prefix ends without a slash and its new text with one, so a path below has two;
 * `joined`: the other way round, so what followed the slash is glued to the new text; `whole`: the match is a regular expression, so all of the
 * path is replaced; `relative`: it begins without a slash; `capture`: it refers to a group, which only `uriRegexRewrite` has;
 * `dollar`: there it is `$1`, and RE2 writes `\1`.
 */
export interface RewriteFault {
  readonly kind: 'doubled' | 'joined' | 'whole' | 'relative' | 'capture' | 'dollar';
  readonly field: Field;
  /** What is replaced: a prefix, or the regular expression. */
  readonly prefix: string;
  readonly text: string;
  /** A path, and what becomes of it. */
  readonly before: string;
  readonly after: string;
}

/**
 * The first fault of each rewrite of an http rule. Envoy puts the new text in the place of the matched prefix and leaves the rest as it is; a rule
 * without a match of the path has the prefix `/`. Source: `pilot/pkg/networking/core/route/route.go` (PrefixRewrite), Envoy's
 * RouteAction.prefix_rewrite.
 */
export function rewriteFaults(rule: Field): readonly RewriteFault[] {
  const rewrite = rule.at('rewrite');
  const faults = [
    uriFault(rule, rewrite.at('uri'), true),
    uriFault(rule, rule.at('redirect').at('prefixRewrite'), false),
  ];
  const regex = rewrite.at('uriRegexRewrite').at('rewrite');
  const text = regex.string();
  if (text && /\$\d/.test(text))
    faults.push({ kind: 'dollar', field: regex, prefix: '', text, before: '', after: text.replace(/\$(\d)/g, '\\$1') });
  return faults.flatMap((fault) => fault ?? []);
}

function uriFault(rule: Field, field: Field, replacesAll: boolean): RewriteFault | undefined {
  const text = field.string();
  // A blank is what some write for nothing at all.
  if (text === undefined || text.trim() === '') return undefined;
  const [prefix] = prefixesOf(rule);
  if (/\\\d|\$\d/.test(text)) return { kind: 'capture', field, prefix: prefix ?? '', text, before: '', after: text };
  if (!text.startsWith('/') && !text.includes('://'))
    return { kind: 'relative', field, prefix: prefix ?? '/', text, before: prefix ?? '/', after: text };
  for (const one of prefixesOf(rule)) {
    if (one.endsWith('/') && !text.endsWith('/'))
      return { kind: 'joined', field, prefix: one, text, before: `${one}items`, after: `${text}items` };
    if (!one.endsWith('/') && text.endsWith('/'))
      return { kind: 'doubled', field, prefix: one, text, before: `${one}/items`, after: `${text}/items` };
  }
  if (!replacesAll) return undefined;
  for (const match of rule.at('match').items() as Field[]) {
    const uri = readStringMatch(match.at('uri'));
    if (uri?.kind === 'regex' && /[*+?[(.]/.test(uri.text))
      return { kind: 'whole', field, prefix: uri.text, text, before: '', after: text };
  }
  return undefined;
}

const MOST_MATCHES = 200;

// The prefixes that are replaced; one that only takes what another with a slash leaves over is written for the bare path.
function prefixesOf(rule: Field): readonly string[] {
  const matches = (rule.at('match').items() as Field[]).slice(0, MOST_MATCHES);
  if (matches.length === 0) return rule.at('match').hasValue ? [] : ['/'];
  const prefixes: string[] = [];
  for (const match of matches) {
    const uri = readStringMatch(match.at('uri'));
    if (!uri || uri.kind === 'any') {
      if (match.isMapping) prefixes.push('/');
    } else if (uri.kind === 'prefix') prefixes.push(uri.text);
  }
  return prefixes.filter((one, index) => one.endsWith('/') || !prefixes.slice(0, index).includes(`${one}/`));
}
