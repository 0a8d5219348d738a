import { durationNanoseconds } from '../cluster/durations.ts';
import { isIpPrefix } from '../cluster/ip-prefix.ts';
import { isQuantity } from './annotation-values.ts';

/** What the value of an annotation of Linkerd's proxy may be. */
type LinkerdValue =
  | { readonly words: readonly string[] }
  | {
      readonly form:
        | 'port'
        | 'ports'
        | 'named ports'
        | 'subnets'
        | 'quantity'
        | 'ratio'
        | 'number'
        | 'duration'
        | 'boolean'
        | 'json list';
    };

/** The default policies, as annotation `default-inbound-policy` and `accessPolicy` of a Server name them; `audit`, the last, since 2.16. */
export const INBOUND_POLICIES: readonly string[] = [
  'all-unauthenticated',
  'all-authenticated',
  'cluster-unauthenticated',
  'cluster-authenticated',
  'deny',
  'audit',
];
const PULL = { words: ['Always', 'IfNotPresent', 'Never'] };
const SWITCH = { words: ['enabled', 'disabled'] };
const form = (name: Extract<LinkerdValue, { form: string }>['form']): LinkerdValue => ({ form: name });

// Source: linkerd2 `pkg/inject/inject.go` (the overrides of the annotations) and the reference of the proxy configuration.
const VALUES: ReadonlyMap<string, LinkerdValue> = new Map<string, LinkerdValue>([
  ...['inbound-port', 'outbound-port', 'control-port', 'admin-port'].map((key) => [key, form('port')] as const),
  ['opaque-ports', form('named ports')],
  ...['skip-inbound-ports', 'skip-outbound-ports'].map((key) => [key, form('ports')] as const),
  ['skip-subnets', form('subnets')],
  ...[
    'cpu-request',
    'cpu-limit',
    'memory-request',
    'memory-limit',
    'ephemeral-storage-request',
    'ephemeral-storage-limit',
  ].map((key) => [`proxy-${key}`, form('quantity')] as const),
  ['proxy-cpu-ratio-limit', form('ratio')],
  ...['proxy-uid', 'proxy-gid'].map((key) => [key, form('number')] as const),
  ['image-pull-policy', PULL],
  ['debug-image-pull-policy', PULL],
  ['proxy-log-format', { words: ['plain', 'json'] }],
  ['proxy-log-http-headers', { words: ['off', 'insecure'] }],
  ['access-log', { words: ['apache', 'json'] }],
  ['default-inbound-policy', { words: INBOUND_POLICIES }],
  ['proxy-await', SWITCH],
  ['proxy-admin-shutdown', SWITCH],
  ...[
    'proxy-outbound-connect-timeout',
    'proxy-inbound-connect-timeout',
    'proxy-outbound-discovery-cache-unused-timeout',
    'proxy-inbound-discovery-cache-unused-timeout',
    'close-wait-timeout',
    'shutdown-grace-period',
  ].map((key) => [key, form('duration')] as const),
  ...[
    'proxy-disable-outbound-protocol-detect-timeout',
    'proxy-disable-inbound-protocol-detect-timeout',
    'proxy-metrics-hostname-labels',
    'enable-external-profiles',
    'enable-debug-sidecar',
    'enable-gateway',
    'proxy-enable-native-sidecar',
  ].map((key) => [key, form('boolean')] as const),
  ['proxy-additional-env', form('json list')],
]);

const ACCEPTED: Readonly<Record<string, string>> = {
  port: 'a port',
  ports: 'ports and ranges of them with commas between, such as 4567,5000-5010',
  'named ports': 'ports, ranges of them and names of container ports, with commas between',
  subnets: 'ranges of addresses with commas between, such as 10.0.0.0/8',
  quantity: 'an amount such as 100m or 64Mi',
  ratio: 'a number from 0 to 1',
  number: 'a whole number',
  duration: 'a duration such as 10s or 500ms',
  boolean: 'true or false',
  'json list': 'a list of variables in JSON',
};

/** Why a value of `config.linkerd.io/…` is none that Linkerd takes: what it takes; undefined where it takes it, or the key has no form. */
export function linkerdValueProblem(key: string, text: string, isBefore2_16 = false): string | undefined {
  const [, name = ''] = /^config\.(?:alpha\.|beta\.)?linkerd\.io\/(.+)$/.exec(key) ?? [];
  const value = VALUES.get(name);
  if (!value || text.length > LONGEST) return undefined;
  if ('words' in value) {
    const words = isBefore2_16 && name === 'default-inbound-policy' ? INBOUND_POLICIES.slice(0, -1) : value.words;
    return words.includes(text) ? undefined : words.join(', ');
  }
  return fits(value.form, text.trim()) ? undefined : ACCEPTED[value.form];
}

const LONGEST = 4000;

function fits(how: Extract<LinkerdValue, { form: string }>['form'], text: string): boolean {
  const items = text.split(',').map((item) => item.trim());
  switch (how) {
    case 'port':
      return isPort(text);
    case 'ports':
      return items.every((item) => item === '' || isRange(item));
    case 'named ports':
      return items.every((item) => item === '' || isRange(item) || /^[a-z0-9-]*[a-z][a-z0-9-]*$/i.test(item));
    case 'subnets':
      return items.every((item) => item === '' || isIpPrefix(item));
    case 'quantity':
      return isQuantity(text);
    case 'ratio':
      return /^\d*\.?\d+$/.test(text) && Number(text) <= 1;
    case 'number':
      return /^\d{1,10}$/.test(text);
    case 'duration':
      return text === '0' || durationNanoseconds(text) !== undefined;
    case 'boolean':
      // strconv.ParseBool.
      return /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(text);
    case 'json list':
      return text.startsWith('[') && text.endsWith(']');
  }
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 65_535;
}

function isRange(text: string): boolean {
  const [low = '', high = low, ...more] = text.split('-');
  return more.length === 0 && isPort(low) && isPort(high) && Number(low) <= Number(high);
}
