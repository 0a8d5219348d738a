import { expect, test } from 'vitest';
import { asciiOf, decodeBase64, readCertificate } from './certificate.ts';

const pem = (body: string) =>
  `-----BEGIN CERTIFICATE-----\n${body.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;

const OF_A_YEAR =
  'MIIBijCCATGgAwIBAgIUM0FBHRiNDfdsKhc0ycMRZ1yZMrIwCgYIKoZIzj0EAwIwGzEZMBcGA1UEAwwQc2hvcC5leGFtcGxlLmNvbTAeFw0yNjExMjAxMDE5NDNaFw0yNzExMjAxMDE5NDNaMBsxGTAXBgNVBAMMEHNob3AuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATWOYAf3GI0HsKJFjxEo1iLxkIQDVbPnVwCWg13vRm8MnIS8P9wWPb/7hRzmLy5FkRoEvi/myc5GHpK6emX6bNio1MwUTAdBgNVHQ4EFgQUMrP7xtINO7Zl0rund3u8iT1Qm9kwHwYDVR0jBBgwFoAUMrP7xtINO7Zl0rund3u8iT1Qm9kwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBawrhkNquYXqSODqCC7rGQl7nBNDEKMloSn+Ab/sCWUAIgKtgqmZLlX2ny5WaObwIDbu+mcIL17iurMAuGLW7aSnw=';
const OF_HALF_A_CENTURY =
  'MIIBdDCCARugAwIBAgIUVuIrUEGgnh9juOVXT3d5k5zwYq8wCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEc2hvcDAgFw0yNjExMjAxMDE5NDNaGA8yMDgxMDgyMzEwMTk0M1owDzENMAsGA1UEAwwEc2hvcDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBsHkHbo+WWzFyYNXbRiz41ylHHuPFRjkqM//amWXyJbEeLhWzYvuo8XmD6C3Z4739lxbn2lAeZ44/QJHWSU+z2jUzBRMB0GA1UdDgQWBBRvthTmzcFOXPAeJ77LUxWXWkCIEzAfBgNVHSMEGDAWgBRvthTmzcFOXPAeJ77LUxWXWkCIEzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIAzSbHS4TcP9oUFY0oV3ejRMsBzkRPwt4MmTLNx6zYmFAiAehSa2UDovWM09cJzAmTkooxAy2OFsbZmLUtf5RON8/A==';

test('the time of a certificate, in both ways that it is written', () => {
  expect(readCertificate(pem(OF_A_YEAR))?.notBefore).toMatch(/^2026-11-20T/);
  expect(readCertificate(pem(OF_A_YEAR))?.notAfter).toMatch(/^2027-11-20T/);
  // From 2050 on the year has four digits.
  expect(readCertificate(pem(OF_HALF_A_CENTURY))?.notAfter).toMatch(/^2081-/);
});

test('the first of a chain, with text around it', () => {
  const chain = `subject: shop\n${pem(OF_A_YEAR)}${pem(OF_HALF_A_CENTURY)}`;
  expect(readCertificate(chain)?.notAfter).toMatch(/^2027-/);
});

test('what is no certificate', () => {
  for (const text of ['', 'hush hush', pem(''), pem('!!!!'), pem('AAAA'), pem(OF_A_YEAR.slice(0, 120)), pem('MIID')])
    expect(readCertificate(text), text).toBeUndefined();
});

test('each cut of a certificate is read or refused, and nothing throws', () => {
  for (let i = 0; i < OF_A_YEAR.length; i += 4) expect(() => readCertificate(pem(OF_A_YEAR.slice(0, i)))).not.toThrow();
  for (let i = 0; i < OF_A_YEAR.length; i += 7)
    expect(() => readCertificate(pem(`${OF_A_YEAR.slice(0, i)}/${OF_A_YEAR.slice(i + 1)}`))).not.toThrow();
});

test('Base64', () => {
  const text = (encoded: string) => {
    const bytes = decodeBase64(encoded);
    return bytes && asciiOf(bytes);
  };
  expect(text('aHVzaA==')).toBe('hush');
  expect(text('aHVz\naA==')).toBe('hush');
  expect(text('')).toBe('');
  for (const wrong of ['aHVzaA', 'a', '====a', 'aHV*']) expect(text(wrong), wrong).toBeUndefined();
});
