import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIpAddress, isIpPrefix, prefixesOverlap } from './ip-prefix.ts';

test.each([
  '10.0.0.0/8',
  '0.0.0.0/0',
  '10.96.0.2/24',
  '255.255.255.255/32',
  '::/0',
  'fd00::/8',
  '::1/128',
  '1:2:3:4:5:6:7:8/64',
  '::ffff:10.0.0.1/128',
])('%s is a range', (text) => expect(isIpPrefix(text)).toBe(true));

test.each([
  '',
  '*',
  '10.0.0.1',
  '10.0.0.0/33',
  '10.0.0/8',
  '010.0.0.0/8',
  ' 10.0.0.0/8',
  '10.0.0.0/',
  '10.0.0.0/08',
  '256.0.0.0/8',
  ':::/0',
  '1:2:3:4:5:6:7/64',
  '1::2::3/64',
  'fd00::/129',
  '1:2:3:4:5:6:7:8:9/64',
  'g::/8',
])('%j is none', (text) => expect(isIpPrefix(text)).toBe(false));

test('an address alone', () => {
  expect([isIpAddress('10.0.0.1'), isIpAddress('fd00::1'), isIpAddress('10.0.0.0/8'), isIpAddress('a')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('ranges that meet', () => {
  const meet = (a: string, b: string) => {
    return isIpPrefix(a) && isIpPrefix(b) && prefixesOverlap(a, b);
  };
  expect(meet('10.0.0.0/8', '10.96.0.0/16')).toBe(true);
  expect(meet('10.96.0.0/16', '10.0.0.0/8')).toBe(true);
  expect(meet('0.0.0.0/0', '1.2.3.4/32')).toBe(true);
  expect(meet('10.0.0.0/8', '11.0.0.0/8')).toBe(false);
  expect(meet('10.0.0.0/8', '::/0')).toBe(false);
});

test('any text is read without a fault', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:./]{0,40}$/)), (text) => void isIpPrefix(text)),
  );
});
