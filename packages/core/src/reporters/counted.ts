/** A number with its noun: "1 finding", "2 findings". */
export function counted(total: number, noun: string): string {
  return `${total} ${noun}${total === 1 ? '' : 's'}`;
}
