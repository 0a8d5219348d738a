import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { authorization, meshOf, namespace, type Part } from '../testing/mesh-parts.ts';
import { type Peer, ruleMatches, type Seen } from './authorization-match.ts';
import { authorizationPolicies } from './authorization-policies.ts';

const WEB: Peer = {
  state: 'known',
  identity: { trustDomain: 'cluster.local', namespace: 'front', serviceAccount: 'web' },
};
const PLAIN: Peer = { state: 'none', why: 'the connection is plain text' };

const REQUEST: Seen = {
  layer: 'http',
  peer: WEB,
  port: 8080,
  servicePorts: new Map([[80, 'Service shop/cart']]),
  method: 'GET',
  path: '/carts/7/items',
  authority: 'cart.shop',
  headers: new Map([['x-user', 'ann']]),
  sni: '',
  token: false,
  callerAddress: undefined,
  callerIsPod: false,
  serverAddress: undefined,
};

interface Asked {
  readonly action?: string;
  readonly seen?: Partial<Seen>;
  readonly config?: MeshConfigKeys;
  readonly mesh?: string;
}

async function match(rule: unknown, { action = 'ALLOW', seen = {}, config = {}, mesh: meshConfig }: Asked = {}) {
  const map: Part[] = meshConfig
    ? [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'istio', namespace: 'istio-system' },
          data: { mesh: meshConfig },
        },
      ]
    : [];
  const policy = authorization('shop', 'cart', { action, rules: [rule] });
  const mesh = await meshOf([namespace('shop'), policy, ...map], config);
  const [read] = authorizationPolicies(mesh);
  const [first] = read?.rules ?? [];
  if (!read?.action || !first) throw new Error('no rule');
  const { answer, reasons } = ruleMatches(mesh, first, read.action, 'shop', { ...REQUEST, ...seen });
  return {
    answer,
    why: reasons.map((r) => r.why),
    at: reasons.map((r) => r.field.pointer.replace('/spec/rules/0', '')),
  };
}

const from = (source: Part) => ({ from: [{ source }] });
const to = (operation: Part) => ({ to: [{ operation }] });
const when = (key: string, more: Part) => ({ when: [{ key, ...more }] });

async function answers(rules: readonly unknown[], asked: Asked = {}): Promise<string> {
  const all = [];
  for (const rule of rules) all.push((await match(rule, asked)).answer);
  return all.join(' ');
}

describe('who calls', () => {
  test('by principal: whole, with a star at one end, or any', async () => {
    const principal = (...principals: string[]) => from({ principals });
    expect(
      await answers([
        principal('cluster.local/ns/front/sa/web'),
        principal('cluster.local/ns/front/sa/w'),
        principal('*'),
        principal('*/sa/web'),
        principal('cluster.local/ns/front/*'),
        principal('spiffe://cluster.local/ns/front/sa/web'),
        principal('x', '*/ns/front/sa/web'),
      ]),
    ).toBe('yes no yes yes yes no yes');
  });

  test('by namespace, where a star stands for anything', async () => {
    expect(
      await answers(['front', 'fr*', '*', 'fron', 'shop', 'front|shop'].map((n) => from({ namespaces: [n] }))),
    ).toBe('yes yes yes no no unknown');
  });

  test('by service account, of the policy’s namespace where none is written; since 1.26', async () => {
    const rules = ['web', 'front/web', 'shop/web', 'front/we'].map((a) => from({ serviceAccounts: [a] }));
    expect(await answers(rules)).toBe('no yes no no');
    // Before, the API server drops the field, and what is left asks for nothing.
    expect(await answers(rules, { config: { istioVersion: '1.25' } })).toBe('yes yes yes yes');
    expect(await answers([when('source.serviceAccount', { values: ['front/web'] })])).toBe('yes');
    const old = await match(when('source.serviceAccount', { values: ['front/web'] }), {
      config: { istioVersion: '1.25' },
    });
    expect(old).toMatchObject({ answer: 'no', why: [expect.stringContaining('none that Istio knows')] });
  });

  test('by trust domain; since 1.30', async () => {
    expect(await answers(['cluster.local', '*.local', 'corp.*', 'corp'].map((d) => from({ trustDomains: [d] })))).toBe(
      'yes yes no no',
    );
  });

  test('needs mutual TLS', async () => {
    const rule = from({ principals: ['*'] });
    expect(await match(rule, { seen: { peer: PLAIN } })).toEqual({
      answer: 'no',
      why: ['principals needs the identity of the caller, and there is none: the connection is plain text'],
      at: ['/from/0/source/principals'],
    });
    expect((await match(rule, { seen: { peer: { state: 'unknown', why: 'x' } } })).answer).toBe('unknown');
  });

  test('without an identity a condition by not is met', async () => {
    expect(
      await answers([from({ notPrincipals: ['*'] }), from({ notNamespaces: ['front'] })], { seen: { peer: PLAIN } }),
    ).toBe('yes yes');
    expect(await answers([from({ notPrincipals: ['*/sa/web'] }), from({ notPrincipals: ['*/sa/x'] })])).toBe('no yes');
  });

  test('aliases of the trust domain stand for each other, and cluster.local for all', async () => {
    const asked = {
      mesh: 'trustDomain: new\ntrustDomainAliases: [old]',
      seen: {
        peer: { state: 'known', identity: { trustDomain: 'new', namespace: 'front', serviceAccount: 'web' } } as const,
      },
    };
    const rules = ['old', 'cluster.local', 'new', 'other', '*d', '*'].map((d) =>
      from({ principals: [`${d}/ns/front/sa/web`] }),
    );
    expect(await answers(rules, asked)).toBe('yes yes yes no yes yes');
  });
});

