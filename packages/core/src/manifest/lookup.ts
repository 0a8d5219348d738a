/**
 * The answer to "does this exist?". A set of files is seldom the whole cluster, so there are three:
 *
 * - `found`: some variant of it is in the input.
 * - `elsewhere`: the config says so, or the input does not hold enough to know.
 * - `missing`: what should hold it was read, and it is not there. Only this is an accusation.
 */
export type Lookup<T> =
  | { readonly state: 'found'; readonly value: T }
  | { readonly state: 'elsewhere'; readonly why: string }
  | { readonly state: 'missing' };

/** The answer that accuses: everything was read, and it is not there. */
export const MISSING = { state: 'missing' } as const;

/** The answer for something that was read. */
export function found<T>(value: T): Lookup<T> {
  return { state: 'found', value };
}

/** The answer for something that may exist where nothing was read, with the reason. */
export function elsewhere(why: string): { readonly state: 'elsewhere'; readonly why: string } {
  return { state: 'elsewhere', why };
}

/** Yes, no, or the input does not say. */
export type Answer = 'yes' | 'no' | 'unknown';
