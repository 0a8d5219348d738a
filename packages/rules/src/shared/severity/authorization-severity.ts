import type { AuthorizationPolicy, PolicyValue, Severity } from '@meshvet/core';

/**
 * An error where a whole list of an applied policy fits no request: then its rule surely lets nobody in, or leaves the door open that it was
 * meant to shut. A warning where other entries of the list do their work.
 */
export function severityOfFlaw(
  { action, dryRun }: AuthorizationPolicy,
  value: PolicyValue,
  isFlawed: (text: string) => boolean,
): Severity {
  if (value.negated || dryRun !== false || (action !== 'ALLOW' && action !== 'DENY')) return 'warning';
  const { items, open } = value.list;
  const all = !open && items.length <= MOST && items.every((item) => isFlawed(item.text() ?? ''));
  return all ? 'error' : 'warning';
}

// No list of a real policy is so long, and each entry would be held against all the others.
const MOST = 100;