describe('what is asked', () => {
  test('paths: whole, a star at one end, templates; the query is no part of them', async () => {
    const paths = [
      '/carts/7/items',
      '/carts/*',
      '*/items',
      '*',
      '/carts',
      '/carts/*/items',
      '/carts/{*}/items',
      '/carts/{**}',
    ];
    expect(await answers(paths.map((p) => to({ paths: [p] })))).toBe('yes yes yes yes no no yes yes');
    expect((await match(to({ paths: ['/carts/*/items'] }))).why).toEqual([
      'path /carts/7/items is not /carts/*/items; a star counts first or last only, and inside it is a plain character; {*} stands for one part',
    ]);
    expect((await match(to({ paths: ['/carts?all'] }))).why[0]).toContain('the path that is compared has no query');
    expect((await match(to({ paths: ['carts/7'] }))).why[0]).toContain('a path begins with a slash');
  });

  test('templates are plain text before 1.22', async () => {
    expect(await answers([to({ paths: ['/carts/{**}'] })], { config: { istioVersion: '1.21' } })).toBe('no');
  });

  test('methods by their letters, hosts whatever theirs', async () => {
    expect(await answers(['GET', 'get', 'G*', '*', 'POST'].map((m) => to({ methods: [m] })))).toBe('yes no yes yes no');
    expect(await answers(['CART.shop', 'cart*', '*.shop', 'cart', 'cart.shop:80'].map((h) => to({ hosts: [h] })))).toBe(
      'yes yes yes no no',
    );
  });

  test('ports are those of the pods', async () => {
    expect(await answers(['8080', '80'].map((p) => to({ ports: [p] })))).toBe('yes no');
    expect((await match(to({ ports: ['80'] }))).why).toEqual([
      'ports names 80, the port of Service shop/cart, and the pods listen on 8080',
    ]);
    expect(await answers([when('destination.port', { values: ['8080'] })])).toBe('yes');
  });

  test('headers, those that are missing too', async () => {
    const header = (name: string, more: Part) => when(`request.headers[${name}]`, more);
    expect(
      await answers([
        header('X-User', { values: ['ann'] }),
        header('x-user', { values: ['a*'] }),
        header('x-user', { values: ['*'] }),
        header('x-user', { notValues: ['ann'] }),
        header('x-other', { values: ['*'] }),
        header('x-other', { notValues: ['a'] }),
        header(':method', { values: ['GET'] }),
        header('x-forwarded-for', { values: ['10.0.0.1'] }),
      ]),
    ).toBe('yes yes yes no no yes yes unknown');
    expect((await match(header('x-other', { values: ['a'] }))).why).toEqual(['header x-other is not there']);
  });

  test('without a token nothing of a token matches', async () => {
    const rules = [
      from({ requestPrincipals: ['*'] }),
      when('request.auth.claims[iss]', { values: ['*'] }),
      when('request.auth.audiences', { notValues: ['x'] }),
    ];
    expect(await answers(rules)).toBe('no no yes');
    expect(await answers(rules, { seen: { token: true } })).toBe('unknown unknown unknown');
  });

  test('the server name of TLS', async () => {
    const rule = when('connection.sni', { values: ['*.shop'] });
    expect((await match(rule, { seen: { sni: 'cart.shop' } })).answer).toBe('yes');
    expect(await match(rule)).toMatchObject({ answer: 'no', why: ['the connection shows no server name'] });
    expect((await match(rule, { seen: { sni: undefined } })).answer).toBe('unknown');
  });

  test('addresses that no file tells', async () => {
    const block = (...ipBlocks: string[]) => from({ ipBlocks });
    expect(await answers([block('10.1.0.0/16'), block('0.0.0.0/0'), from({ notIpBlocks: ['10.1.0.0/16'] })])).toBe(
      'unknown yes unknown',
    );
    const seen = { callerAddress: '10.1.2.3' };
    expect(await answers([block('10.1.0.0/16'), block('10.2.0.0/16'), block('10.1.2.3')], { seen })).toBe('yes no yes');
    // Nobody but pods has these by default; of other ranges nobody can say.
    expect(await answers([block('10.244.0.0/16'), block('10.244.7.0/24')], { seen: { callerIsPod: true } })).toBe(
      'yes unknown',
    );
  });
});

