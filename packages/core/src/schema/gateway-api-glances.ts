import { isPlainMapping } from '../source/plain-mapping.ts';
import { field as at, type Test as Holds, lacks } from './known-rules.ts';

const everyItem =
  (holds: Holds): Holds =>
  (value) =>
    Array.isArray(value) && value.every((item) => isPlainMapping(item) && holds(item));
const listOf = (value: unknown, key: string): readonly unknown[] => {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
};
/** Whether a field says a word other than one; what is not written may have a default. */
const isOther = (value: unknown, key: string, word: string): boolean => {
  const written = at(value, key);
  return typeof written === 'string' && written !== word;
};

const distinct =
  (key: string): Holds =>
  (value) => {
    if (!Array.isArray(value)) return false;
    const seen = value.map((item) => at(item, key));
    return seen.every((one) => one !== undefined) && new Set(seen).size === seen.length;
  };
const named: Holds = (value) => {
  if (!Array.isArray(value)) return false;
  const names = value.map((item) => at(item, 'name')).filter((name) => name !== undefined);
  return value.every(isPlainMapping) && new Set(names).size === names.length;
};
/** References that each name another object. */
const otherObjects: Holds = distinct('name');
const plainPath: Holds = (value) => {
  const path = at(value, 'value');
  if (
    !isPlainMapping(value) ||
    ![undefined, 'Exact', 'PathPrefix', 'RegularExpression'].includes(at(value, 'type') as string)
  )
    return false;
  return (
    path === undefined ||
    (typeof path === 'string' && /^(?:\/[\w-][\w.-]*)*\/?$/.test(path) && path.startsWith('/') && !path.endsWith('.'))
  );
};
const replacesPrefix = (filter: unknown): boolean =>
  ['urlRewrite', 'requestRedirect'].some((key) => at(at(at(filter, key), 'path'), 'replacePrefixMatch') !== undefined);
const onePrefix: Holds = (rule) => {
  if (!isPlainMapping(rule)) return false;
  const matches = listOf(rule, 'matches');
  return matches.length === 1 && at(at(matches[0], 'path'), 'type') === 'PathPrefix';
};
const replacesNoPrefix: Holds = (rule) =>
  isPlainMapping(rule) &&
  !listOf(rule, 'filters').some(replacesPrefix) &&
  listOf(rule, 'backendRefs').every(lacks('filters'));
const replacesRightly: Holds = (rule) => replacesNoPrefix(rule) || onePrefix(rule);
const typesOnce: Holds = (filters) => {
  if (!Array.isArray(filters)) return false;
  const types = filters.map((filter) => at(filter, 'type'));
  return types.every((type) => typeof type === 'string') && new Set(types).size === types.length;
};
const redirectsOrRewrites: Holds = (filters) => {
  if (!Array.isArray(filters)) return false;
  const types = filters.map((filter) => at(filter, 'type'));
  return (
    types.every((type) => typeof type === 'string') &&
    !(types.includes('RequestRedirect') && types.includes('URLRewrite'))
  );
};
const fewMatches: Holds = (rules) =>
  Array.isArray(rules) &&
  rules.length <= 16 &&
  rules.reduce((sum: number, rule) => sum + listOf(rule, 'matches').length, 0) <= 128 &&
  rules.every((rule) => at(rule, 'matches') !== undefined);
const listener =
  (holds: (protocol: string, listener: unknown) => boolean): Holds =>
  (value) =>
    everyItem((item) => {
      const protocol = at(item, 'protocol');
      return typeof protocol === 'string' && holds(protocol, item);
    })(value);
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const hostName = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*\.[a-z]+$/;
const plainHosts: Holds = (hosts) =>
  Array.isArray(hosts) && hosts.every((host) => typeof host === 'string' && host.length < 200 && hostName.test(host));
const plainKeys: Holds = (value) =>
  isPlainMapping(value) &&
  Object.keys(value).every(
    (key) => key.length < 60 && /^[a-z0-9]+(?:[.-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[.-][a-z0-9]+)*)?$/.test(key),
  );

