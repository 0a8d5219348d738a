import {
  cutText,
  type Field,
  isPlaceholder,
  type Mesh,
  nameOf,
  type ReportFunction,
  type Resource,
} from '@meshvet/core';

/** Something that Istio's validation says of a resource. */
export interface Refusal {
  readonly at: Field;
  /** What is wrong, as a clause: `host "a_b" is no domain name`. */
  readonly what: string;
  /** Point at the key and not at the value. */
  readonly onKey?: boolean;
  /** Istio takes it, and warns. */
  readonly mild?: boolean;
  /** What to do, where the rule says another thing. */
  readonly fix?: string;
  /** Codes that other tools than istioctl have for it. */
  readonly codes?: readonly string[];
}

/** What `doubted` says in every rule of `tellVerdicts`, as the rule's own words are about what is refused. */
export const DOUBTED = {
  why: 'Istio takes the resource with a warning, and what is marked does nothing, or something else than it seems to say.',
  fix: 'Take away what is marked, or write what is meant.',
} as const;

/** Reports what Istio refuses. `codes` are those of istioctl. */
export function tellRefusals(
  report: ReportFunction<{ refused: '{resource}: {what}; Istio refuses it.' }>,
  resource: Resource,
  refusals: Iterable<Refusal>,
): void {
  let told = 0;
  for (const { at, what, onKey = false } of refusals) {
    if (isOpen(at)) continue;
    if (++told > MOST) return;
    report(at, 'refused', { resource: nameOf(resource), what }, { onKey, codes: ['IST0106'] });
  }
}

/** Reports what Istio refuses, and what it warns of. */
export function tellVerdicts(
  report: ReportFunction<{ refused: '{resource}: {what}; Istio refuses it.'; doubted: '{resource}: {what}.' }>,
  resource: Resource,
  refusals: Iterable<Refusal>,
): void {
  let told = 0;
  for (const { at, what, onKey = false, mild, codes = [], fix } of refusals) {
    if (isOpen(at)) continue;
    if (++told > MOST) return;
    const words = { resource: nameOf(resource), what };
    const own = fix === undefined ? {} : { fix };
    if (mild) report(at, 'doubted', words, { onKey, severity: 'warning', codes: ['IST0133', ...codes], ...own });
    else report(at, 'refused', words, { onKey, codes: ['IST0106', ...codes], ...own });
  }
}

// What is filled in later is not refused yet.
function isOpen(at: Field): boolean {
  return typeof at.value === 'string' && at.string() === undefined;
}

// Nobody mends more at a time, and a hostile file has thousands.
const MOST = 50;

/** A text in quotes, cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(cutText(text, 60));
}

/** Whether a key is settled: no later step fills in a part of it. */
export function isSettledKey(key: string): boolean {
  return !isPlaceholder(key);
}

/** Whether the CRDs of the configured Istio say it already: since a minor release, and until another where they stopped. */
export function crdSays(mesh: Mesh, since: `1.${number}`, until?: `1.${number}`): boolean {
  return mesh.istioAtLeast(since) && !(until !== undefined && mesh.istioAtLeast(until));
}

/** The first names, in a row: "a, b and c". */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
