/** Major and minor of a release, as the mesh has it. */
export type Version = readonly [major: number, minor: number];

/** When a field or a value is accepted, where it is not in the release at hand. Releases as people write them, `1.24`. */
export interface History {
  /** The first known release that has it, later than the one at hand; and the last one before that. */
  readonly since?: { readonly first: string; readonly after: string };
  /** The last known release that had it, earlier than the one at hand; and the one after. */
  readonly until?: { readonly last: string; readonly gone: string };
}

/** What the releases say that come before and after the one at hand. `answers`: newest first, with whether they have it. */
export function historyOf(
  answers: readonly { readonly release: string; readonly has: boolean }[],
  at: string,
): History | undefined {
  const here = answers.findIndex(({ release }) => release === at);
  if (here < 0) return undefined;
  for (let i = here - 1; i >= 0; i--) {
    const [one, before] = [answers[i], answers[i + 1]];
    if (one?.has && before) return { since: { first: one.release, after: before.release } };
  }
  for (let i = here + 1; i < answers.length; i++) {
    const [one, next] = [answers[i], answers[i - 1]];
    if (one?.has && next) return { until: { last: one.release, gone: next.release } };
  }
  return undefined;
}
