import { describe, expect, test } from 'vitest';
import { CelEngine } from './cel.ts';
import { KnownKinds } from './definitions.ts';
import { GATEWAY_API_CRDS } from './gateway-api-crds.ts';
import { gatewayApiGlance } from './gateway-api-glances.ts';
import { ISTIO_CRDS } from './istio-crds.ts';
import { glanceAt, ruleKey } from './known-rules.ts';
import type { Schema } from './schema.ts';
import { walk } from './walk.ts';

// Each expression that a release of Istio brings is tried here with values that it accepts and values that it refuses.

interface Cases {
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const oneTarget = {
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

// Of the Gateway API.
const FILTERS = ['requestHeaderModifier', 'responseHeaderModifier', 'requestMirror', 'requestRedirect', 'urlRewrite'];
const filterType = (field: string): string =>
  field === 'cors' ? 'CORS' : field === 'urlRewrite' ? 'URLRewrite' : (field[0] ?? '').toUpperCase() + field.slice(1);

/** A filter has its own block and no other. */
const filterCases = Object.fromEntries(
  [...FILTERS, 'extensionRef', 'cors', 'externalAuth'].flatMap((field): [string, Cases][] => {
    const type = filterType(field);
    return [
      [
        `!(has(self.${field})&&self.type!="${type}")`,
        { good: [{ type, [field]: {} }, { type: 'Other' }], bad: [{ type: 'Other', [field]: {} }] },
      ],
      [
        `!(!has(self.${field})&&self.type=="${type}")`,
        { good: [{ type, [field]: {} }, { type: 'Other' }], bad: [{ type }] },
      ],
    ];
  }),
);

const repeatedFilters = Object.fromEntries(
  ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite', 'CORS'].map(
    (type): [string, Cases] => [
      `self.filter(f,f.type=="${type}").size()<=1`,
      { good: [[], [{ type }], [{ type }, { type: 'RequestMirror' }]], bad: [[{ type }, { type }]] },
    ],
  ),
);

/** A block that goes with one word. */
const needs = (key: string, word: string, field: string): [string, Cases][] => [
  [
    `self.${key}=="${word}"?has(self.${field}):true`,
    { good: [{ [key]: word, [field]: 'x' }, { [key]: 'Other' }], bad: [{ [key]: word }] },
  ],
  [
    `has(self.${field})?self.${key}=="${word}":true`,
    { good: [{ [key]: word, [field]: 'x' }, { [key]: 'Other' }], bad: [{ [key]: 'Other', [field]: 'x' }] },
  ],
];

const path = (part: string, how: 'contains' | 'endsWith'): [string, Cases] => [
  `(self.typein["Exact","PathPrefix"])?!self.value.${how}("${part}"):true`,
  {
    good: [
      { type: 'Exact', value: '/cart' },
      { type: 'RegularExpression', value: `/cart${part}` },
    ],
    bad: [{ type: 'PathPrefix', value: `/cart${part}` }],
  },
];

const prefixMatch = [{ path: { type: 'PathPrefix', value: '/a' } }];
const replacing = (filter: string) => [
  { type: filterType(filter), [filter]: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/b' } } },
];
const ONE_PREFIX =
  '((size(self.matches)!=1||!has(self.matches[0].path)||self.matches[0].path.type!="PathPrefix")?false:true):true';
const prefixCases = Object.fromEntries(
  ['requestRedirect', 'urlRewrite'].flatMap((filter): [string, Cases][] => {
    const replaces = `f,has(f.${filter})&&has(f.${filter}.path)&&f.${filter}.path.type=="ReplacePrefixMatch"&&has(f.${filter}.path.replacePrefixMatch)`;
    const filters = replacing(filter);
    const exact = [{ path: { type: 'Exact', value: '/a' } }];
    return [
      [
        `(has(self.filters)&&self.filters.exists_one(${replaces}))?${ONE_PREFIX}`,
        {
          good: [{ matches: prefixMatch, filters }, { matches: exact }],
          bad: [
            { matches: exact, filters },
            { matches: [...prefixMatch, ...prefixMatch], filters },
          ],
        },
      ],
      [
        `(has(self.backendRefs)&&self.backendRefs.exists_one(b,(has(b.filters)&&b.filters.exists_one(${replaces}))))?${ONE_PREFIX}`,
        {
          good: [{ matches: prefixMatch, backendRefs: [{ filters }] }, { matches: exact }],
          bad: [{ matches: exact, backendRefs: [{ filters }] }],
        },
      ],
    ];
  }),
);

const SAME_PARENT = 'p1.group==p2.group&&p1.kind==p2.kind&&p1.name==p2.name';
const NAMESPACES =
  '&&(((!has(p1.__namespace__)||p1.__namespace__=="")&&(!has(p2.__namespace__)||p2.__namespace__==""))||(has(p1.__namespace__)&&has(p2.__namespace__)&&p1.__namespace__==p2.__namespace__))';
const SECTION_SAME =
  '(((!has(p1.sectionName)||p1.sectionName=="")&&(!has(p2.sectionName)||p2.sectionName==""))||(has(p1.sectionName)&&has(p2.sectionName)&&p1.sectionName==p2.sectionName))';
const SECTION_BOTH = '(!has(p1.sectionName)||p1.sectionName=="")==(!has(p2.sectionName)||p2.sectionName=="")';
const parent = (more: object) => ({ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge', ...more });
const target = (more: object) => ({ group: '', kind: 'Service', name: 'cart', ...more });
const inclusion = (of: (more: object) => object): Cases => ({
  good: [[of({})], [of({ sectionName: 'a' }), of({ sectionName: 'b' })], [of({ name: 'a' }), of({ sectionName: 'b' })]],
  bad: [[of({}), of({ sectionName: 'b' })]],
});
const uniqueness = (of: (more: object) => object): Cases => ({
  good: [[of({})], [of({ sectionName: 'a' }), of({ sectionName: 'b' })], [of({ name: 'a' }), of({})]],
  bad: [
    [of({}), of({})],
    [of({ sectionName: 'b' }), of({ sectionName: 'b' })],
  ],
});

const caCases = (refs: string, known: string): [string, Cases][] => [
  [
    `!(has(self.${refs})&&size(self.${refs})>0&&has(self.${known})&&self.${known}!="")`,
    { good: [{ [refs]: [{}] }, { [known]: 'System' }], bad: [{ [refs]: [{}], [known]: 'System' }] },
  ],
  [
    `(has(self.${refs})&&size(self.${refs})>0||has(self.${known})&&self.${known}!="")`,
    { good: [{ [refs]: [{}] }, { [known]: 'System' }], bad: [{}, { [refs]: [] }] },
  ],
];

const HOST_CHARACTERS = 'r"""^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"""';
const HOST = '"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$"';
const address = (type: string, value: string) => ({ type, value });
const uniqueAddress = (type: string, value: string): [string, Cases][] => {
  const cases: Cases = { good: [[address(type, value)]], bad: [[address(type, value), address(type, value)]] };
  return [
    [`self.all(a1,a1.type=="${type}"?self.exists_one(a2,a2.type==a1.type&&a2.value==a1.value):true)`, cases],
    [
      `self.all(a1,a1.type=="${type}"&&has(a1.value)?self.exists_one(a2,a2.type==a1.type&&has(a2.value)&&a2.value==a1.value):true)`,
      cases,
    ],
  ];
};
const listener = (more: object) => ({ name: 'a', port: 443, protocol: 'HTTPS', tls: { mode: 'Terminate' }, ...more });
const twoListeners: Cases = {
  good: [
    [listener({}), listener({ port: 444 })],
    [listener({ hostname: 'a' }), listener({ hostname: 'b' })],
  ],
  bad: [
    [listener({}), listener({})],
    [listener({ hostname: 'a' }), listener({ hostname: 'a' })],
  ],
};
const alternativeName = (type: string, field: string, value: string): [string, Cases][] => [
  [
    `!(self.type=="${type}"&&(!has(self.${field})||self.${field}==""))`,
    { good: [{ type, [field]: value }, { type: 'Other' }], bad: [{ type }, { type, [field]: '' }] },
  ],
  [
    `!(self.type!="${type}"&&has(self.${field})&&self.${field}!="")`,
    { good: [{ type, [field]: value }, { type: 'Other' }], bad: [{ type: 'Other', [field]: value }] },
  ],
];
const matchCount = (one: (i: number) => string) =>
  `${Array.from({ length: 16 }, (_, i) => `(self.size()>${i}?${one(i)}:0)`).join('+')}<=128`;
const rulesOf = (...sizes: number[]) => sizes.map((size) => ({ matches: Array.from({ length: size }, () => ({})) }));
const manyMatches: Cases = { good: [[], rulesOf(64, 64)], bad: [rulesOf(64, 64, 1)] };

/** By the expression without blanks and with one kind of quotes. */
const GATEWAY_API_CASES: Readonly<Record<string, Cases>> = {
  ...filterCases,
  ...repeatedFilters,
  ...prefixCases,
  ...Object.fromEntries([
    ...needs('type', 'ReplaceFullPath', 'replaceFullPath'),
    ...needs('type', 'ReplacePrefixMatch', 'replacePrefixMatch'),
    ...needs('protocol', 'GRPC', 'grpc'),
    ...needs('protocol', 'HTTP', 'http'),
    ...['//', '/./', '/../', '%2f', '%2F', '#'].map((part) => path(part, 'contains')),
    ...['/..', '/.'].map((part) => path(part, 'endsWith')),
    ...caCases('caCertificateRefs', 'wellKnownCACertificates'),
    ...caCases('caCertRefs', 'wellKnownCACerts'),
    ...uniqueAddress('IPAddress', '10.0.0.1'),
    ...uniqueAddress('Hostname', 'edge.example.com'),
    ...alternativeName('Hostname', 'hostname', 'a.example.com'),
    ...alternativeName('URI', 'uri', 'spiffe://a/b'),
  ]),
  [`self.all(p1,self.all(p2,${SAME_PARENT}${NAMESPACES}?(${SECTION_BOTH}&&(!has(p1.port)||p1.port==0)==(!has(p2.port)||p2.port==0)):true))`]:
    inclusion(parent),
  [`self.all(p1,self.exists_one(p2,${SAME_PARENT}${NAMESPACES}&&${SECTION_SAME}&&(((!has(p1.port)||p1.port==0)&&(!has(p2.port)||p2.port==0))||(has(p1.port)&&has(p2.port)&&p1.port==p2.port))))`]:
    uniqueness(parent),
  [`self.all(p1,self.all(p2,${SAME_PARENT}${NAMESPACES}?(${SECTION_BOTH}):true))`]: inclusion(parent),
  [`self.all(p1,self.exists_one(p2,${SAME_PARENT}${NAMESPACES}&&${SECTION_SAME}))`]: uniqueness(parent),
  [`self.all(p1,self.all(p2,${SAME_PARENT}?(${SECTION_BOTH}):true))`]: inclusion(target),
  [`self.all(p1,self.exists_one(p2,${SAME_PARENT}&&${SECTION_SAME}))`]: uniqueness(target),
  [`self.type=="Hostname"?self.value.matches(${HOST_CHARACTERS}):true`]: {
    good: [address('Hostname', 'a.example.com'), address('IPAddress', '_')],
    bad: [address('Hostname', 'a_b')],
  },
  [`self.type=="Hostname"?(!has(self.value)||self.value.matches(${HOST_CHARACTERS})):true`]: {
    good: [address('Hostname', 'a.example.com'), { type: 'Hostname' }],
    bad: [address('Hostname', 'a_b')],
  },
  'self.all(l,l.protocolin["HTTPS","TLS"]?has(l.tls):true)': {
    good: [[listener({})], [{ name: 'a', port: 80, protocol: 'HTTP' }]],
    bad: [[{ name: 'a', port: 443, protocol: 'HTTPS' }]],
  },
  'self.all(l,l.protocolin["HTTP","TCP","UDP"]?!has(l.tls):true)': {
    good: [[listener({})]],
    bad: [[listener({ protocol: 'HTTP' })]],
  },
  'self.all(l,l.protocolin["TCP","UDP"]?(!has(l.hostname)||l.hostname==""):true)': {
    good: [[listener({ hostname: 'a' })], [{ name: 'a', port: 1, protocol: 'TCP' }]],
    bad: [[{ name: 'a', port: 1, protocol: 'TCP', hostname: 'a' }]],
  },
  'self.all(l1,!has(l1.port)||self.exists_one(l2,has(l2.port)&&l1.port==l2.port&&l1.protocol==l2.protocol&&(has(l1.hostname)&&has(l2.hostname)?l1.hostname==l2.hostname:!has(l1.hostname)&&!has(l2.hostname))))':
    twoListeners,
  'self.all(l1,self.exists_one(l2,l1.port==l2.port&&l1.protocol==l2.protocol&&(has(l1.hostname)&&has(l2.hostname)?l1.hostname==l2.hostname:!has(l1.hostname)&&!has(l2.hostname))))':
    twoListeners,
  'self.all(l1,self.exists_one(l2,l1.name==l2.name))': {
    good: [[{ name: 'a' }, { name: 'b' }]],
    bad: [[{ name: 'a' }, { name: 'a' }]],
  },
  'self.all(l,(l.protocol=="HTTPS"&&has(l.tls))?(l.tls.mode==""||l.tls.mode=="Terminate"):true)': {
    good: [[listener({})], [listener({ tls: {} })]],
    bad: [[listener({ tls: { mode: 'Passthrough' } })]],
  },
  'self.all(l,(l.protocol=="TLS"?has(l.tls)&&has(l.tls.mode)&&l.tls.mode!="":true))': {
    good: [[listener({})], [listener({ protocol: 'TLS' })]],
    bad: [[{ name: 'a', port: 443, protocol: 'TLS' }]],
  },
  'self.mode=="Terminate"?size(self.certificateRefs)>0:true': {
    good: [{ mode: 'Passthrough' }, { certificateRefs: [{ name: 'a' }] }],
    bad: [{}, { mode: 'Terminate', certificateRefs: [] }],
  },
  'self.mode=="Terminate"?size(self.certificateRefs)>0||size(self.options)>0:true': {
    good: [{ mode: 'Passthrough' }, { certificateRefs: [{ name: 'a' }] }, { options: { a: 'b' } }],
    bad: [{}, { mode: 'Terminate', certificateRefs: [] }],
  },
  '(size(self.group)==0&&self.kind=="Service")?has(self.port):true': {
    good: [
      { name: 'cart', port: 80 },
      { kind: 'Bucket', group: 'a.example.com', name: 'x' },
    ],
    bad: [{ name: 'cart' }],
  },
  'has(self.type)?has(self.service)||has(self.method):true': { good: [{ service: 'a' }, { method: 'b' }], bad: [{}] },
  '(!has(self.type)||self.type=="Exact")&&has(self.service)?self.service.matches(r"""^(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*$"""):true':
    { good: [{ service: 'shop.Cart' }, { type: 'RegularExpression', service: '.*' }], bad: [{ service: 'a/b' }] },
  '(!has(self.type)||self.type=="Exact")&&has(self.method)?self.method.matches(r"""^[A-Za-z_][A-Za-z_0-9]*$"""):true': {
    good: [{ method: 'Add' }],
    bad: [{ method: 'Add/' }],
  },
  '(has(self.backendRefs)&&size(self.backendRefs)>0)?(!has(self.filters)||self.filters.all(f,!has(f.requestRedirect))):true':
    {
      good: [{ backendRefs: [{}] }, { filters: [{ requestRedirect: {} }] }],
      bad: [{ backendRefs: [{}], filters: [{ requestRedirect: {} }] }],
    },
  '!(self.exists(f,f.type=="RequestRedirect")&&self.exists(f,f.type=="URLRewrite"))': {
    good: [[{ type: 'RequestRedirect' }]],
    bad: [[{ type: 'RequestRedirect' }, { type: 'URLRewrite' }]],
  },
  '(self.typein["Exact","PathPrefix"])?self.value.startsWith("/"):true': {
    good: [
      { type: 'Exact', value: '/a' },
      { type: 'RegularExpression', value: 'a' },
    ],
    bad: [{ type: 'Exact', value: 'a' }],
  },
  'self.typein["Exact","PathPrefix"]||self.type=="RegularExpression"': {
    good: [{ type: 'Exact', value: '/a' }],
    bad: [{ type: 'Prefix', value: '/a' }],
  },
  '(self.typein["Exact","PathPrefix"])?self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&"()*+,;=:@]|[%][0-9a-fA-F]{2})+$"""):true':
    {
      good: [
        { type: 'Exact', value: '/a%20b' },
        { type: 'RegularExpression', value: '/[a]' },
      ],
      bad: [
        { type: 'Exact', value: '/a b' },
        { type: 'PathPrefix', value: '/a[b]' },
      ],
    },
  '!(has(self.request)&&has(self.backendRequest)&&duration(self.request)!=duration("0s")&&duration(self.backendRequest)>duration(self.request))':
    {
      good: [{ request: '10s', backendRequest: '2s' }, { request: '0s', backendRequest: '2s' }, {}],
      bad: [{ request: '1s', backendRequest: '2s' }],
    },
  '!has(self.cookieConfig)||!has(self.cookieConfig.lifetimeType)||self.cookieConfig.lifetimeType!="Permanent"||has(self.absoluteTimeout)':
    {
      good: [{}, { cookieConfig: { lifetimeType: 'Permanent' }, absoluteTimeout: '1h' }],
      bad: [{ cookieConfig: { lifetimeType: 'Permanent' } }],
    },
  '!has(self.cookieConfig)||self.type=="Cookie"': {
    good: [{}, { cookieConfig: {} }],
    bad: [{ type: 'Header', cookieConfig: {} }],
  },
  'self.all(key,key.matches(r"""^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"""))':
    { good: [{ 'a.example.com/x': 'y' }], bad: [{ 'a b': 'y' }] },
  'self.all(key,key.split("/")[0].size()<253)': { good: [{ 'a/b': 'y' }], bad: [{ [`${'a'.repeat(253)}/b`]: 'y' }] },
  'self.all(l1,!has(l1.name)||self.exists_one(l2,has(l2.name)&&l1.name==l2.name))': {
    good: [[{}, {}, { name: 'a' }]],
    bad: [[{ name: 'a' }, { name: 'a' }]],
  },
  '!(has(self.percent)&&has(self.fraction))': { good: [{ percent: 1 }], bad: [{ percent: 1, fraction: {} }] },
  'self.numerator<=self.denominator': { good: [{ numerator: 1 }], bad: [{ numerator: 3, denominator: 2 }] },
  '!("*"inself&&self.size()>1)': { good: [['*'], ['GET', 'PUT']], bad: [['*', 'GET']] },
  '!(duration(self)<duration("1s")||duration(self)>duration("1h"))': { good: ['10s'], bad: ['10ms', '2h'] },
  '!(duration(self)==duration("0s")||duration(self)>duration("1h"))': { good: ['10s'], bad: ['0s', '2h'] },
  'self.all(t1,self.exists_one(t2,t1.port==t2.port))': { good: [[{ port: 1 }]], bad: [[{ port: 1 }, { port: 1 }]] },
  'self.all(h,!isIP(h))': { good: [['a.example.com']], bad: [['10.0.0.1'], ['fe80::1']] },
  [`self.all(h,!h.contains("*")?h.matches(${HOST}):true)`]: { good: [['a.b', '*.a']], bad: [['a_b']] },
  [`self.all(h,h.contains("*")?(h.startsWith("*.")&&h.substring(2).matches(${HOST})):true)`]: {
    good: [['a.b', '*.a']],
    bad: [['a.*'], ['*a']],
  },
  'self.type=="ExternalHostname"?has(self.externalHostname):!has(self.externalHostname)': {
    good: [{ type: 'ExternalHostname', externalHostname: {} }, { type: 'Other' }],
    bad: [{ type: 'ExternalHostname' }, { type: 'Other', externalHostname: {} }],
  },
  '!self.endsWith(".cluster.local")': { good: ['a.example.com'], bad: ['a.b.svc.cluster.local'] },
  'self.mode=="ClientAndServer"?has(self.clientCertificateRef):!has(self.clientCertificateRef)': {
    good: [{ mode: 'ClientAndServer', clientCertificateRef: {} }, { mode: 'None' }],
    bad: [{ mode: 'ClientAndServer' }],
  },
  [matchCount((i) => `self[${i}].matches.size()`)]: manyMatches,
  [matchCount((i) => `(has(self[${i}].matches)?self[${i}].matches.size():0)`)]: manyMatches,
};

const CASES: Readonly<Record<string, Cases>> = {
  '(has(self.selector)?1:0)+(has(self.targetRefs)?1:0)<=1': oneTarget,
  '(has(self.selector)?1:0)+(has(self.targetRef)?1:0)+(has(self.targetRefs)?1:0)<=1': {
    good: [...oneTarget.good, { targetRef: {} }],
    bad: [...oneTarget.bad, { selector: {}, targetRef: {} }, { targetRef: {}, targetRefs: [] }],
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
  ...GATEWAY_API_CASES,
};

/** Every expression with the schemas it stands at, over all releases. */
function placesOfRules(): Map<string, Schema> {
  const places = new Map<string, Schema>();
  const visit = (schema: Schema | undefined): void => {
    if (!schema) return;
    for (const [rule] of schema.rules ?? []) places.set(rule, schema);
    for (const inner of Object.values(schema.properties ?? {})) visit(inner);
    visit(schema.items);
    visit(schema.values);
  };
  for (const definitions of [ISTIO_CRDS, GATEWAY_API_CRDS]) {
    const known = new KnownKinds(definitions);
    for (const type of known.types) {
      for (const channel of ['standard', 'experimental'] as const) {
        for (const { schema, versions } of known.all(type, channel)) for (const name of versions) visit(schema(name));
      }
    }
  }
  return places;
}

const places = placesOfRules();
const engine = new CelEngine();

// What no manifest can be held against, and a form of names that is not asked for here: it stands in a kind on trial alone.
const LEFT_ALONE = ['self==oldSelf', 'size(self)==0||format.dns1123Label().validate(self)==null'];

test('each expression of each release was tried, and each that was tried is one of a release', () => {
  const untried = [...places.keys()].filter((rule) => !Object.hasOwn(CASES, ruleKey(rule)));
  expect(untried.map(ruleKey).filter((key) => !LEFT_ALONE.includes(key))).toEqual([]);
  const keys = new Set([...places.keys()].map(ruleKey));
  expect(Object.keys(CASES).filter((key) => !keys.has(key))).toEqual([]);
});

describe.each([...places].filter(([rule]) => !LEFT_ALONE.includes(ruleKey(rule))))('%s', (rule, schema) => {
  const { good, bad } = CASES[ruleKey(rule)] ?? { good: [], bad: [] };

  test('accepts and refuses', () => {
    expect(good.length).toBeGreaterThan(0);
    expect(bad.length).toBeGreaterThan(0);
    for (const value of good) expect(engine.evaluate(rule, schema, value), JSON.stringify(value)).toBe('holds');
    for (const value of bad)
      expect(engine.evaluate(rule, schema, value), JSON.stringify(value)).toMatch(/^(?:fails|error)$/);
  });

  test('is not said to hold at a glance where it does not', () => {
    // Values of all the other expressions, too, of those that have the shape: whatever the glance takes, the expression takes.
    const all = Object.values(CASES).flatMap((cases) => [...cases.good, ...cases.bad]);
    const fitting = all.filter(
      (value) => walk(schema, value, (pattern, text) => new RegExp(pattern).test(text)).faults.length === 0,
    );
    expect(bad.filter((value) => glanceAt(rule, gatewayApiGlance).plainlyHolds(value))).toEqual([]);
    const wrong = fitting.filter(
      (value) =>
        glanceAt(rule, gatewayApiGlance).plainlyHolds(value) && engine.evaluate(rule, schema, value) !== 'holds',
    );
    expect(wrong).toEqual([]);
  });
});

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
