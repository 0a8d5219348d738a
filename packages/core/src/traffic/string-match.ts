import type { Answer } from '../manifest/lookup.ts';
import type { Field } from '../source/field.ts';

/**
 * A StringMatch of Istio as written. `any`: an empty one, which only asks for presence. `later`: filled in by a later step.
 * Source: `networking/v1/virtual_service.proto`, StringMatch.
 */
export type StringMatch =
  | { readonly kind: 'exact' | 'prefix' | 'regex'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'later' };

/** Whether a pattern of RE2 is found in a text; undefined where nobody can tell, or the pattern is none. */
export type RegexMatcher = (pattern: string, text: string) => boolean | undefined;

/** The matcher of those who have no engine for regular expressions at hand: it never knows. */
export const NO_REGEX: RegexMatcher = () => undefined;

/** undefined where no match is written. A match without exact, prefix and regex is `any`. */
export function readStringMatch(field: Field): StringMatch | undefined {
  if (!field.exists) return undefined;
  if (!field.hasValue) return { kind: 'any' };
  if (!field.isMapping) return { kind: 'later' };
  for (const kind of ['exact', 'prefix', 'regex'] as const) {
    const written = field.at(kind);
    if (!written.hasValue) continue;
    const text = written.string();
    if (text === undefined) return { kind: 'later' };
    return text === '' ? { kind: 'any' } : { kind, text };
  }
  return { kind: 'any' };
}

/** Whether a text that is there matches; a regular expression has to cover all of it. */
export function stringMatches(match: StringMatch, text: string, regex: RegexMatcher, ignoreCase = false): Answer {
  switch (match.kind) {
    case 'any':
      return 'yes';
    case 'later':
      return 'unknown';
    case 'regex':
      return asAnswer(regex(`^(?:${match.text})$`, text));
    case 'exact':
      return asAnswer(ignoreCase ? text.toLowerCase() === match.text.toLowerCase() : text === match.text);
    case 'prefix':
      return asAnswer(
        ignoreCase ? text.toLowerCase().startsWith(match.text.toLowerCase()) : text.startsWith(match.text),
      );
  }
}

function asAnswer(value: boolean | undefined): Answer {
  return value === undefined ? 'unknown' : value ? 'yes' : 'no';
}
