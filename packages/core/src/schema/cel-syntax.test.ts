import { describe, expect, test } from 'vitest';
import { celSyntaxFault } from './cel-syntax.ts';

describe('celSyntaxFault', () => {
  test.each([
    'response.code >= 400',
    'response.code >= 500 && !has(request.headers["x-debug"])',
    'connection.mtls ? request.url_path.startsWith("/a") : true',
    "request.path.matches(r'^/a\\d+$') || [1, 2u, 0x1F, 1.5e3].exists(x, x in [1])",
    'Type{field: 1, other: {"a": -1}}.field',
    '"""a\nb""" == b\'c\' // to the end',
    'a.?b',
    `${'('.repeat(200)}1${')'.repeat(200)}`,
  ])('takes %s', (text) => {
    expect(celSyntaxFault(text)).toBeUndefined();
  });

  test.each([
    ['', 'it is empty'],
    ['response.code >= 400 and a', '"and" stands where an operator would'],
    ['response.code = 400', '"=" is no operator, and == is probably meant'],
    ['response.code >=', 'it ends where a value would follow'],
    ['(a', '")" is missing at its end'],
    ['a)', '")" stands where an operator would'],
    ['"a', 'a text in quotes does not end'],
    ['a == * b', '"*" stands where a value would'],
    ['a ? b', '":" is missing at its end'],
    ['a.', 'it ends where a name would follow'],
    ['[1 2]', '"2" stands where "]" would'],
  ])('says of %s: %s', (text, fault) => {
    expect(celSyntaxFault(text)).toBe(fault);
  });
});
