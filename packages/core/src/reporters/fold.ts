import type { Finding, Location } from '../lint/result.ts';

/** So many findings of one kind are shown, the rest is counted. */
const SHOWN = 2;
/** Folding one finding would save nothing. */
const LEAST_FOLDED = 2;
/** How many of the places that are folded away are named. */
const NAMED = 3;

/** What is shown of findings that say the same. */
export interface Folded {
  readonly shown: readonly Finding[];
  /** By the finding below which it is told: the places that are folded away. */
  readonly more: ReadonlyMap<Finding, MorePlaces>;
}

/** Places of findings that are not shown. */
export interface MorePlaces {
  readonly total: number;
  readonly first: readonly Location[];
}

/**
 * Of findings that say the same but for names and numbers the first two are shown, and the number of the others is told. They
 * come in the order in which they are shown.
 */
export function foldFindings(findings: readonly Finding[]): Folded {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.ruleId} ${finding.messageId} ${wordsOf(finding)}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  const away = new Set<Finding>();
  const more = new Map<Finding, MorePlaces>();
  for (const group of groups.values()) {
    const rest = group.slice(SHOWN);
    if (rest.length < LEAST_FOLDED) continue;
    for (const finding of rest) away.add(finding);
    more.set(group[SHOWN - 1] as Finding, {
      total: rest.length,
      first: rest.slice(0, NAMED).map(({ location }) => location),
    });
  }
  return { shown: away.size === 0 ? findings : findings.filter((finding) => !away.has(finding)), more };
}

// A word with a digit, or with a mark inside that names and paths have.
const NAME = /\d|[\w*][-./:=_@][\w*]/;
/** Characters of a message that are compared: they may come from a hostile manifest. */
const MAX_COMPARED = 2000;

/** The message without names and numbers: those in quotes, those that look so, and those of the resource. */
function wordsOf({ message, resource }: Finding): string {
  const own = new Set([resource?.name, resource?.namespace]);
  return message
    .slice(0, MAX_COMPARED)
    .replace(/"[^"]*"/g, '_')
    .split(' ')
    .map((word) => (NAME.test(word) || own.has(word.replace(/[,.:;]$/, '')) ? '_' : word))
    .join(' ');
}
