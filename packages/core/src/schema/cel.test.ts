import { describe, expect, test } from 'vitest';
import { CelEngine } from './cel.ts';
import { ISTIO_CRDS } from './istio-crds.ts';
import { IstioSchemas } from './istio-schemas.ts';
import { glanceAt, ruleKey } from './known-rules.ts';
import type { Schema } from './schema.ts';

// Each expression that a release of Istio brings is tried here with values that it accepts and values that it refuses.

interface Cases {
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const target = {
  good: [{}, { selector: {} }, { targetRefs: [] }],
  bad: [{ selector: {}, targetRefs: [{ name: 'x' }] }],
};
const certificates = (a: string, b: string): Cases => ({
  good: [{}, { [a]: [] }, { [b]: [] }],
  bad: [{ [a]: a.endsWith('s') ? [] : 'x', [b]: [] }],
});
const url: Cases = {
  good: [
    'http://a.example.com/x.wasm',
    'https://a',
    'oci://ghcr.io/a/b:1',
    'file:///opt/x.wasm',
    'ghcr.io/a/b',
    '/opt/x',
  ],
  bad: ['ftp://a', 'gs://bucket/x', 'a\tb', 'localhost:5000/x', '%zz/a'],
};
const subnets: Cases = {
  good: [
    {},
    { addresses: ['10.0.0.1'], resolution: 'DNS' },
    { addresses: ['10.0.0.0/8'], resolution: 'STATIC' },
    { addresses: ['10.0.0.0/8'] },
    { addresses: ['10.0.0.0/8'], resolution: 'NONE' },
  ],
  bad: [{ addresses: ['10.0.0.1', '10.0.0.0/8'], resolution: 'DNS' }],
};
const endpoints: Cases = {
  good: [{}, { resolution: 'NONE' }, { resolution: 'DNS', endpoints: [{}] }, { resolution: 'STATIC', endpoints: [] }],
  bad: [{ endpoints: [{ address: '10.0.0.1' }] }, { resolution: 'NONE', endpoints: [{ address: '10.0.0.1' }] }],
};
const socketPorts: Cases = {
  good: [{}, { ports: { http: 80 } }, { address: 'unix:///a' }, { address: '10.0.0.1', ports: { http: 80 } }],
  bad: [{ address: 'unix:///a', ports: { http: 80 } }],
};
const portLevel: Cases = {
  good: [
    {},
    { selector: { matchLabels: { a: 'b' } } },
    { selector: { matchLabels: { a: 'b' } }, portLevelMtls: { '80': {} } },
  ],
  bad: [
    { portLevelMtls: { '80': {} } },
    { selector: { matchLabels: {} }, portLevelMtls: { '80': {} } },
    { selector: {}, portLevelMtls: {} },
  ],
};
const upsert: Cases = {
  good: [{}, { operation: 'REMOVE' }, { operation: 'UPSERT', value: 'x' }],
  bad: [{ operation: 'UPSERT', value: '' }, { operation: 'UPSERT' }],
};

const CASES: Readonly<Record<string, Cases>> = {
  '(has(self.selector)?1:0)+(has(self.targetRefs)?1:0)<=1': target,
  '(has(self.selector)?1:0)+(has(self.targetRef)?1:0)+(has(self.targetRefs)?1:0)<=1': {
    good: [...target.good, { targetRef: {} }],
    bad: [...target.bad, { selector: {}, targetRef: {} }, { targetRef: {}, targetRefs: [] }],
  },
  '(has(self.workloadSelector)?1:0)+(has(self.targetRefs)?1:0)<=1': {
    good: [{}, { workloadSelector: {} }],
    bad: [{ workloadSelector: {}, targetRefs: [] }],
  },
  '(has(self.workloadSelector)?1:0)+(has(self.endpoints)?1:0)<=1': {
    good: [{}, { endpoints: [] }],
    bad: [{ workloadSelector: {}, endpoints: [] }],
  },
  '(has(self.jwksUri)?1:0)+(has(self.jwks_uri)?1:0)+(has(self.jwks)?1:0)<=1': {
    good: [{ issuer: 'x' }, { jwksUri: 'https://a' }, { jwks: '{}' }],
    bad: [
      { jwksUri: 'https://a', jwks: '{}' },
      { jwks_uri: 'https://a', jwksUri: 'https://a' },
    ],
  },
  '(has(self.tlsCertificates)?1:0)+(has(self.credentialNames)?1:0)<=1': certificates(
    'tlsCertificates',
    'credentialNames',
  ),
  '(has(self.credentialName)?1:0)+(has(self.credentialNames)?1:0)<=1': certificates(
    'credentialName',
    'credentialNames',
  ),
  '(has(self.credentialNames)?1:0)+(has(self.tlsCertificates)?1:0)<=1': certificates(
    'credentialNames',
    'tlsCertificates',
  ),
  'has(self.wasm)!=has(self.lua)': { good: [{ wasm: {} }, { lua: {} }], bad: [{}, { wasm: {}, lua: {} }] },
  'self.all(key,!key.contains("*"))': { good: [{}, { app: 'x' }], bad: [{ 'a*': 'x' }, { a: 'x', '*': 'x' }] },
  'self.all(key,key.size()!=0)': { good: [{}, { app: 'x' }], bad: [{ '': 'x' }] },
  '!self.contains("*")': { good: ['', 'x'], bad: ['*', 'a*'] },
  'self.size()==0': { good: [''], bad: ['x'] },
  'isURL(self)?(url(self).getScheme()in["","http","https","file","oci"]):(isURL("http://"+self)&&url("http://"+self).getScheme()in["","http","https","file","oci"])':
    url,
  'isURL(self)?(url(self).getScheme()in["","http","https","oci","file"]):(isURL("http://"+self)&&url("http://"+self).getScheme()in["","http","https","oci","file"])':
    url,
  '(has(self.valueFrom)?self.valueFrom:"")!="HOST"||!has(self.value)': {
    good: [{}, { value: 'x' }, { valueFrom: 'HOST' }, { valueFrom: 'INLINE', value: 'x' }],
    bad: [{ valueFrom: 'HOST', value: 'x' }],
  },
  '[self.group,self.kind]in[["core","Service"],["","Service"],["gateway.networking.k8s.io","Gateway"]]': {
    good: [
      { group: '', kind: 'Service' },
      { group: 'gateway.networking.k8s.io', kind: 'Gateway' },
    ],
    bad: [{ group: 'networking.istio.io', kind: 'ServiceEntry' }, { group: '', kind: 'Gateway' }, { kind: 'Service' }],
  },
  '[self.group,self.kind]in[["core","Service"],["","Service"],["gateway.networking.k8s.io","Gateway"],["networking.istio.io","ServiceEntry"]]':
    {
      good: [
        { group: 'core', kind: 'Service' },
        { group: 'networking.istio.io', kind: 'ServiceEntry' },
      ],
      bad: [{ group: 'apps', kind: 'Deployment' }],
    },
  'duration(self)>=duration("1ms")': {
    good: ['1ms', '10s', '1h30m', '1.5s', '0.5h', '1000us'],
    bad: ['0s', '1us', '10', 'ten', '', '-1s', '1d', '0ms'],
  },
  'has(self.context)?((self.context=="WAYPOINT")?has(self.waypoint):!has(self.waypoint)):!has(self.waypoint)': {
    good: [{}, { context: 'ANY' }, { context: 'WAYPOINT', waypoint: {} }],
    bad: [{ waypoint: {} }, { context: 'WAYPOINT' }, { context: 'ANY', waypoint: {} }],
  },
  '0<self&&self<=65535': { good: [1, 65_535], bad: [0, -1, 65_536] },
  '0<self&&self<=6553': { good: [1, 6553], bad: [0, 6554] },
  '!((has(self.addresses)?self.addresses:[]).exists(k,k.contains("/"))&&!((has(self.resolution)?self.resolution:"NONE")in["STATIC","NONE"]))':
    subnets,
  '!(has(self.addresses)&&self.addresses.exists(k,k.contains("/"))&&(has(self.resolution)&&self.resolution!="STATIC"&&self.resolution!="NONE"))':
    subnets,
  '((has(self.resolution)?self.resolution:"NONE")=="NONE")?!has(self.endpoints):true': endpoints,
  '(!has(self.resolution)||self.resolution=="NONE")?!has(self.endpoints):true': endpoints,
  '((has(self.resolution)?self.resolution:"")=="DNS_ROUND_ROBIN")?((has(self.endpoints)?self.endpoints:[]).size()<=1):true':
    {
      good: [{}, { resolution: 'DNS_ROUND_ROBIN', endpoints: [{}] }, { resolution: 'STATIC', endpoints: [{}, {}] }],
      bad: [{ resolution: 'DNS_ROUND_ROBIN', endpoints: [{}, {}] }],
    },
  '(has(self.resolution)&&self.resolution=="DNS_ROUND_ROBIN")?(!has(self.endpoints)||size(self.endpoints)==1):true': {
    good: [{}, { resolution: 'DNS_ROUND_ROBIN', endpoints: [{}] }, { endpoints: [{}, {}] }],
    bad: [
      { resolution: 'DNS_ROUND_ROBIN', endpoints: [{}, {}] },
      { resolution: 'DNS_ROUND_ROBIN', endpoints: [] },
    ],
  },
  'has(self.address)||has(self.network)': {
    good: [{ address: 'x' }, { network: 'n' }],
    bad: [{}, { ports: { a: 1 } }],
  },
  '(has(self.address)?self.address:"").startsWith("unix://")?!has(self.ports):true': socketPorts,
  '(has(self.address)&&self.address.startsWith("unix://"))?!has(self.ports):true': socketPorts,
  'self.startsWith("unix://")?(self.substring(7,8)=="/"||self.substring(7,8)=="@"):true': {
    good: ['10.0.0.1', 'unix:///var/x', 'unix://@abstract'],
    bad: ['unix://var/x', 'unix://'],
  },
  'self.startsWith("unix://")?!self.endsWith("/"):true': {
    good: ['10.0.0.1/', 'unix:///var/x'],
    bad: ['unix:///var/'],
  },
  'self.all(key,size(key)<63&&key.matches("^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$"))': {
    good: [{}, { http: 80 }, { 'http-2': 80 }, { 'a--b': 1 }],
    bad: [{ 'http-': 80 }, { 'a.b': 80 }, { ['a'.repeat(63)]: 80 }, { '': 1 }],
  },
  'self!="*"': { good: ['a', '*.a'], bad: ['*'] },
  'self.all(l1,self.exists_one(l2,l1.number==l2.number))': {
    good: [[], [{ number: 1 }], [{ number: 1 }, { number: 2 }]],
    bad: [
      [{ number: 1 }, { number: 1 }],
      [{ number: 1 }, { number: 2 }, { number: 1 }],
    ],
  },
  'selfin["","HTTP","HTTPS"]': { good: ['', 'HTTP', 'HTTPS'], bad: ['http', 'TCP'] },
  '(has(self.serviceAccounts)||has(self.notServiceAccounts))?(!has(self.principals)&&!has(self.notPrincipals)&&!has(self.namespaces)&&!has(self.notNamespaces)):true':
    {
      good: [{}, { serviceAccounts: ['a'] }, { principals: ['a'], namespaces: ['b'] }, { notServiceAccounts: ['a'] }],
      bad: [
        { serviceAccounts: ['a'], principals: ['b'] },
        { notServiceAccounts: ['a'], notNamespaces: ['b'] },
      ],
    },
  'has(self.portLevelMtls)?(((has(self.selector)&&has(self.selector.matchLabels))?self.selector.matchLabels:{}).size()>0):true':
    portLevel,
  '(has(self.selector)&&has(self.selector.matchLabels)&&self.selector.matchLabels.size()>0)||!has(self.portLevelMtls)':
    portLevel,
  'self.all(key,0<int(key)&&int(key)<=65535)': {
    good: [{}, { '80': {} }, { '65535': {} }],
    bad: [{ '0': {} }, { '65536': {} }, { http: {} }],
  },
  'url(self).getScheme()in["http","https"]': {
    good: ['http://a', 'https://a.example.com:8443/x?y=z#f', 'HTTPS://A'],
    bad: ['a.example.com', 'ftp://a', '', '/x', 'https://a:b', 'https://a/%zz'],
  },
  '((has(self.operation)?self.operation:"")=="UPSERT")?(self.value!=""):true': upsert,
  '((has(self.operation)?self.operation:"")=="UPSERT")?self.value!="":true': upsert,
  '((has(self.operation)?self.operation:"")=="REMOVE")?!has(self.value):true': {
    good: [{}, { operation: 'UPSERT', value: 'x' }, { operation: 'REMOVE' }],
    bad: [{ operation: 'REMOVE', value: 'x' }],
  },
};

/** Every expression with the schemas it stands at, over all releases. */
function placesOfRules(): Map<string, Schema> {
  const schemas = new IstioSchemas();
  const places = new Map<string, Schema>();
  const visit = (schema: Schema | undefined): void => {
    if (!schema) return;
    for (const [rule] of schema.rules ?? []) places.set(rule, schema);
    for (const inner of Object.values(schema.properties ?? {})) visit(inner);
    visit(schema.items);
    visit(schema.values);
  };
  for (const type of Object.keys(ISTIO_CRDS)) for (const { schema } of schemas.all(type)) visit(schema);
  return places;
}

const places = placesOfRules();
const engine = new CelEngine();

test('each expression of each release was tried, and each that was tried is one of a release', () => {
  expect([...places.keys()].filter((rule) => !Object.hasOwn(CASES, ruleKey(rule)))).toEqual([]);
  const keys = new Set([...places.keys()].map(ruleKey));
  expect(Object.keys(CASES).filter((key) => !keys.has(key))).toEqual([]);
});

describe.each([...places])('%s', (rule, schema) => {
  const { good, bad } = CASES[ruleKey(rule)] ?? { good: [], bad: [] };

  test('accepts and refuses', () => {
    expect(good.length).toBeGreaterThan(0);
    expect(bad.length).toBeGreaterThan(0);
    for (const value of good) expect(engine.evaluate(rule, schema, value), JSON.stringify(value)).toBe('holds');
    for (const value of bad)
      expect(engine.evaluate(rule, schema, value), JSON.stringify(value)).toMatch(/^(?:fails|error)$/);
  });

  test('is not said to hold at a glance where it does not', () => {
    // Values of all the other expressions, too: whatever the glance takes, the expression takes.
    const all = Object.values(CASES).flatMap((cases) => [...cases.good, ...cases.bad]);
    const fitting = all.filter(
      (value) => typeOf(value) === schema.type || (schema.intOrString && typeof value === 'number'),
    );
    expect(bad.filter((value) => glanceAt(rule).plainlyHolds(value))).toEqual([]);
    const wrong = fitting.filter(
      (value) => glanceAt(rule).plainlyHolds(value) && engine.evaluate(rule, schema, value) !== 'holds',
    );
    expect(wrong).toEqual([]);
  });
});

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? 'integer' : typeof value;
}

