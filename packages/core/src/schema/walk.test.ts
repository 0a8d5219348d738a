import { describe, expect, test } from 'vitest';
import { hasFormat } from './formats.ts';
import { readSchema, type Schema } from './schema.ts';
import { isBlank, rootSchema, walk } from './walk.ts';

const never = () => {
  throw new Error('no pattern is tried');
};
const faults = (schema: Schema, value: unknown) =>
  walk(schema, value, never).faults.map(({ kind, path }) => `${kind} ${path.join('.')}`);
const object = (properties: Record<string, Schema>): Schema => ({ type: 'object', properties });

describe('hostile input', () => {
  test('as deep as one likes', () => {
    let value: unknown = {};
    for (let i = 0; i < 50_000; i++) value = { a: value };
    const schema: { type: string; properties: Record<string, unknown> } = { type: 'object', properties: {} };
    schema.properties.a = schema;
    expect(faults(schema as Schema, value)).toEqual([]);
  });

  test('that stands for more than it holds', () => {
    let value: unknown = ['x'];
    for (let i = 0; i < 40; i++) value = [value, value];
    const list: { type: string; items?: unknown } = { type: 'array' };
    list.items = list;
    const began = performance.now();
    expect(faults(list as Schema, value).length).toBeLessThanOrEqual(100);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('with a hundred thousand mistakes', () => {
    const wrong = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`x${i}`, 1]));
    expect(faults(object({ a: { type: 'string' } }), wrong)).toHaveLength(100);
  });

  test('with names of the language', () => {
    const value = JSON.parse('{ "__proto__": 1, "constructor": 2, "toString": 3 }') as unknown;
    expect(faults(object({ a: {} }), value).sort()).toEqual([
      'unknown-field __proto__',
      'unknown-field constructor',
      'unknown-field toString',
    ]);
  });

  test('in place of a schema', () => {
    for (const raw of [null, 1, 'x', [], true]) expect(readSchema(raw, 'keep messages')).toBeUndefined();
    const odd = {
      type: 5,
      properties: { a: null, b: 3, __proto__: {} },
      required: [1, 'a'],
      enum: 'x',
      oneOf: [null],
      items: [],
    };
    expect(faults(readSchema(odd, 'keep messages') as Schema, { a: 1, b: {} })).toEqual([]);
  });
});

describe('one mistake is told once', () => {
  const schema = rootSchema({
    properties: {
      spec: {
        type: 'object',
        required: ['hosts'],
        properties: {
          hosts: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1, maxLength: 3 } },
          route: object({
            weight: { type: 'integer', format: 'int32' },
            destination: object({ host: { type: 'string' } }),
          }),
        },
        rules: [['has(self.hosts)']],
      },
    },
  });

  test.each([
    ['a misspelt field that is required', { host: ['a'] }, ['unknown-field spec.host']],
    ['a value of the wrong type', { hosts: 'a' }, ['wrong-type spec.hosts']],
    ['an empty item', { hosts: ['', 'a'] }, ['value spec.hosts.0']],
    ['an item that is too long, by letters', { hosts: ['äöü', 'äöüx', '😀😀😀'] }, ['value spec.hosts.1']],
    [
      'a field that stands too deep',
      { hosts: ['a'], route: { destination: { weight: 1 } } },
      ['unknown-field spec.route.destination.weight'],
    ],
    ['a number too large', { hosts: ['a'], route: { weight: 2 ** 31 } }, ['value spec.route.weight']],
    ['nothing for a field that is required', { hosts: null }, ['missing-field spec']],
    ['nothing for another field', { hosts: ['a'], route: null }, ['empty spec.route']],
    ['nothing as an item', { hosts: [null] }, ['wrong-type spec.hosts.0']],
    ['what is filled in later', { hosts: '${HOSTS}', route: { weight: '$(W)' }, '{{ x }}': 1 }, []],
  ])('%s', (_, spec, expected) => {
    expect(faults(schema, { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec })).toEqual(expected);
  });

  test('no expression looks at what is broken', () => {
    expect(walk(schema, { spec: { hosts: 'a' } }, never).cel).toEqual([]);
    expect(walk(schema, { spec: { hosts: ['a'], route: null } }, never).cel).toHaveLength(1);
  });
});

test.each([
  ['byte', ['', 'YWJj', 'YQ=='], ['YW', 'a b', '=']],
  ['date', ['2026-02-28'], ['2026-13-01', '2026-2-1', '2026-04-31']],
  ['date-time', ['2026-02-28T10:00:00Z', '2026-02-28T10:00:00.5+02:00'], ['2026-02-28', '2026-02-28T25:00:00Z']],
  ['ipv4', ['10.0.0.1'], ['10.0.0', '10.0.0.256', '010.0.0.1']],
  [
    'ipv6',
    ['::', '::1', 'fe80::1', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1'],
    ['1', '1::2::3', '1:2:3:4:5:6:7', ':::', 'g::'],
  ],
  ['cidr', ['10.0.0.0/8', '::/0'], ['10.0.0.0', '10.0.0.0/33', '/8']],
  ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567']],
  ['anything else', ['x'], []],
])('format %s', (format, good, bad) => {
  expect(good.filter((text) => !hasFormat(text, format))).toEqual([]);
  expect(bad.filter((text) => hasFormat(text, format))).toEqual([]);
});

test('blanks to be filled in', () => {
  expect(['JWKS_URI', '{GATEWAY_NAME}', '<your-host>', '%HOST%', '@host@'].filter((text) => !isBlank(text))).toEqual(
    [],
  );
  expect(['HTTP', 'a_b', 'cart', '*', '{*}/a', '10s', 'A_'].filter(isBlank)).toEqual([]);
});
