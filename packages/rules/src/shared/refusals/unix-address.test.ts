import { expect, test } from 'vitest';
import { socketPathFault } from './unix-address.ts';

test('a socket has a whole path, or a name without a file', () => {
  expect(['unix:///a/b', 'unix://@a'].map(socketPathFault)).toEqual([undefined, undefined]);
  for (const address of ['unix://', 'unix://a', 'unix:///a/']) expect(socketPathFault(address), address).toBeDefined();
});
