import { INJECT_KEY } from '../injection/injection.ts';
import type { Field } from '../source/field.ts';

/** What a person means by a value: `enabled`, `yes`, `1` want the sidecar; undefined when it may mean anything. */
export function meaningOf(value: string): 'true' | 'false' | undefined {
  if (/^(?:true|t|yes|y|on|1|enabled?|inject)$/i.test(value)) return 'true';
  if (/^(?:false|f|no|n|off|0|disabled?|none|never)$/i.test(value)) return 'false';
  return undefined;
}

/** Whether a key of the injection has a value that every Istio reads the same: `"true"`, `"false"`, the name of a revision. */
export function isWish(field: Field): boolean {
  const value = typeof field.value === 'string' ? field.string() : undefined;
  if (value === undefined) return false;
  if (field.key === INJECT_KEY) return value === 'true' || value === 'false';
  return /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(value);
}
