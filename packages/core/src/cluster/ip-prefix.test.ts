import { describe, expect, test } from 'vitest';
import { isIpPrefix, prefixesOverlap } from './ip-prefix.ts';

describe('isIpPrefix', () => {
  test.each([
    '0.0.0.0/0',
    '10.0.0.1/32',
    '::/0',
    'fd00::/8',
    '::1/128',
    '2001:db8::1:2/64',
    '1:2:3:4:5:6:7:8/128',
    '1:2:3:4:5:6:7::/112',
    '::ffff:10.0.0.0/104',
  ])('takes %s', (text) => {
    expect(isIpPrefix(text)).toBe(true);
  });

  test.each([
    '',
    '*',
    '10.0.0.1',
    '10.0.0/8',
    '10.0.0.256/32',
    '010.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/+8',
    ' 10.0.0.0/8',
    '::1::/64',
    '1:2:3/64',
    '1:2:3:4:5:6:7:8::/64',
    '12345::/64',
    'fe80::1%eth0/64',
    '::/129',
    'localhost/8',
  ])('refuses %s', (text) => {
    expect(isIpPrefix(text)).toBe(false);
  });
});

test.each([
  ['10.0.0.0/8', '10.1.0.0/16', true],
  ['10.1.0.0/16', '0.0.0.0/0', true],
  ['10.0.0.0/8', '11.0.0.0/8', false],
  ['172.16.0.0/12', '172.31.255.0/24', true],
  ['172.16.0.0/12', '172.32.0.0/24', false],
  ['::/0', '10.0.0.0/8', false],
  ['fd00::/8', 'fd12:3456::/32', true],
  ['fd00::/8', 'fc00::/8', false],
  ['::1/128', '0:0:0:0:0:0:0:1/128', true],
  ['::ffff:10.0.0.0/104', '::ffff:a00:1/128', true],
])('%s and %s have addresses in common: %s', (a, b, common) => {
  expect(prefixesOverlap(a, b)).toBe(common);
  expect(prefixesOverlap(b, a)).toBe(common);
});
