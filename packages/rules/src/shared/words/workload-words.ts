import type { Container } from '@meshvet/core';

/** "container cart", "containers cart, log": how a message names some of them. */
export function containersLabel(containers: readonly Container[], word = 'container'): string {
  const names = containers.slice(0, MOST_NAMES).map((c) => c.name || '?');
  const more = containers.length > MOST_NAMES ? `, and ${containers.length - MOST_NAMES} more` : '';
  return `${word}${containers.length > 1 ? 's' : ''} ${names.join(', ')}${more}`;
}

const MOST_NAMES = 4;

/** The first of some workloads and how many there are beside it, for a message: "Deployment shop/cart-b and 2 more". */
export function firstAndMore(names: readonly string[]): string {
  return names.length > 1 ? `${names[0]} and ${names.length - 1} more` : (names[0] ?? '');
}
