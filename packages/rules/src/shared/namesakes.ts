/** The first of some workloads and how many there are beside it, for a message: "Deployment shop/cart-b and 2 more". */
export function firstAndMore(names: readonly string[]): string {
  return names.length > 1 ? `${names[0]} and ${names.length - 1} more` : (names[0] ?? '');
}
