import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikeUrl, readRequestUrl } from './request-url.ts';

const read = (text: string) => {
  const answer = readRequestUrl(text);
  if ('fault' in answer) throw new Error(answer.fault);
  const { protocol, tls, host, port, path } = answer.url;
  return [protocol, tls, host, port, path];
};
const fault = (text: string) => {
  const answer = readRequestUrl(text);
  return 'fault' in answer ? answer.fault : JSON.stringify(answer.url);
};

describe('readRequestUrl', () => {
  it.each<[string, unknown[]]>([
    ['http://cart', ['http', false, 'cart', 80, '/']],
    ['http://cart/api/items?page=2#top', ['http', false, 'cart', 80, '/api/items?page=2']],
    ['HTTP://Cart.Shop:8080', ['http', false, 'cart.shop', 8080, '/']],
    ['http://cart?x=1', ['http', false, 'cart', 80, '/?x=1']],
    ['https://shop.example.com/', ['http', true, 'shop.example.com', 443, '/']],
    ['https://shop.example.com:8443/a%20b', ['http', true, 'shop.example.com', 8443, '/a%20b']],
    ['tcp://db:5432', ['tcp', false, 'db', 5432, '/']],
    ['tls://db.data:5432/', ['tcp', true, 'db.data', 5432, '/']],
    ['http://10.1.2.3:80/x', ['http', false, '10.1.2.3', 80, '/x']],
    ['http://[fd00::1]:9080/', ['http', false, 'fd00::1', 9080, '/']],
    ['http://cart:/x', ['http', false, 'cart', 80, '/x']],
    ['http://cart/a:b//c', ['http', false, 'cart', 80, '/a:b//c']],
  ])('reads %s', (text, wanted) => {
    expect(read(text)).toEqual(wanted);
  });

  it.each<[string, string]>([
    ['tcp://db', 'tcp:// needs a port, as in tcp://db:5432'],
    ['ftp://cart/', 'it begins with neither of http://, https://, tcp://, tls://'],
    ['http:///api', 'it has no host'],
    ['http://cart:0/', '"0" is no port'],
    ['http://cart:99999/', '"99999" is no port'],
    ['http://cart:http/', '"http" is no port'],
    ['http://ann:secret@cart/', 'a name and a password in it are not asked for; leave them out'],
    ['http://ca rt/', 'its host is no name and no address'],
    ['http://*.shop/', 'its host is no name and no address'],
    ['http://[fd00::1/', 'its host is no name and no address'],
    ['tcp://db:5432/table', 'a tcp:// URL has no path'],
    ['http://cart/a b', 'its path has a space in it, which is written %20'],
    ['http://cart/a\u0007', 'its path has a space in it, which is written %20'],
    [`http://${'a'.repeat(300)}/`, 'its host is longer than the 253 characters of a name'],
    ['cart/api', 'it is no URL such as http://cart/api/items'],
  ])('refuses %s', (text, words) => {
    expect(fault(text)).toBe(words);
  });

  it('takes what the parser of browsers takes, for the same', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(?:-[a-z0-9])?$/);
    const url = fc.record({
      scheme: fc.constantFrom('http', 'https'),
      host: fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
      port: fc.option(fc.integer({ min: 1, max: 65_535 })),
      path: fc
        .stringMatching(/^(?:\/[a-z0-9%:@~.-]{0,6}){0,4}$/)
        .filter((path) => !/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path)),
      query: fc.option(fc.stringMatching(/^[a-z=&0-9/?]{0,8}$/)),
    });
    fc.assert(
      fc.property(url, ({ scheme, host, port, path, query }) => {
        const text = `${scheme}://${host}${port === null ? '' : `:${port}`}${path}${query === null ? '' : `?${query}`}`;
        const theirs = new URL(text);
        const number = theirs.port === '' ? (scheme === 'http' ? 80 : 443) : Number(theirs.port);
        const search = query === '' ? '?' : theirs.search;
        expect(read(text)).toEqual(['http', scheme === 'https', theirs.hostname, number, theirs.pathname + search]);
      }),
    );
  });

  it('answers whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()), (text) => {
        const answer = readRequestUrl(text);
        if ('fault' in answer) expect(answer.fault).not.toBe('');
        else expect(answer.url.path).toMatch(/^\/[^\s]*$/);
      }),
    );
  });
});

it.each([
  ['http://cart', true],
  ['TCP://db:1', true],
  ['ftp://x', true],
  ['k8s/', false],
  ['./http:/cart', false],
  ['C:/manifests', false],
  ['-', false],
  ['://x', false],
])('tells a URL from a path: %s', (word, wanted) => {
  expect(looksLikeUrl(word)).toBe(wanted);
});
