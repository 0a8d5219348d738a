import { isPlaceholder } from '../source/placeholder.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import { isBlank } from './walk.ts';

/** An expression without the differences that say nothing: blanks, and the kind of quotes. */
export function ruleKey(expression: string): string {
  return expression.replaceAll(/\s+/g, '').replaceAll("'", '"');
}

/** The fields of `self` that an expression reads, and whether it reads `self` in any other way, too. */
export function readsOf(expression: string): { readonly fields: readonly string[]; readonly whole: boolean } {
  const fields = new Set<string>();
  let whole = false;
  for (const [, field] of expression.matchAll(/\bself\b(?:\.([A-Za-z_]\w*)(?!\w*\s*\())?/g)) {
    if (field === undefined) whole = true;
    else fields.add(field);
  }
  return { fields: [...fields], whole };
}

/** Whether a rule holds for a value as far as that can be told without running it; false asks the expression. */
export type Test = (value: unknown) => boolean;

const isText =
  (holds: (text: string) => boolean): Test =>
  (value) =>
    typeof value === 'string' && holds(value);
const isPort: Test = (value) => typeof value === 'number' && value > 0 && value <= 65535;
const notUnix = isText((text) => !text.startsWith('unix://'));
const everyKey =
  (holds: (key: string) => boolean): Test =>
  (value) =>
    isPlainMapping(value) && Object.keys(value).every(holds);
/** What a mapping has under a key; undefined for a null, and for what is no mapping. */
export const field = (value: unknown, key: string): unknown =>
  isPlainMapping(value) && Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined;
/** Without a field that a rule is about, there is nothing to refuse. */
export const lacks =
  (...keys: readonly string[]): Test =>
  (value) =>
    isPlainMapping(value) && keys.every((key) => field(value, key) === undefined);
const isOther =
  (key: string, ...refused: readonly string[]): Test =>
  (value) => {
    const written = field(value, key);
    return (
      isPlainMapping(value) && (written === undefined || (typeof written === 'string' && !refused.includes(written)))
    );
  };
const oneOf =
  (...tests: readonly Test[]): Test =>
  (value) =>
    tests.some((test) => test(value));

const isAttachable =
  (targets: readonly string[]): Test =>
  (value) =>
    targets.includes(`${String(field(value, 'group'))}/${String(field(value, 'kind'))}`);
const FIRST_TARGETS = ['core/Service', '/Service', 'gateway.networking.k8s.io/Gateway'];
const noSubnets: Test = (value) => {
  const addresses = field(value, 'addresses');
  return Array.isArray(addresses) && addresses.every((one) => typeof one === 'string' && !one.includes('/'));
};
const differentNumbers: Test = (value) => {
  if (!Array.isArray(value)) return false;
  const numbers = value.map((item) => field(item, 'number'));
  return numbers.every((number) => typeof number === 'number') && new Set(numbers).size === numbers.length;
};
const usualUrl = isText((text) => /^(?:https?|oci|file):\/\/[\w./-]+$/.test(text));
const addressWithPorts = oneOf(lacks('ports'), (value) => notUnix(field(value, 'address')));
const waypoint: Test = (value) => lacks('waypoint')(value) && isOther('context', 'WAYPOINT')(value);
const subnets = oneOf(lacks('addresses'), noSubnets);
const endpoints = oneOf(
  lacks('endpoints'),
  (value) => field(value, 'resolution') !== undefined && isOther('resolution', 'NONE')(value),
);
const roundRobin = oneOf(lacks('endpoints'), isOther('resolution', 'DNS_ROUND_ROBIN'));
const upsert = isOther('operation', 'UPSERT');

/**
 * What makes the rules of Istio hold at a glance, so that nearly no run needs a library for them. Not the rules themselves: where the
 * answer is no, the expression decides.
 */
const HOLDS: ReadonlyMap<string, Test> = new Map([
  ['duration(self)>=duration("1ms")', isText((text) => /^[1-9]\d{0,4}(?:ms|s|m|h)$/.test(text))],
  ['0<self&&self<=65535', isPort],
  ['!self.contains("*")', isText((text) => !text.includes('*'))],
  ['self!="*"', isText((text) => text !== '*')],
  ['self.size()==0', isText((text) => text === '')],
  ['selfin["","HTTP","HTTPS"]', isText((text) => ['', 'HTTP', 'HTTPS'].includes(text))],
  ['url(self).getScheme()in["http","https"]', isText((text) => /^https?:\/\/[\w./-]+$/.test(text))],
  [
    'isURL(self)?(url(self).getScheme()in["","http","https","oci","file"]):(isURL("http://"+self)&&url("http://"+self).getScheme()in["","http","https","oci","file"])',
    usualUrl,
  ],
  [
    'isURL(self)?(url(self).getScheme()in["","http","https","file","oci"]):(isURL("http://"+self)&&url("http://"+self).getScheme()in["","http","https","file","oci"])',
    usualUrl,
  ],
  ['self.all(key,!key.contains("*"))', everyKey((key) => !key.includes('*'))],
  ['self.all(key,key.size()!=0)', everyKey((key) => key !== '')],
  ['self.all(key,0<int(key)&&int(key)<=65535)', everyKey((key) => /^[1-9]\d{0,3}$/.test(key))],
  [
    'self.all(key,size(key)<63&&key.matches("^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$"))',
    everyKey((key) => /^[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*$/.test(key) && key.length < 60),
  ],
  ['self.all(l1,self.exists_one(l2,l1.number==l2.number))', differentNumbers],
  ['self.startsWith("unix://")?(self.substring(7,8)=="/"||self.substring(7,8)=="@"):true', notUnix],
  ['self.startsWith("unix://")?!self.endsWith("/"):true', notUnix],
  ['(has(self.address)?self.address:"").startsWith("unix://")?!has(self.ports):true', addressWithPorts],
  ['(has(self.address)&&self.address.startsWith("unix://"))?!has(self.ports):true', addressWithPorts],
  ['has(self.address)||has(self.network)', (value) => field(value, 'address') !== undefined],
  [
    '[self.group,self.kind]in[["core","Service"],["","Service"],["gateway.networking.k8s.io","Gateway"]]',
    isAttachable(FIRST_TARGETS),
  ],
  [
    '[self.group,self.kind]in[["core","Service"],["","Service"],["gateway.networking.k8s.io","Gateway"],["networking.istio.io","ServiceEntry"]]',
    isAttachable([...FIRST_TARGETS, 'networking.istio.io/ServiceEntry']),
  ],
  [
    'has(self.context)?((self.context=="WAYPOINT")?has(self.waypoint):!has(self.waypoint)):!has(self.waypoint)',
    waypoint,
  ],
  [
    '!((has(self.addresses)?self.addresses:[]).exists(k,k.contains("/"))&&!((has(self.resolution)?self.resolution:"NONE")in["STATIC","NONE"]))',
    subnets,
  ],
  [
    '!(has(self.addresses)&&self.addresses.exists(k,k.contains("/"))&&(has(self.resolution)&&self.resolution!="STATIC"&&self.resolution!="NONE"))',
    subnets,
  ],
  ['((has(self.resolution)?self.resolution:"NONE")=="NONE")?!has(self.endpoints):true', endpoints],
  ['(!has(self.resolution)||self.resolution=="NONE")?!has(self.endpoints):true', endpoints],
  [
    '((has(self.resolution)?self.resolution:"")=="DNS_ROUND_ROBIN")?((has(self.endpoints)?self.endpoints:[]).size()<=1):true',
    roundRobin,
  ],
  [
    '(has(self.resolution)&&self.resolution=="DNS_ROUND_ROBIN")?(!has(self.endpoints)||size(self.endpoints)==1):true',
    roundRobin,
  ],
  [
    '(has(self.serviceAccounts)||has(self.notServiceAccounts))?(!has(self.principals)&&!has(self.notPrincipals)&&!has(self.namespaces)&&!has(self.notNamespaces)):true',
    lacks('serviceAccounts', 'notServiceAccounts'),
  ],
  [
    'has(self.portLevelMtls)?(((has(self.selector)&&has(self.selector.matchLabels))?self.selector.matchLabels:{}).size()>0):true',
    lacks('portLevelMtls'),
  ],
  [
    '(has(self.selector)&&has(self.selector.matchLabels)&&self.selector.matchLabels.size()>0)||!has(self.portLevelMtls)',
    lacks('portLevelMtls'),
  ],
  [
    '(has(self.valueFrom)?self.valueFrom:"")!="HOST"||!has(self.value)',
    oneOf(lacks('value'), isOther('valueFrom', 'HOST')),
  ],
  ['((has(self.operation)?self.operation:"")=="UPSERT")?self.value!="":true', upsert],
  ['((has(self.operation)?self.operation:"")=="UPSERT")?(self.value!=""):true', upsert],
  ['((has(self.operation)?self.operation:"")=="REMOVE")?!has(self.value):true', isOther('operation', 'REMOVE')],
]);

const AT_MOST_ONE = /^\(has\(self\.\w+\)\?1:0\)(?:\+\(has\(self\.\w+\)\?1:0\))+<=1$/;

/** What can be told of an expression without running it; made once for each. */
export interface Glance {
  /** Whether the expression holds for a value of the right shape, as far as that can be told; false asks the expression. */
  plainlyHolds(value: unknown): boolean;
  /** Whether a value holds text that a later step fills in, where the expression may look. */
  isFilledLater(value: unknown): boolean;
}

/** More that is known of expressions, by their `ruleKey`. */
export type MoreGlances = (key: string) => Test | undefined;

/** Looks at an expression. */
export function glanceAt(expression: string, more?: MoreGlances): Glance {
  const key = ruleKey(expression);
  const { fields, whole } = readsOf(expression);
  const atMostOne: Test = (value) =>
    isPlainMapping(value) && fields.filter((name) => field(value, name) !== undefined).length <= 1;
  const holds = HOLDS.get(key) ?? (AT_MOST_ONE.test(key) ? atMostOne : more?.(key));
  return {
    plainlyHolds: (value) => holds?.(value) === true,
    isFilledLater: (value) => {
      // A word of an enumeration may look like a blank, but never stands alone before an expression.
      if (typeof value === 'string') return isPlaceholder(value) || isBlank(value);
      if (whole || !isPlainMapping(value)) return holdsPlaceholder(value);
      return fields.some((name) => Object.hasOwn(value, name) && holdsPlaceholder(value[name]));
    },
  };
}

const DEEPEST = 30;

function holdsPlaceholder(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isPlaceholder(value);
  if (depth > DEEPEST) return true;
  if (Array.isArray(value)) return value.some((item) => holdsPlaceholder(item, depth + 1));
  if (!isPlainMapping(value)) return false;
  return Object.keys(value).some((key) => isPlaceholder(key) || holdsPlaceholder(value[key], depth + 1));
}
