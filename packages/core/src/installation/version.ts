/** Major and minor of a release. Patch levels change none of the facts used here. */
export type Version = readonly [major: number, minor: number];

/** Reads `1.24`, `v1.24` or `1.24.3`; undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d{1,3})\.(\d{1,3})(?:\.\d+)?(?:[-+][\w.-]+)?$/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** A version as people write it: `1.28`. */
export function formatVersion(version: Version): string {
  return version.join('.');
}

/** Whether a version is the named minor release or a later one. */
export function atLeast(version: Version, minor: `${number}.${number}`): boolean {
  // Asked for every port of every Service: no array is made for it.
  const dot = minor.indexOf('.');
  const major = Number(minor.slice(0, dot));
  return version[0] > major || (version[0] === major && version[1] >= Number(minor.slice(dot + 1)));
}
