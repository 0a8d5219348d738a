import { isPlainMapping } from '../source/plain-mapping.ts';

/** A JSON merge patch (RFC 7396) for an object. */
export type Patch = Readonly<Record<string, unknown>>;

/** An object as a merge patch changes it. What the patch does not touch is shared, not copied. */
export function applyPatch<T extends object>(value: T, patch: Patch): T {
  const made: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  for (const key of Object.keys(patch)) {
    const change = patch[key];
    const old = made[key];
    if (change === null) delete made[key];
    else made[key] = isPlainMapping(change) && isPlainMapping(old) ? applyPatch(old, change) : change;
  }
  return made as T;
}
