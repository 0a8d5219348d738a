/** The most listeners that the API server takes of one Gateway; whoever writes more gets no answer here. So it is with the others. */
export const MOST_LISTENERS = 64;
export const MOST_PARENTS = 32;
export const MOST_HOSTNAMES = 16;
export const MOST_BACKENDS = 1000;

// No cluster has so many of one name; a hostile file has thousands.
const MOST_NEIGHBOURS = 200;

/** Puts an item into the list of its key, unless the list is as long as any that is looked at. */
export function addSome<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (!list) map.set(key, [item]);
  else if (list.length < MOST_NEIGHBOURS) list.push(item);
}
