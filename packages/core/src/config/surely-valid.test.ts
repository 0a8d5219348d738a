import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { defineRule } from '../rule/define-rule.ts';
import { configSchema, type JsonSchema } from './config-schema.ts';
import { surelyValid } from './surely-valid.ts';

const rule = defineRule({
  meta: {
    id: 'port-name-missing',
    formerly: ['port-unnamed'],
    summary: 'A.',
    why: 'B.',
    fix: 'C.',
    severity: 'warning',
    subject: 'service',
    codes: ['IST0118'],
    sources: [],
    messages: {},
  },
  examples: { bad: [], good: [] },
  check() {},
});
const schema = configSchema([rule]);
const validate = new Ajv({ strict: false, validateSchema: false, meta: false, ownProperties: true }).compile(schema);

/** Values that fit a schema often, and miss it by a little otherwise. */
function near(node: JsonSchema): fc.Arbitrary<unknown> {
  const { type, properties, items, examples, enum: choices, if: condition, $ref, allOf, anyOf } = node;
  const others = fc.constantFrom<unknown[]>('a', '', '1.30', 'a/b', 1, -1, 1.5, true, null, ...NAMES);
  const likely: fc.Arbitrary<unknown>[] = [others];
  if (Array.isArray(choices)) likely.push(fc.constantFrom(...choices));
  if (Array.isArray(examples)) likely.push(fc.constantFrom(...examples));
  if (condition) likely.push(near(node.then as JsonSchema), near(node.else as JsonSchema));
  for (const one of [...((allOf ?? []) as JsonSchema[]), ...((anyOf ?? []) as JsonSchema[])]) likely.push(near(one));
  if (typeof $ref === 'string')
    likely.push(
      near((schema.definitions as Readonly<Record<string, JsonSchema>>)[$ref.split('/').at(-1) as string] ?? {}),
    );
  if (items) likely.push(fc.array(near(items as JsonSchema), { maxLength: 3 }));
  if (type === 'object') {
    const known = Object.entries((properties ?? {}) as Readonly<Record<string, JsonSchema>>);
    const entry = fc.oneof(
      ...known.map(([key, inside]) => fc.tuple(fc.constant(key), near(inside))),
      fc.tuple(fc.constantFrom(...NAMES), others),
    );
    likely.push(fc.array(entry, { maxLength: 4 }).map(Object.fromEntries));
  }
  return fc.oneof({ weight: 1, arbitrary: others }, ...likely.map((arbitrary) => ({ weight: 9, arbitrary })));
}

const NAMES = ['IST0118', 'ist0101/host', 'port-unnamed', 'severity', 'options', 'constructor', '__proto__', 'off'];

describe('surelyValid', () => {
  test('says of a config what the validator of the whole language says', () => {
    let valid = 0;
    fc.assert(
      fc.property(near(schema), (value) => {
        const expected = validate(value);
        valid += expected ? 1 : 0;
        expect(surelyValid(value, schema)).toBe(expected);
      }),
      { numRuns: 3000, seed: 7 },
    );
    expect(valid).toBeGreaterThan(300);
    expect(valid).toBeLessThan(2700);
  });

  it.each<[string, unknown, JsonSchema]>([
    ['a word it does not know', 'a', { format: 'hostname' }],
    ['a type it does not know', 1, { type: ['integer', 'string'] }],
    ['a condition that is not about mappings', 1, { if: { minimum: 0 }, else: false }],
    ['a reference to another file', 1, { $ref: 'other.json' }],
    ['a choice of values that are no scalars', [1], { enum: [[1]] }],
    ['a number that JSON cannot write', Number.NaN, { type: 'number' }],
  ])('is not sure about %s', (_, value, one) => {
    expect(surelyValid(value, one)).toBe(false);
  });
});
