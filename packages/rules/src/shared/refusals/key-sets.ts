import { isPlainMapping } from '@meshvet/core';

/** What is wrong with the keys of a jwks: it is no key set, or it gives away what has to stay secret. */
export function keySetFaults(text: string): { readonly what: string; readonly mild?: boolean }[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const isUrl = /^https?:\/\//.test(text);
    return [{ what: isUrl ? 'jwks holds the keys themselves, and a URL goes into jwksUri' : 'jwks is no JSON' }];
  }
  const keys =
    isPlainMapping(value) && Array.isArray(value.keys)
      ? value.keys
      : isPlainMapping(value) && typeof value.kty === 'string'
        ? [value]
        : undefined;
  if (!keys?.every((key) => isPlainMapping(key) && typeof key.kty === 'string'))
    return [{ what: 'jwks is no set of keys: a mapping with a list "keys" of mappings with "kty"' }];
  return keys.slice(0, MOST).flatMap((key, i) => {
    const name =
      isPlainMapping(key) && typeof key.kid === 'string'
        ? `key ${JSON.stringify(key.kid.slice(0, 60))}`
        : `key ${i + 1}`;
    if (isPlainMapping(key) && key.kty === 'oct')
      return [{ what: `${name} of jwks is symmetric, so who can read it can sign tokens`, mild: true }];
    if (isPlainMapping(key) && key.d !== undefined && ['RSA', 'EC', 'OKP'].includes(key.kty as string))
      return [{ what: `${name} of jwks is private, so who can read it can sign tokens`, mild: true }];
    return [];
  });
}

const MOST = 20;
