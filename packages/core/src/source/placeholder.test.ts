import { describe, expect, test } from 'vitest';
import { filledIn, isPlaceholder, isPlaceholderFor } from './placeholder.ts';

describe('what somebody fills in later', () => {
  test.each([
    '${HOST}',
    '*.${DOMAIN}',
    '{{ .Values.host }}',
    '{% if x %}',
    '$(NAMESPACE)',
    '$DOMAIN',
    'foo.endpoints.$PROJECT-ID.cloud.goog',
    'api.$domain',
    '<NAME>',
    'cart.<your namespace>.svc',
    '<path:kv/data/site#host>',
    '%NAME%',
    '*.%%DOMAIN%%',
    '{REF_GATEWAY_NAME}',
    '#{Site.Domain}',
    'gitea.__DOMAIN__',
    '*.###ZARF_VAR_DOMAIN###',
    'gitea.@@DOMAIN@@',
    '@project.version@',
    '[[ .Host ]]',
    'ENC[AES256_GCM,data:aGVsbG8=,iv:AAAA,tag:BBBB,type:str]',
    '((host))',
    'ratings.USER_NAME_PLACEHOLDER-shop.svc.cluster.local',
    'CHANGEME',
    'REPLACE_ME',
    'cart.TEAM_NAMESPACE.svc.cluster.local',
  ])('%s', (text) => expect(isPlaceholder(text)).toBe(true));
});

describe('what is meant as it is', () => {
  test.each([
    'shop.example.com',
    '/api/v[12]/items',
    '^/api/(v1|v2)/.*$',
    '^/api$|^/web$',
    '\\d{3,4}',
    '\\p{Lu}+',
    '(?P<name>[a-z]+)',
    '(?<name>[a-z]+)',
    '[[:alpha:]]+',
    '/{*}/{**}',
    '/api/{id}',
    'a%20b%2Fc',
    '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
    'ops@example.com',
    'ALLOW_ANY',
    'ISTIO_MUTUAL',
    'E2E_TESTS',
    '__name__',
    'request.size > 10 && request.size < 20',
    '{"name":"A"}',
    'registry.example.com:5000/shop/cart@sha256:0123456789abcdef',
  ])('%s', (text) => expect(isPlaceholder(text)).toBe(false));
});

test('a bare word in capitals stands for a name or an address where one belongs', () => {
  expect(isPlaceholderFor('url', 'VALIDATION_URL')).toBe(true);
  expect(isPlaceholderFor('mode', 'ISTIO_MUTUAL')).toBe(false);
  expect(isPlaceholderFor(undefined, 'VALIDATION_URL')).toBe(false);
});

test('filling in keeps every place', () => {
  const text =
    'metadata:\n  annotations:\n    a: b\n    <CERT_MANAGER_ISSUER>\nspec:\n  image: %IMAGE%:1.0\n  ip: {PREFIX}.3\n';
  const filled = filledIn(text) ?? '';
  expect(filled).toHaveLength(text.length);
  expect(filled).toContain('image: xxxxxxx:1.0');
  expect(filled.split('\n')[3]?.trim()).toBe('#');
  expect(filledIn('a: b\n')).toBeUndefined();
});

test('a long line of marks takes no time', () => {
  for (const character of '{$<%#_@[(.') expect(typeof isPlaceholder(character.repeat(100_000))).toBe('boolean');
  expect(typeof isPlaceholder('<a'.repeat(50_000))).toBe('boolean');
  expect(typeof isPlaceholder('.A_'.repeat(50_000))).toBe('boolean');
});
