import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Requirement } from '../manifest/selectors.ts';
import { contradiction, fewestLabels } from './webhooks.ts';

type Plain = Pick<Requirement, 'key' | 'operator' | 'values'>;

const KEYS = ['a', 'b', 'c'];
const VALUES = ['1', '2', '3'];
// One value more than any requirement names: labels have more values than any list.
const STATES = [undefined, ...VALUES, 'other'];

const requirement: fc.Arbitrary<Plain> = fc
  .record({
    key: fc.constantFrom(...KEYS),
    operator: fc.constantFrom<Requirement['operator']>('In', 'NotIn', 'Exists', 'DoesNotExist'),
    values: fc.subarray(VALUES),
  })
  .map((r) => ({ ...r, values: r.operator === 'In' || r.operator === 'NotIn' ? r.values : [] }));

const selector = fc.array(requirement, { maxLength: 6 });

const ALL_LABELS: readonly Readonly<Record<string, string>>[] = STATES.flatMap((a) =>
  STATES.flatMap((b) => STATES.map((c) => Object.fromEntries(Object.entries({ a, b, c }).filter(([, v]) => v)))),
) as Record<string, string>[];

function meets(requirements: readonly Plain[], labels: Readonly<Record<string, string>>): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = labels[key];
    if (operator === 'In') return value !== undefined && values.includes(value);
    if (operator === 'NotIn') return value === undefined || !values.includes(value);
    return operator === 'Exists' ? value !== undefined : value === undefined;
  });
}

const real = (requirements: readonly Plain[]) => requirements as unknown as readonly Requirement[];

describe('whether some labels meet all requirements', () => {
  test('agrees with trying all labels there are', () => {
    fc.assert(
      fc.property(selector, (requirements) => {
        const possible = ALL_LABELS.some((labels) => meets(requirements, labels));
        expect(contradiction(real(requirements)) === undefined).toBe(possible);
      }),
      { numRuns: 500 },
    );
  });

  test('two selectors match one set of labels where both together are no contradiction', () => {
    fc.assert(
      fc.property(selector, selector, (one, two) => {
        const overlap = ALL_LABELS.some((labels) => meets(one, labels) && meets(two, labels));
        expect(contradiction(real([...one, ...two])) === undefined).toBe(overlap);
      }),
      { numRuns: 500 },
    );
  });

  test('what contradicts itself does so alone', () => {
    fc.assert(
      fc.property(selector, (requirements) => {
        const group = contradiction(real(requirements));
        if (group) expect(ALL_LABELS.some((labels) => meets(group, labels))).toBe(false);
      }),
    );
  });

  test('the fewest labels meet all, and no set is smaller', () => {
    fc.assert(
      fc.property(selector, (requirements) => {
        if (contradiction(real(requirements))) return;
        const fewest = fewestLabels(real(requirements));
        const any = Object.fromEntries(fewest.map(([key, value]) => [key, value === '*' ? 'other' : value]));
        expect(meets(requirements, any)).toBe(true);
        const smallest = Math.min(
          ...ALL_LABELS.filter((labels) => meets(requirements, labels)).map((labels) => Object.keys(labels).length),
        );
        expect(fewest.length).toBe(smallest);
      }),
    );
  });
});