const CA = /^!?\((?:has\(self\.(caCertRefs|caCertificateRefs)\)).*self\.(wellKnown\w+)!=""\)$/;

/** Forms of expressions, with what makes each of them hold for the usual value. */
const FORMS: readonly (readonly [RegExp, (...words: string[]) => Holds])[] = [
  [
    /^!\(has\(self\.(\w+)\)&&self\.type!="(\w+)"\)$/,
    (field = '', type) =>
      (value) =>
        lacks(field)(value) || at(value, 'type') === type,
  ],
  [
    /^!\(!has\(self\.(\w+)\)&&self\.type=="(\w+)"\)$/,
    (field = '', type = '') =>
      (value) =>
        at(value, field) !== undefined || isOther(value, 'type', type),
  ],
  [
    /^self\.(type|protocol)=="(\w+)"\?has\(self\.(\w+)\):true$/,
    (key = '', word = '', field = '') =>
      (value) =>
        at(value, field) !== undefined || isOther(value, key, word),
  ],
  [
    /^has\(self\.(\w+)\)\?self\.(type|protocol)=="(\w+)":true$/,
    (field = '', key = '', word) =>
      (value) =>
        lacks(field)(value) || at(value, key) === word,
  ],
  [/^self\.filter\(f,f\.type=="\w+"\)\.size\(\)<=1$/, () => typesOnce],
  [/^\(self\.typein\["Exact","PathPrefix"\]\)\?!?self\.value\./, () => plainPath],
  [/^self\.typein\["Exact","PathPrefix"\]\|\|/, () => plainPath],
  [/replacePrefixMatch\).*self\.matches\[0\]/, () => replacesRightly],
  [/^self\.all\(p1,self\.(?:all|exists_one)\(p2,/, () => otherObjects],
  [/^\(self\.size\(\)>0\?.*matches\.size\(\).*<=128$/, () => fewMatches],
  [
    CA,
    (refs = '', known = '') =>
      (value) =>
        isPlainMapping(value) && listOf(value, refs).length > 0 !== isText(at(value, known)),
  ],
];

const KNOWN: ReadonlyMap<string, Holds> = new Map<string, Holds>([
  [
    '(has(self.backendRefs)&&size(self.backendRefs)>0)?(!has(self.filters)||self.filters.all(f,!has(f.requestRedirect))):true',
    (rule) =>
      isPlainMapping(rule) &&
      (at(rule, 'backendRefs') === undefined ||
        listOf(rule, 'filters').every((filter) => at(filter, 'requestRedirect') === undefined)),
  ],
  ['!(self.exists(f,f.type=="RequestRedirect")&&self.exists(f,f.type=="URLRewrite"))', redirectsOrRewrites],
  ['(size(self.group)==0&&self.kind=="Service")?has(self.port):true', (value) => at(value, 'port') !== undefined],
  ['self.all(l1,self.exists_one(l2,l1.name==l2.name))', distinct('name')],
  [
    'self.all(l1,self.exists_one(l2,l1.port==l2.port&&l1.protocol==l2.protocol&&(has(l1.hostname)&&has(l2.hostname)?l1.hostname==l2.hostname:!has(l1.hostname)&&!has(l2.hostname))))',
    distinct('port'),
  ],
  [
    'self.all(l1,!has(l1.port)||self.exists_one(l2,has(l2.port)&&l1.port==l2.port&&l1.protocol==l2.protocol&&(has(l1.hostname)&&has(l2.hostname)?l1.hostname==l2.hostname:!has(l1.hostname)&&!has(l2.hostname))))',
    distinct('port'),
  ],
  [
    'self.all(l,l.protocolin["HTTPS","TLS"]?has(l.tls):true)',
    listener((protocol, one) => !['HTTPS', 'TLS'].includes(protocol) || at(one, 'tls') !== undefined),
  ],
  [
    'self.all(l,l.protocolin["HTTP","TCP","UDP"]?!has(l.tls):true)',
    listener((protocol, one) => !['HTTP', 'TCP', 'UDP'].includes(protocol) || at(one, 'tls') === undefined),
  ],
  [
    'self.all(l,l.protocolin["TCP","UDP"]?(!has(l.hostname)||l.hostname==""):true)',
    listener((protocol, one) => !['TCP', 'UDP'].includes(protocol) || at(one, 'hostname') === undefined),
  ],
  [
    'self.all(l,(l.protocol=="HTTPS"&&has(l.tls))?(l.tls.mode==""||l.tls.mode=="Terminate"):true)',
    listener(
      (protocol, one) => protocol !== 'HTTPS' || at(at(one, 'tls'), 'mode') === 'Terminate' || lacks('tls')(one),
    ),
  ],
  [
    'self.all(l,(l.protocol=="TLS"?has(l.tls)&&has(l.tls.mode)&&l.tls.mode!="":true))',
    listener((protocol, one) => protocol !== 'TLS' || isText(at(at(one, 'tls'), 'mode'))),
  ],
  [
    'self.mode=="Terminate"?size(self.certificateRefs)>0:true',
    (tls) => listOf(tls, 'certificateRefs').length > 0 || isOther(tls, 'mode', 'Terminate'),
  ],
  [
    'self.mode=="Terminate"?size(self.certificateRefs)>0||size(self.options)>0:true',
    (tls) => listOf(tls, 'certificateRefs').length > 0 || isOther(tls, 'mode', 'Terminate'),
  ],
  ['self.all(l1,!has(l1.name)||self.exists_one(l2,has(l2.name)&&l1.name==l2.name))', named],
  [
    'has(self.type)?has(self.service)||has(self.method):true',
    (value) => isText(at(value, 'service')) || isText(at(value, 'method')),
  ],
  ['!(has(self.percent)&&has(self.fraction))', (value) => lacks('percent')(value) || lacks('fraction')(value)],
  [
    '!(has(self.request)&&has(self.backendRequest)&&duration(self.request)!=duration("0s")&&duration(self.backendRequest)>duration(self.request))',
    (value) => lacks('request')(value) || lacks('backendRequest')(value),
  ],
  [
    '!has(self.cookieConfig)||!has(self.cookieConfig.lifetimeType)||self.cookieConfig.lifetimeType!="Permanent"||has(self.absoluteTimeout)',
    lacks('cookieConfig'),
  ],
  ['!has(self.cookieConfig)||self.type=="Cookie"', lacks('cookieConfig')],
  ['self.all(h,!isIP(h))', plainHosts],
  [
    'self.all(key,key.matches(r"""^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"""))',
    plainKeys,
  ],
  ['self.all(key,key.split("/")[0].size()<253)', plainKeys],
]);
const HOSTS = /^self\.all\(h,!?h\.contains\("\*"\)/;
const GRPC_NAME = /^\(!has\(self\.type\)\|\|self\.type=="Exact"\)&&has\(self\.(service|method)\)/;

/**
 * What makes an expression of the Gateway API hold for the usual value, so that nearly no route needs the library that runs them.
 * `key`: without blanks and with one kind of quotes. Undefined where nothing is known.
 */
export function gatewayApiGlance(key: string): Holds | undefined {
  const known = KNOWN.get(key);
  if (known) return known;
  if (HOSTS.test(key)) return plainHosts;
  const field = GRPC_NAME.exec(key)?.[1];
  if (field !== undefined)
    return (value) =>
      lacks(field)(value) ||
      /^[a-zA-Z_]+(?:\.[a-zA-Z_]+)*$/.test(
        field === 'method' ? String(at(value, field)).replaceAll('.', '/') : String(at(value, field)),
      );
  for (const [form, holds] of FORMS) {
    const found = form.exec(key);
    if (found) return holds(...found.slice(1));
  }
  return undefined;
}
