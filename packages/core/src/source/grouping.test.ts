import { expect, test } from 'vitest';
import { addTo, groupBy } from './grouping.ts';

test('groups keep the order of keys and of items', () => {
  expect([...groupBy(['b1', 'a1', 'b2'], (text) => text[0])]).toEqual([
    ['b', ['b1', 'b2']],
    ['a', ['a1']],
  ]);
  expect([...groupBy([], String)]).toEqual([]);
});

test('a list is made by its first value', () => {
  const index = new Map<string, number[]>();
  addTo(index, 'a', 1);
  addTo(index, 'a', 2);
  expect(index).toEqual(new Map([['a', [1, 2]]]));
});
