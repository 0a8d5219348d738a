import { isPlainMapping, ruleKey } from '@meshvet/core';
import type { CelWords } from './cel-words.ts';

// What the expressions in the definitions of the Gateway API demand (kubernetes-sigs/gateway-api config/crd, 1.0 to 1.6).

const at = (value: unknown, key: string): unknown =>
  isPlainMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
const isOneOf = (value: unknown, ...words: readonly string[]): boolean =>
  typeof value === 'string' && words.includes(value);

/** Expressions that differ only in the words they are about. */
const FORMS: readonly (readonly [RegExp, (...words: string[]) => CelWords])[] = [
  [
    /^!\(has\(self\.(\w+)\)&&self\.type!="(\w+)"\)$/,
    (field, type) => ({ demand: `has "${field}", which goes with type ${type} only`, at: [field ?? '', 'type'] }),
  ],
  [
    /^!\(!has\(self\.(\w+)\)&&self\.type=="(\w+)"\)$/,
    (field, type) => ({ demand: `has type ${type} and no "${field}"`, at: ['type'] }),
  ],
  [
    /^self\.(type|protocol)=="(\w+)"\?has\(self\.(\w+)\):true$/,
    (key, word, field) => ({ demand: `has ${key} ${word} and no "${field}"`, at: [key ?? ''] }),
  ],
  [
    /^has\(self\.(\w+)\)\?self\.(type|protocol)=="(\w+)":true$/,
    (field, key, word) => ({
      demand: `has "${field}", which goes with ${key} ${word} only`,
      at: [field ?? '', key ?? ''],
    }),
  ],
  [
    /^self\.filter\(f,f\.type=="(\w+)"\)\.size\(\)<=1$/,
    (type) => ({
      demand: `has more than one filter of type ${type}`,
      item: { isWrong: repeated('type', type ?? ''), at: ['type'] },
    }),
  ],
  [
    /^\(self\.typein\["Exact","PathPrefix"\]\)\?!self\.value\.contains\("(.+)"\):true$/,
    (part) => ({ demand: `has "${part}" in the path, which only a RegularExpression may have`, at: ['value'] }),
  ],
  [
    /^\(self\.typein\["Exact","PathPrefix"\]\)\?!self\.value\.endsWith\("(.+)"\):true$/,
    (part) => ({ demand: `has a path that ends with "${part}", which only a RegularExpression may`, at: ['value'] }),
  ],
  [
    /exists_one\(f,has\(f\.(requestRedirect|urlRewrite)\).*replacePrefixMatch\)/,
    (filter) => ({
      demand: `replaces a prefix (${filter}.path.replacePrefixMatch), for which the rule has to have one match, and that of type PathPrefix`,
      at: ['filters', 'backendRefs'],
    }),
  ],
  [
    /^self\.all\(p1,self\.all\(p2,.*sectionName/,
    () => ({ demand: 'names one object several times, once with a sectionName or port and once without' }),
  ],
  [
    /^self\.all\(p1,self\.exists_one\(p2,.*sectionName/,
    () => ({ demand: 'names one object twice, and with the same sectionName and port' }),
  ],
  [
    /^\(self\.size\(\)>0\?.*matches\.size\(\).*<=128$/,
    () => ({ demand: 'has more than 128 matches in all its rules together' }),
  ],
  [/^self\.all\(a1,a1\.type=="(IPAddress|Hostname)"/, (type) => ({ demand: `has an address of type ${type} twice` })],
  [
    /^self\.type=="Hostname"\?.*self\.value\.matches/,
    () => ({ demand: 'is of type Hostname, and its value is no host name', at: ['value'] }),
  ],
  [
    /^\(!has\(self\.type\)\|\|self\.type=="Exact"\)&&has\(self\.(service|method)\)/,
    (field) => ({ demand: `has a ${field} that is no name of gRPC`, at: [field ?? ''] }),
  ],
  [
    /^self\.type(==|!=)"(Hostname|URI)"|^!\(self\.type(==|!=)"(Hostname|URI)"/,
    (...found) => {
      const type = found[1] ?? found[3];
      const field = type === 'URI' ? 'uri' : 'hostname';
      const isOf = (found[0] ?? found[2]) === '==';
      return isOf
        ? { demand: `is of type ${type} and has no "${field}"`, at: ['type'] }
        : { demand: `has "${field}", which goes with type ${type} only`, at: [field] };
    },
  ],
];

function repeated(key: string, word: string) {
  return (item: unknown, i: number, list: readonly unknown[]): boolean =>
    at(item, key) === word && list.slice(0, i).some((one) => at(one, key) === word);
}

const RULE_NAMES: CelWords = {
  demand: 'has two rules of one name',
  item: {
    isWrong: (item, i, list) =>
      at(item, 'name') !== undefined && list.slice(0, i).some((one) => at(one, 'name') === at(item, 'name')),
    at: ['name'],
  },
};
const CA_TWICE: CelWords = {
  demand: 'names certificates of its own and well-known ones; only one of the two may be set',
  at: ['wellKnownCACertificates', 'wellKnownCACerts', 'caCertificateRefs', 'caCertRefs'],
};
const CA_MISSING: CelWords = {
  demand: 'says of no certificate to check with: it has neither caCertificateRefs nor wellKnownCACertificates',
};
const LISTENER_TWICE: CelWords = {
  demand: 'has two listeners with one port, protocol and hostname',
  item: {
    isWrong: (item, i, list) =>
      list.slice(0, i).some((one) => ['port', 'protocol', 'hostname'].every((key) => at(one, key) === at(item, key))),
    at: ['port'],
  },
};

const WORDS: readonly (readonly [string, CelWords])[] = [
  ['!(has(self.caCertRefs)&&size(self.caCertRefs)>0&&has(self.wellKnownCACerts)&&self.wellKnownCACerts!="")', CA_TWICE],
  [
    '!(has(self.caCertificateRefs)&&size(self.caCertificateRefs)>0&&has(self.wellKnownCACertificates)&&self.wellKnownCACertificates!="")',
    CA_TWICE,
  ],
  [
    '(has(self.caCertRefs)&&size(self.caCertRefs)>0||has(self.wellKnownCACerts)&&self.wellKnownCACerts!="")',
    CA_MISSING,
  ],
  [
    '(has(self.caCertificateRefs)&&size(self.caCertificateRefs)>0||has(self.wellKnownCACertificates)&&self.wellKnownCACertificates!="")',
    CA_MISSING,
  ],
  [
    'self.all(l,l.protocolin["HTTPS","TLS"]?has(l.tls):true)',
    {
      demand: 'has a listener of protocol HTTPS or TLS without a tls block',
      item: {
        isWrong: (item) => isOneOf(at(item, 'protocol'), 'HTTPS', 'TLS') && at(item, 'tls') === undefined,
        at: ['protocol'],
      },
    },
  ],
  [
    'self.all(l,l.protocolin["HTTP","TCP","UDP"]?!has(l.tls):true)',
    {
      demand: 'has a tls block at a listener of protocol HTTP, TCP or UDP, which end no TLS',
      item: {
        isWrong: (item) => isOneOf(at(item, 'protocol'), 'HTTP', 'TCP', 'UDP') && at(item, 'tls') !== undefined,
        at: ['tls'],
      },
    },
  ],
  [
    'self.all(l,l.protocolin["TCP","UDP"]?(!has(l.hostname)||l.hostname==""):true)',
    {
      demand: 'has a hostname at a listener of protocol TCP or UDP, which see none',
      item: {
        isWrong: (item) => isOneOf(at(item, 'protocol'), 'TCP', 'UDP') && Boolean(at(item, 'hostname')),
        at: ['hostname'],
      },
    },
  ],
  [
    'self.all(l1,self.exists_one(l2,l1.name==l2.name))',
    {
      demand: 'has two listeners of one name',
      item: {
        isWrong: (item, i, list) => list.slice(0, i).some((one) => at(one, 'name') === at(item, 'name')),
        at: ['name'],
      },
    },
  ],
  [
    'self.all(l1,self.exists_one(l2,l1.port==l2.port&&l1.protocol==l2.protocol&&(has(l1.hostname)&&has(l2.hostname)?l1.hostname==l2.hostname:!has(l1.hostname)&&!has(l2.hostname))))',
    LISTENER_TWICE,
  ],
  [
    'self.all(l1,!has(l1.port)||self.exists_one(l2,has(l2.port)&&l1.port==l2.port&&l1.protocol==l2.protocol&&(has(l1.hostname)&&has(l2.hostname)?l1.hostname==l2.hostname:!has(l1.hostname)&&!has(l2.hostname))))',
    LISTENER_TWICE,
  ],
  [
    'self.all(l,(l.protocol=="HTTPS"&&has(l.tls))?(l.tls.mode==""||l.tls.mode=="Terminate"):true)',
    {
      demand:
        'has a listener of protocol HTTPS with tls mode Passthrough; HTTPS ends TLS (Terminate), for Passthrough the protocol is TLS',
      item: {
        isWrong: (item) =>
          at(item, 'protocol') === 'HTTPS' &&
          ![undefined, '', 'Terminate'].includes(at(at(item, 'tls'), 'mode') as string),
        at: ['tls'],
      },
    },
  ],
  [
    'self.all(l,(l.protocol=="TLS"?has(l.tls)&&has(l.tls.mode)&&l.tls.mode!="":true))',
    {
      demand: 'has a listener of protocol TLS that does not say its tls mode',
      item: {
        isWrong: (item) => at(item, 'protocol') === 'TLS' && !at(at(item, 'tls'), 'mode'),
        at: ['tls', 'protocol'],
      },
    },
  ],
  [
    'self.mode=="Terminate"?size(self.certificateRefs)>0:true',
    { demand: 'ends TLS (mode Terminate, the default) and has no certificateRefs', at: ['mode'] },
  ],
  [
    'self.mode=="Terminate"?size(self.certificateRefs)>0||size(self.options)>0:true',
    { demand: 'ends TLS (mode Terminate, the default) and has neither certificateRefs nor options', at: ['mode'] },
  ],
  [
    '(size(self.group)==0&&self.kind=="Service")?has(self.port):true',
    { demand: 'refers to a Service and names no port of it', at: ['name'] },
  ],
  ['has(self.type)?has(self.service)||has(self.method):true', { demand: 'names neither a service nor a method' }],
  [
    '(has(self.backendRefs)&&size(self.backendRefs)>0)?(!has(self.filters)||self.filters.all(f,!has(f.requestRedirect))):true',
    { demand: 'has backendRefs beside a RequestRedirect, which sends nothing to a backend', at: ['backendRefs'] },
  ],
  [
    '!(self.exists(f,f.type=="RequestRedirect")&&self.exists(f,f.type=="URLRewrite"))',
    {
      demand: 'redirects and rewrites; only one of RequestRedirect and URLRewrite may be there',
      item: { isWrong: (item) => at(item, 'type') === 'URLRewrite', at: ['type'] },
    },
  ],
  [
    '(self.typein["Exact","PathPrefix"])?self.value.startsWith("/"):true',
    { demand: 'has a path that does not begin with "/"', at: ['value'] },
  ],
  [
    'self.typein["Exact","PathPrefix"]||self.type=="RegularExpression"',
    {
      demand: 'has a type that is none of Exact, PathPrefix and RegularExpression',
      at: ['type'],
    },
  ],
  [
    '(self.typein["Exact","PathPrefix"])?self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&"()*+,;=:@]|[%][0-9a-fA-F]{2})+$"""):true',
    { demand: 'has a letter in its path that a path cannot have', at: ['value'] },
  ],
  [
    '!(has(self.request)&&has(self.backendRequest)&&duration(self.request)!=duration("0s")&&duration(self.backendRequest)>duration(self.request))',
    {
      demand: 'gives the request to the backend (backendRequest) more time than the whole (request)',
      at: ['backendRequest'],
    },
  ],
  [
    '!has(self.cookieConfig)||!has(self.cookieConfig.lifetimeType)||self.cookieConfig.lifetimeType!="Permanent"||has(self.absoluteTimeout)',
    { demand: 'has a permanent cookie and no absoluteTimeout', at: ['cookieConfig'] },
  ],
  [
    '!has(self.cookieConfig)||self.type=="Cookie"',
    { demand: 'has cookieConfig, which goes with type Cookie only', at: ['cookieConfig'] },
  ],
  [
    'self.all(key,key.matches(r"""^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"""))',
    { demand: 'has a key that no annotation can have' },
  ],
  ['self.all(key,key.split("/")[0].size()<253)', { demand: 'has a key whose prefix is longer than 252 letters' }],
  ['self.all(l1,!has(l1.name)||self.exists_one(l2,has(l2.name)&&l1.name==l2.name))', RULE_NAMES],
  ['!(has(self.percent)&&has(self.fraction))', { demand: 'sets both "percent" and "fraction"', at: ['fraction'] }],
  ['self.numerator<=self.denominator', { demand: 'has a numerator above its denominator', at: ['numerator'] }],
  ['!("*"inself&&self.size()>1)', { demand: 'has "*" beside other words; "*" stands alone' }],
  [
    '!(duration(self)<duration("1s")||duration(self)>duration("1h"))',
    { demand: 'has to be between a second and an hour' },
  ],
  [
    '!(duration(self)==duration("0s")||duration(self)>duration("1h"))',
    { demand: 'has to be more than nothing and an hour at most' },
  ],
  ['self.all(t1,self.exists_one(t2,t1.port==t2.port))', { demand: 'has two entries for one port' }],
  ['self.all(h,!isIP(h))', { demand: 'holds an IP address; TLS names its server by a host name (SNI)' }],
  [
    'self.all(h,!h.contains("*")?h.matches("^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$"):true)',
    { demand: 'holds what is no host name' },
  ],
  [
    'self.all(h,h.contains("*")?(h.startsWith("*.")&&h.substring(2).matches("^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$")):true)',
    { demand: 'holds a wildcard that is not the whole first label of a host name' },
  ],
  [
    'self.type=="ExternalHostname"?has(self.externalHostname):!has(self.externalHostname)',
    {
      demand: 'has to have externalHostname with type ExternalHostname, and only there',
      at: ['externalHostname', 'type'],
    },
  ],
  ['!self.endsWith(".cluster.local")', { demand: 'is a name inside the cluster' }],
  ['size(self)==0||format.dns1123Label().validate(self)==null', { demand: 'is no DNS label' }],
  [
    'self.mode=="ClientAndServer"?has(self.clientCertificateRef):!has(self.clientCertificateRef)',
    {
      demand: 'has to have clientCertificateRef with mode ClientAndServer, and only there',
      at: ['clientCertificateRef', 'mode'],
    },
  ],
];

const BY_KEY: ReadonlyMap<string, CelWords> = new Map(WORDS);

/** What an expression of the Gateway API demands, in our words; undefined for one that is not of it. */
export function gatewayApiCelWords(expression: string): CelWords | undefined {
  const key = ruleKey(expression);
  const known = BY_KEY.get(key);
  if (known) return known;
  for (const [form, words] of FORMS) {
    const found = form.exec(key);
    if (found) return words(...found.slice(1));
  }
  return undefined;
}
