import type { PolicySelection } from '@meshvet/core';

/** "app=cart,version=v1", the way messages write the labels of a selector. */
export function selectorWords({ selector }: PolicySelection): string {
  const pairs = selector?.requirements?.map((r) => `${r.key}=${r.values[0] ?? ''}`) ?? [];
  return pairs.sort().join(',');
}

/** Some names for a message, in order and not too many. */
export function namesOf(resources: readonly { readonly name: string }[], most = 3): string {
  const names = [...new Set(resources.map((r) => r.name))].sort();
  return names.slice(0, most).join(', ') + (names.length > most ? ', ...' : '');
}
