import type { AuthorizationPolicy, PolicyValue } from '@meshvet/core';

/** What it comes to that a value fits no request, as a clause: "it lets nobody in". */
export function effectOfFlaw({ action }: AuthorizationPolicy, { negated }: Pick<PolicyValue, 'negated'>): string {
  if (negated) return 'it leaves nothing out';
  switch (action) {
    case 'DENY':
      return 'it stops nobody';
    case 'AUDIT':
      return 'it logs nothing';
    case 'CUSTOM':
      return 'nobody is asked because of it';
    default:
      return 'it lets nobody in';
  }
}
