import { describe, expect, it } from 'vitest';
import { keyOf, keyOfValue, plainScalar, REFUSED, taggedScalar } from './scalar.ts';

describe('keys', () => {
  it.each([
    ['yes', 'true'],
    ['off', 'false'],
    ['y', 'true'],
    ['0755', '493'],
    ['0x1F', '31'],
    ['1_000', '1000'],
    ['-0', '0'],
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    // Floats as strconv.FormatFloat(key, 'g', -1, 32) writes them (recorded with Go 1.2x).
    ['1.5', '1.5'],
    ['1.0', '1'],
    ['1e3', '1000'],
    ['1e5', '100000'],
    ['1e6', '1e+06'],
    ['1234567.5', '1.2345675e+06'],
    ['123456.5', '123456.5'],
    ['16777217.0', '1.6777216e+07'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['0.00012345678', '0.00012345678'],
    ['3.14159265358979', '3.1415927'],
    ['-2.5', '-2.5'],
    ['1e300', '.inf'],
    ['99999999999999999999', '1e+20'],
    ['1:30', '1:30'],
    ['app.kubernetes.io/name', 'app.kubernetes.io/name'],
  ])('%s is %s', (written, key) => {
    expect(keyOf(written, true, undefined)).toBe(key);
  });

  it('takes quoted keys as they are', () => {
    expect(keyOf('yes', false, undefined)).toBe('yes');
    expect(keyOf('', false, undefined)).toBe('');
  });

  it('refuses null and integers that Go keeps unsigned', () => {
    expect(keyOf('null', true, undefined)).toBeUndefined();
    expect(keyOf('', true, undefined)).toBeUndefined();
    expect(keyOf('18446744073709551615', true, undefined)).toBeUndefined();
    expect(keyOfValue(null)).toBeUndefined();
    expect(keyOfValue({})).toBeUndefined();
  });
});

describe('explicit tags', () => {
  it.each([
    ['yes', '!!str', 'yes'],
    ['1', '!!str', '1'],
    ['3', '!!int', 3],
    ['yes', '!!bool', true],
    ['1', '!!float', 1],
    ['1', '!!int', 1],
    ['~', '!!null', null],
    ['aMOpbGxv', '!!binary', 'hélo'.replace('lo', 'llo')],
    ['/w==', '!!binary', '\ufffd'],
    ['1', '!mine', '1'],
    ['1', '!', '1'],
    ['1', '!<tag:yaml.org,2002:int>', 1],
    ['2001-12-14', '!!timestamp', '2001-12-14'],
  ])('%s with %s', (written, tag, value) => {
    expect(taggedScalar(written, tag)).toBe(value);
  });

  it.each([
    ['x', '!!int'],
    ['1.5', '!!int'],
    ['1', '!!bool'],
    ['x', '!!null'],
    ['true', '!!float'],
    ['%', '!!binary'],
  ])('refuses %s with %s', (written, tag) => {
    expect(taggedScalar(written, tag)).toBe(REFUSED);
  });
});

describe('plain scalars', () => {
  it('knows no minus zero', () => {
    expect(Object.is(plainScalar('-0'), 0)).toBe(true);
    expect(Object.is(plainScalar('-0.0'), 0)).toBe(true);
  });

  it('does not choke on very long numbers', () => {
    expect(plainScalar(`0x${'f'.repeat(100_000)}`)).toBe(`0x${'f'.repeat(100_000)}`);
    expect(plainScalar('1'.repeat(100_000))).toBe('1'.repeat(100_000));
  });
});
