/** Major and minor of a release, as the mesh has it. */
export type Version = readonly [major: number, minor: number];

/** When a field or a value is accepted that is not in the release at hand. Releases as people write them, `1.24`. */
export interface History {
  /** The first known release that has it, and the last known one that has not. */
  readonly first: string;
  readonly after: string;
}

/** When something comes that the release at hand has not. `answers`: newest release first, with whether it has it. */
export function historyOf(
  answers: readonly { readonly release: string; readonly has: boolean }[],
  at: string,
): History | undefined {
  const here = answers.findIndex(({ release }) => release === at);
  for (let i = here - 1; i >= 0; i--) {
    const [one, before] = [answers[i], answers[i + 1]];
    if (one?.has && before) return { first: one.release, after: before.release };
  }
  return undefined;
}
