import { isPatchedAt, type Resource } from './resource.ts';

// A patch holds a few keys; a hostile one holds thousands, and is taken for one that may change everything.
const MOST_VALUES = 2000;

/** Whether a patch of the input writes some key anywhere in a resource, so that what is written in the manifest may not be what is applied. */
export function isPatchedAnywhere(resource: Resource, key: string): boolean {
  if (!resource.rewrites) return false;
  return isPatchedAt(resource, key) || resource.rewrites.patches.some((patch) => hasKey(patch.value, key));
}

function hasKey(root: unknown, key: string): boolean {
  const queue: unknown[] = [root];
  for (let i = 0; i < queue.length; i++) {
    if (queue.length > MOST_VALUES) return true;
    const value = queue[i];
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && Object.hasOwn(value, key)) return true;
    for (const inside of Object.values(value)) if (typeof inside === 'object') queue.push(inside);
  }
  return false;
}
