import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hostCovers,
  hostsOverlap,
  isDnsLabel,
  isDomainName,
  isPartialWildcard,
  isWildcardDomain,
  nameFault,
} from './host-names.ts';

const label = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,10}[a-z0-9])?$/);
const domain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));

describe('names of hosts', () => {
  test.each(['a', 'A-1.b', 'a.example.com.', '1.a', `${'a'.repeat(63)}.b`])('%s is a domain name', (text) => {
    expect(isDomainName(text)).toBe(true);
  });

  test.each([
    ['', 'it is empty'],
    ['.', 'a part between the dots is empty'],
    ['a..b', 'a part between the dots is empty'],
    ['a b', 'it has a blank in it'],
    ['https://a', 'a host is written without a scheme'],
    ['a/b', 'a host is written without a path'],
    ['a:80', 'a host is written without a port'],
    ['a_b', 'an underscore is not allowed'],
    ['a.*.b', 'a * stands only at the beginning'],
    ['10.0.0.1', 'the last part is a number, as in an IP address'],
    ['a'.repeat(64), 'a part is longer than 63 characters'],
    ['a.'.repeat(130), 'it is longer than 255 characters'],
    [
      '-a',
      'each part between the dots has letters, digits and hyphens only, and begins and ends with a letter or a digit',
    ],
  ])('"%s" is none: %s', (text, fault) => {
    expect(isDomainName(text)).toBe(false);
    expect(isWildcardDomain(text)).toBe(false);
    expect(nameFault(text)).toBe(fault);
  });

  test.each(['*', '*.a.b', '*a.b', '*-a.b'])('%s is a wildcard', (text) => {
    expect(isWildcardDomain(text)).toBe(true);
    expect(isDomainName(text)).toBe(false);
  });

  test.each(['**.a', 'a*.b', 'a.*', '*--a.b'])('%s is no wildcard', (text) => {
    expect(isWildcardDomain(text)).toBe(false);
  });

  test('a partial wildcard is not a whole part', () => {
    expect(['*', '*.a', 'a', '*a.b', 'a.*'].filter(isPartialWildcard)).toEqual(['*a.b', 'a.*']);
  });

  test('every name is a wildcard domain, and made of labels', () => {
    fc.assert(
      fc.property(domain, (text) => {
        expect(isDomainName(text)).toBe(true);
        expect(isWildcardDomain(text)).toBe(true);
        expect(isWildcardDomain(`*.${text}`)).toBe(true);
        expect(text.split('.').every(isDnsLabel)).toBe(true);
      }),
    );
  });

  test('hosts overlap both ways, and what covers another overlaps with it', () => {
    const host = fc.tuple(fc.constantFrom('', '*', '*.'), domain).map(([star, name]) => star + name);
    fc.assert(
      fc.property(host, host, label, (a, b, name) => {
        expect(hostsOverlap(a, b)).toBe(hostsOverlap(b, a));
        if (hostCovers(a, b)) expect(hostsOverlap(a, b)).toBe(true);
        expect(hostsOverlap(a, a)).toBe(true);
        const inside = `${name}.${a.replace(/^\*\.?/, '')}`;
        expect(hostCovers(`*.${a.replace(/^\*\.?/, '')}`, inside)).toBe(true);
        expect(hostsOverlap('*', b)).toBe(true);
      }),
    );
  });
});
