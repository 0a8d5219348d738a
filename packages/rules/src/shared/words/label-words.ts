/** The keys as a message lists them: "app.kubernetes.io/name or app". */
export function listKeys(keys: readonly string[]): string {
  return keys.length < 2 ? keys.join() : `${keys.slice(0, -1).join(', ')} or ${keys.at(-1)}`;
}