describe('an expression of a stranger', () => {
  const list: Schema = { type: 'array', items: { type: 'string' } };

  test.each([
    ['does not parse', 'self +'],
    ['asks what is not known here', 'ip(self[0]).isLoopback()'],
    ['speaks of a change', 'self == oldSelf'],
    ['is no question', 'size(self)'],
    ['is endless', `true ${'|| true '.repeat(2000)}`],
  ])('is left alone when it %s', (_, rule) => {
    expect(['unknown', 'error']).toContain(engine.evaluate(rule, list, ['a']));
  });

  test('is not run where it would take for ever', () => {
    const many = Array.from({ length: 3000 }, (_, i) => String(i));
    expect(engine.evaluate('self.all(a, self.all(b, a == b || a != b))', list, many)).toBe('unknown');
    expect(engine.evaluate('self.all(a, a != "")', list, many)).toBe('holds');
  });

  test('sees defaults, whole numbers, and names that are no names in it', () => {
    const schema: Schema = {
      type: 'object',
      defaults: ['size'],
      properties: {
        size: { type: 'integer', default: 3 },
        namespace: { type: 'string' },
        'max-size': { type: 'integer' },
        part: { type: 'number' },
        port: { intOrString: true },
      },
    };
    const rule =
      'self.size == 3 && self.__namespace__ == "a" && self.max__dash__size == 5 && self.part < 1.5 && self.port == 80';
    expect(engine.evaluate(rule, schema, { namespace: 'a', 'max-size': 5, part: 1, port: 80 })).toBe('holds');
    expect(engine.evaluate('has(self.part)', schema, { part: null })).toBe('fails');
  });
});
