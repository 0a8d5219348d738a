import { describe, expect, test } from 'vitest';
import { conditionValues, pathFault, serviceAccountFault, trustDomainFault } from './policy-values.ts';

describe('values of AuthorizationPolicies', () => {
  test('paths', () => {
    expect(['/a', '*', '/a*', '/{*}/b', '/a/{**}', '/{*}/{**}', '/{**}/a.b-c_d~e%20'].map(pathFault)).toEqual(
      Array(7).fill(undefined),
    );
    for (const path of ['/{a}', '/a{*}', '/{**}/{**}', '/{*}/*', '/{*}/a b', '/}'])
      expect(pathFault(path), path).toBeDefined();
  });

  test('service accounts and trust domains', () => {
    expect(['a', 'a/b'].map(serviceAccountFault)).toEqual([undefined, undefined]);
    for (const account of ['*', 'a/*', 'a/b/c', '/b', 'a/'])
      expect(serviceAccountFault(account), account).toBeDefined();
    expect(['a.b', '*', '*.a', 'a*'].map(trustDomainFault)).toEqual(Array(4).fill(undefined));
    for (const domain of ['', 'a/b', '*a*', 'a*b']) expect(trustDomainFault(domain), domain).toBeDefined();
  });

  test('keys of conditions', () => {
    for (const key of [
      'source.ip',
      'request.headers[a]',
      'request.auth.claims[a][b]',
      'experimental.envoy.filters.a.b[c]',
      'connection.sni',
    ])
      expect(conditionValues(key), key).toBeTypeOf('function');
    for (const key of [
      '',
      'request.headers',
      'request.headers[]',
      'request.headers[a',
      'destination.labels[a]',
      'source.user',
    ])
      expect(conditionValues(key), key).toBeTypeOf('string');
  });
});
