import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRequests } from './requests-file.ts';

const read = async (text: string, defaults = {}) => readRequests({ path: 'r.yaml', text }, defaults);
const faults = async (text: string) => {
  const answer = await read(text);
  return 'faults' in answer ? answer.faults : answer.requests;
};

describe('readRequests', () => {
  it('reads YAML, with what is left out as the command has it', async () => {
    const answer = await read(`
- id: cart
  from: shop/web
  host: Cart.shop
  path: /api?x=1
  method: POST
  headers: { X-User: ann, x-retries: 3, x-debug: true }
- { from: shop/web, host: db, port: 5432, protocol: tcp }
- { from: istio-system/istio-ingressgateway, gateway: true, host: shop.example.com, tls: tls }
- { from: shop/web, url: "https://api.example.com/v1", sni: Other.example.com, protocol: ~ }
`);
    expect(answer).toEqual({
      requests: [
        {
          id: 'cart',
          place: 'r.yaml:2:3',
          from: 'shop/web',
          gateway: false,
          host: 'cart.shop',
          port: 80,
          protocol: 'http',
          path: '/api?x=1',
          method: 'POST',
          headers: new Map([
            ['x-user', 'ann'],
            ['x-retries', '3'],
            ['x-debug', 'true'],
          ]),
          tls: false,
          sni: 'cart.shop',
        },
        expect.objectContaining({ id: '2', host: 'db', port: 5432, protocol: 'tcp', path: '/', method: 'GET' }),
        expect.objectContaining({ id: '3', gateway: true, tls: true, port: 443, sni: 'shop.example.com' }),
        expect.objectContaining({ id: '4', host: 'api.example.com', tls: true, port: 443, sni: 'other.example.com' }),
      ],
    });
  });

  it('reads JSON, and takes the caller of the flags where none is written', async () => {
    const text = JSON.stringify([{ host: 'cart' }, { host: 'cart', from: 'shop/cart' }]);
    expect(await read(text, { from: 'istio-system/gw', gateway: true })).toMatchObject({
      requests: [
        { from: 'istio-system/gw', gateway: true },
        { from: 'shop/cart', gateway: false },
      ],
    });
  });

  it.each<[string, string[]]>([
    ['', ['r.yaml:1:1: there is no request in it']],
    ['[]', ['r.yaml:1:1: there is no request in it']],
    ['requests: []', ['r.yaml:1:1: a list of requests is expected']],
    ['- cart', ['r.yaml:1:3: a request is a mapping with from and host']],
    ['- host: cart', ['r.yaml:1:3: it lacks from, the caller']],
    ['- from: a/b', ['r.yaml:1:3: it lacks host, or url']],
    ['- { from: a/b, hots: cart }', ['r.yaml:1:16: "hots" is no member of a request, did you mean "host"?']],
    ['- { from: a/b, host: cart, port: 0 }', ['r.yaml:1:34: port has to be a number from 1 to 65535']],
    ['- { from: a/b, host: cart, port: "80" }', ['r.yaml:1:34: port has to be a number from 1 to 65535']],
    ['- { from: a/b, host: db, protocol: tcp }', ['r.yaml:1:5: it lacks port']],
    [
      '- { from: a/b, host: cart, protocol: grpc }',
      ['r.yaml:1:38: protocol is http, http2 or tcp, not "grpc", did you mean "http2"?'],
    ],
    ['- { from: a/b, host: cart, method: get }', ['r.yaml:1:36: method: methods are written in capitals: GET']],
    ['- { from: a/b, host: cart, path: api }', ['r.yaml:1:34: path: it begins with no /']],
    ['- { from: a/b, host: "http://cart" }', ['r.yaml:1:22: host: its host is no name and no address']],
    ['- { from: a/b, host: cart, tls: mutual }', ['r.yaml:1:33: tls is true, false or "tls"']],
    ['- { from: a/b, host: cart, sni: cart }', ['r.yaml:1:33: sni goes with tls']],
    ['- { from: a/b, host: cart, gateway: "yes" }', ['r.yaml:1:37: gateway has to be true or false']],
    ['- { from: [a], host: cart }', ['r.yaml:1:5: from has to be a text']],
    ['- { from: a/b, host: cart, headers: [x] }', ['r.yaml:1:28: headers has to be a mapping of names to values']],
    ['- { from: a/b, host: cart, headers: { "a b": x } }', ['r.yaml:1:46: "a b" is no name of a header']],
    ['- { from: a/b, host: cart, headers: { x: "a\\nb" } }', ['r.yaml:1:42: the value of x has a line break in it']],
    [
      '- { from: a/b, host: db, port: 1, protocol: tcp, headers: { x: a } }',
      ['r.yaml:1:50: headers do not go with protocol tcp'],
    ],
    ['- { from: a/b, url: "http://cart", port: 80 }', ['r.yaml:1:42: the url says port already']],
    ['- { from: a/b, url: cart }', ['r.yaml:1:21: url: it is no URL such as http://cart/api/items']],
    [
      '- { from: a/b, id: x, host: cart }\n- { from: a/b, id: x, host: cart }',
      ['r.yaml:2:20: the id "x" stands there already'],
    ],
    ['- { from: a/b, host: cart, host: cart }', ['r.yaml:1:28: the key "host" stands twice']],
  ])('tells what is wrong with %j', async (text, wanted) => {
    expect(await faults(text)).toEqual(wanted);
  });

  it('tells where a file is no YAML', async () => {
    expect(await faults('- { from: a/b, host: cart\n- {}\n')).toEqual([expect.stringMatching(/^r\.yaml:\d+:\d+: ./)]);
  });

  it('tells all mistakes, in the order of the file, and of very many the first ones', async () => {
    expect(await faults('- { from: a/b, host: "" }\n- { from: a/b }\n- 7\n')).toEqual([
      'r.yaml:1:22: host: it has no host',
      'r.yaml:2:5: it lacks host, or url',
      'r.yaml:3:3: a request is a mapping with from and host',
    ]);
    const many = await faults('- 7\n'.repeat(15_000));
    expect(many).toHaveLength(21);
    expect(many.at(-1)).toBe('r.yaml: and more of the kind');
  });

  it('refuses more requests than anybody waits for', async () => {
    expect(await faults('- {from: a, host: b}\n'.repeat(20_001))).toContain(
      'r.yaml:1:1: 20001 requests are more than 20000; give several files, one a run',
    );
  });

  it('says why a file has no text', async () => {
    expect(await readRequests({ path: 'r', text: '', problem: 'not-utf8' })).toEqual({
      faults: ['r: the file is not UTF-8 text'],
    });
  });

  it('answers whatever stands in the file: requests that can be asked, or faults with their place', async () => {
    const word = fc.constantFrom(
      ...['id', 'from', 'gateway', 'url', 'host', 'port', 'protocol', 'path', 'method', 'headers', 'tls', 'sni'],
      ...['__proto__', 'constructor', 'toString', '<<', '', 'Host'],
    );
    const value = fc.oneof(
      fc.constantFrom<unknown>('shop/web', 'cart', 80, '/x', 'GET', true, 'tls', 'tcp', 'http2', 'http://cart/x', null),
      fc.jsonValue({ maxDepth: 2 }),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.dictionary(fc.oneof(word, fc.string()), fc.oneof(fc.string(), fc.integer()), { maxKeys: 3 }),
    );
    const request = fc.oneof(
      fc.dictionary(word, value, { maxKeys: 8 }),
      fc.record({ from: fc.constant('a/b'), host: fc.constant('cart'), headers: value, id: value, port: value }),
      value,
    );
    const text = fc.oneof(
      fc.array(request, { maxLength: 5 }).map((list) => JSON.stringify(list)),
      fc.jsonValue().map((json) => JSON.stringify(json)),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .tuple(fc.array(request, { maxLength: 3 }), fc.nat(60), fc.string({ maxLength: 3 }))
        .map(([list, at, more]) => JSON.stringify(list).slice(0, at) + more + JSON.stringify(list).slice(at)),
    );
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        const answer = await read(text);
        if ('faults' in answer) {
          expect(answer.faults.length).toBeGreaterThan(0);
          for (const line of answer.faults) expect(line).toMatch(/^r\.yaml(?::\d+:\d+)?: /);
          return;
        }
        expect(new Set(answer.requests.map(({ id }) => id)).size).toBe(answer.requests.length);
        for (const { port, path, host, method, protocol } of answer.requests) {
          expect(port).toBeGreaterThan(0);
          expect(path.startsWith('/')).toBe(true);
          expect(host).toMatch(/^[\w.:-]+$/);
          expect(method).toBe(method.toUpperCase());
          expect(['http', 'http2', 'tcp']).toContain(protocol);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