describe('how parts come together', () => {
  test('an empty rule, and empty items, ask for nothing', async () => {
    expect(await answers([{}, { from: [{}] }, { to: [{ operation: {} }] }, from({ principals: [] })])).toBe(
      'yes yes yes yes',
    );
  });

  test('one source and one operation have to match, and all conditions', async () => {
    const web = { source: { namespaces: ['front'] } };
    const shop = { source: { namespaces: ['shop'] } };
    const get = { operation: { methods: ['GET'] } };
    const post = { operation: { methods: ['POST'] } };
    const ann = { key: 'request.headers[x-user]', values: ['ann'] };
    const bob = { key: 'request.headers[x-user]', values: ['bob'] };
    expect(
      await answers([
        { from: [shop, web], to: [post, get], when: [ann] },
        { from: [shop], to: [get] },
        { from: [web], to: [post] },
        { from: [web], to: [get], when: [ann, bob] },
      ]),
    ).toBe('yes no no no');
  });

  test('what is not known gives way to what is not met', async () => {
    const rule = { from: [{ source: { ipBlocks: ['10.0.0.0/8'], namespaces: ['shop'] } }] };
    expect((await match(rule)).answer).toBe('no');
    expect((await match(from({ principals: ['${WHO}'] }))).why).toEqual(['a value is filled in later']);
  });

  test('an item that is null, and a key that Istio does not know, leave the rule out', async () => {
    expect((await match(null)).answer).toBe('no');
    expect((await match(when('source.pod', { values: ['x'] }), { action: 'DENY' })).answer).toBe('no');
  });
});

describe('on plain TCP', () => {
  const seen = { layer: 'tcp' } as const;

  test('an ALLOW rule with a field of HTTP never matches, wherever it stands', async () => {
    const rule = { to: [{ operation: { ports: ['8080'] } }, { operation: { paths: ['/a'] } }] };
    expect(await match(rule, { seen })).toEqual({
      answer: 'no',
      why: ['paths is of HTTP, and the proxy takes the port for plain TCP'],
      at: ['/to/1/operation/paths'],
    });
    expect(await answers([to({ notMethods: ['POST'] }), when('request.headers[a]', { values: ['b'] })], { seen })).toBe(
      'no no',
    );
  });

  test('a rule of another action loses such fields, and matches more', async () => {
    const asked = { seen, action: 'DENY' };
    expect(await match(to({ paths: ['/admin'] }), asked)).toMatchObject({
      answer: 'yes',
      why: ['its paths do not count on plain TCP'],
    });
    expect(await answers([to({ paths: ['/admin'], ports: ['9999'] })], asked)).toBe('no');
  });

  test('what needs no HTTP works as ever', async () => {
    expect(await answers([from({ principals: ['*/sa/web'] }), to({ ports: ['8080'] })], { seen })).toBe('yes yes');
  });
});

test('a value that cannot be read leaves an ALLOW rule out, and of a DENY rule the value', async () => {
  expect(await match(to({ ports: ['8080', 'http'] }))).toMatchObject({ answer: 'no', why: ['http is no port'] });
  expect(await answers([to({ ports: ['http'] }), from({ ipBlocks: ['10.0.0.0/40'] })], { action: 'DENY' })).toBe(
    'yes yes',
  );
});
