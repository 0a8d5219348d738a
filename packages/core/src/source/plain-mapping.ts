/** Whether a value is a mapping: no list, no scalar, not nothing. */
export function isPlainMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
