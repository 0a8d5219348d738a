import { expect, test } from 'vitest';
import { lazy, lazyBy } from './lazy.ts';

test('a value is made at the first question and once, also where it is nothing', () => {
  const made: string[] = [];
  const one = lazy(() => made.push('one'));
  const by = lazyBy((key: string) => {
    made.push(key);
    return key === 'b' ? undefined : key.length;
  });
  expect(made).toEqual([]);
  expect([one(), one()]).toEqual([1, 1]);
  expect([by('aa'), by('b'), by('aa'), by('b')]).toEqual([2, undefined, 2, undefined]);
  expect(made).toEqual(['one', 'aa', 'b']);
});

test('a maker that throws is asked again', () => {
  let times = 0;
  const fail = () => {
    times++;
    if (times % 2 === 1) throw new Error('not yet');
    return times;
  };
  const one = lazy(fail);
  expect(one).toThrow('not yet');
  expect(one()).toBe(2);
  const by = lazyBy(fail);
  expect(() => by('x')).toThrow('not yet');
  expect(by('x')).toBe(4);
});
