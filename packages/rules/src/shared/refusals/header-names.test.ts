import { describe, expect, test } from 'vitest';
import { changedHeaderFault, headerValueFault, isClaim, matchedHeaderFault } from './header-names.ts';

describe('headers that are matched', () => {
  test.each(['x-user', ':authority', '@request.auth.claims.sub', '@Request.Auth.Claims[a.b]'])('takes %s', (name) => {
    expect(matchedHeaderFault(name)).toBeUndefined();
  });

  test.each(['', 'a b', 'a:', ':user', '@request.auth.claims', '@request.auth.claims.', '@request.auth.claims[]', 'é'])(
    'refuses "%s"',
    (name) => {
      expect(matchedHeaderFault(name)).toBeDefined();
      expect(isClaim(name)).toBe(false);
    },
  );
});

describe('headers that are changed', () => {
  test('only requests have an authority and a host to write', () => {
    expect(changedHeaderFault(':authority', 'request.set')).toBeUndefined();
    expect(changedHeaderFault('host', 'request.add')).toBeUndefined();
    expect(changedHeaderFault(':authority', 'response.set')).toBeDefined();
    expect(changedHeaderFault('Host', 'request.remove')).toBeDefined();
    expect(changedHeaderFault(':path', 'request.set')).toBeDefined();
    expect(changedHeaderFault('', 'response.remove')).toBeDefined();
  });

  test.each([
    '',
    'a\tb',
    '100%%',
    '%START_TIME%',
    'a %REQ(x-user?:path):10% b',
    '%PER_REQUEST_STATE(a)%%%',
    "%CEL(request.path.contains('a'))%",
    '%START_TIME(%s.%3f)%',
  ])('takes the value "%s"', (value) => {
    expect(headerValueFault(value)).toBeUndefined();
  });

  test.each(['50%', '%', '%%%', '%a b%', '%REQ(a%', '%REQ(a)', 'a\nb', 'a\u007f'])(
    'refuses the value "%s"',
    (value) => {
      expect(headerValueFault(value)).toBeDefined();
    },
  );
});
