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

/** The known releases that tell what a release accepts. */
export interface Nearest {
  /** Whether the release itself is among the known ones. */
  readonly exact: boolean;
  /** Whether it is older than all of them: then it may have had what nobody here knows of. */
  readonly older: boolean;
  /** Itself, or the known ones before and after it, the nearer one first; beyond the ends the last one there is. */
  readonly releases: readonly string[];
}

/** The releases of `known` (newest first, all of one major release) that tell what a release accepts. */
export function nearestReleases([major, minor]: Version, known: readonly string[]): Nearest {
  const major0 = Number(known[0]?.split('.')[0]);
  const minors = known.map((release) => Number(release.split('.')[1]));
  const wanted = major > major0 ? Number.POSITIVE_INFINITY : major < major0 ? Number.NEGATIVE_INFINITY : minor;
  const at = minors.indexOf(wanted);
  if (at >= 0) return { exact: true, older: false, releases: [known[at] as string] };
  const below = minors.findIndex((one) => one < wanted);
  if (below < 0) return { exact: false, older: true, releases: known.slice(-1) };
  if (below === 0) return { exact: false, older: false, releases: known.slice(0, 1) };
  const nearer =
    wanted - (minors[below] as number) < (minors[below - 1] as number) - wanted
      ? [below, below - 1]
      : [below - 1, below];
  return { exact: false, older: false, releases: nearer.map((i) => known[i] as string) };
}
