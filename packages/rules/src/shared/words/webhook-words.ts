import type { Requirement } from '@meshvet/core';

/** "istio-injection In [enabled], istio.io/rev DoesNotExist", the way messages write a selector; "nothing" where it asks for nothing. */
export function selectorText(requirements: readonly Pick<Requirement, 'key' | 'operator' | 'values'>[]): string {
  const texts = requirements.map(({ key, operator, values }) =>
    operator === 'In' || operator === 'NotIn'
      ? `${key} ${operator} [${[...values].sort().join(', ')}]`
      : `${key} ${operator}`,
  );
  return texts.length === 0 ? 'nothing' : texts.sort().join(', ');
}
