const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};

/** Nanoseconds of a duration as Go's `time.ParseDuration` reads it (`1m30s`, `0.5s`, `0`); undefined for anything else. */
export function durationNanoseconds(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const bare = /^[-+]/.test(text) ? text.slice(1) : text;
  if (bare === '0') return 0;
  // Escapes: one letter beyond Latin-1 makes the engine read the whole bundle as two bytes a letter.
  if (bare.length > 50 || !/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.test(bare))
    return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of bare.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g)) {
    const [whole = '', fraction = ''] = amount.split('.');
    const size = UNITS[unit] as number;
    // As Go does: fractions of a nanosecond are dropped, part by part.
    total += Number(whole) * size + Math.floor(Number(fraction) * (size / 10 ** fraction.length));
  }
  // What does not fit into 64 bits is refused: 292 years.
  return total > 9.2233720368547e18 ? undefined : sign * total;
}

/** Nanoseconds of a millisecond. */
export const MILLISECOND = 1e6;
/** Nanoseconds of a second. */
export const SECOND = 1e9;
