import { expect, test } from 'vitest';
import { isAddress, parseWebhookUrl } from './webhook-url.ts';

test.each([
  ['https://istiod.example.com:15017/inject', 'istiod.example.com'],
  ['https://istiod.example.com', 'istiod.example.com'],
  ['https://[2001:db8::1]:15017/inject', '2001:db8::1'],
  ['https://1.1.1.1/inject', '1.1.1.1'],
  ['istiod.example.com/inject', ''],
  ['/inject', ''],
  ['', ''],
])('%j has host %j', (url, host) => expect(parseWebhookUrl(url)?.host).toBe(host));

test.each([
  'https://istiod.example.com:port/inject',
  'https://istiod example.com',
  'https://[::1/inject',
  'https://a/%zz',
  '://a',
  '1.1.1.1:15017/inject',
  'https://a\n',
])('%j is none', (url) => expect(parseWebhookUrl(url)).toBeUndefined());

test('addresses', () => {
  expect(['1.1.1.1', '0.0.0.0', '255.255.255.255', '::1', 'fe80::1'].filter((host) => !isAddress(host))).toEqual([]);
  expect(['1.1.1', '256.1.1.1', '01.1.1.1', 'a.b.c.d', '', 'localhost'].filter(isAddress)).toEqual([]);
});
