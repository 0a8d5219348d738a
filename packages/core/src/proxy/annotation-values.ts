import { isIpAddress, isIpPrefix, isIpv4Address } from '../cluster/ip-prefix.ts';
import type { ValueKind } from './istio-annotations.ts';

/** What is wrong with the value of an annotation. */
export interface AnnotationProblem {
  /** A clause for a message: `"8080-8090" is no port from 0 to 65535`. */
  readonly reason: string;
  /** The value that was surely meant. */
  readonly better?: string;
  /** A value that was probably meant. */
  readonly likely?: string;
}

type Reader = (value: string) => AnnotationProblem | undefined;

// Values of people are short. A longer one is read no further, and nothing is said of it.
const LONGEST = 10_000;

/**
 * What is wrong with a value; undefined when Istio takes it. Source: `pkg/kube/inject/validate.go`, by tag. The value of
 * `proxy.istio.io/config` has a reader of its own.
 */
export function valueProblem(kind: ValueKind, value: string): AnnotationProblem | undefined {
  return kind === 'proxyConfig' || value.length > LONGEST ? undefined : READERS[kind](value);
}

const READERS: Readonly<Record<Exclude<ValueKind, 'proxyConfig'>, Reader>> = {
  interceptionMode: (value) => oneOf(value, ['REDIRECT', 'TPROXY', 'NONE']),
  logLevel: (value) => (value === '' ? undefined : oneOf(value, LOG_LEVELS)),
  port: (value) => (isPort(value.trim()) ? undefined : { reason: `"${value}" is no port from 0 to 65535` }),
  uint32: (value) => {
    if (isUnsigned(value, 4_294_967_295)) return undefined;
    const reason = `"${value}" is no whole number of seconds or times from 0 to 4294967295`;
    return isUnsigned(value.trim(), 4_294_967_295) ? { reason, better: value.trim() } : { reason };
  },
  cidrsOrAll: (value) => (value === '*' ? undefined : cidrList(value, true)),
  cidrs: (value) => cidrList(value, false),
  portsOrAll: (value) => (value === '*' ? undefined : portList(value, true)),
  ports: (value) => portList(value, false),
  interfaces: interfaceList,
  boolean: (value) => {
    if (GO_BOOLEANS.has(value)) return undefined;
    const meant = booleanMeant(value.trim());
    return {
      reason:
        value === '' ? 'an empty value is neither "true" nor "false"' : `"${value}" is neither "true" nor "false"`,
      ...(meant === undefined ? {} : { better: meant }),
    };
  },
  quantity: (value) => {
    if (value === '' || isQuantity(value)) return undefined;
    const reason = `"${value}" is no quantity of Kubernetes, such as "100m" or "128Mi"`;
    const bare = value.replaceAll(/\s/g, '');
    if (bare !== '' && isQuantity(bare)) return { reason, better: bare };
    const likely = /^(\d{1,9})(K|k|M|m|G|g)i?[bB]$/.exec(bare);
    return likely ? { reason, likely: `${likely[1]}${(likely[2] as string).toUpperCase()}i` } : { reason };
  },
  json: (value) => {
    try {
      JSON.parse(value);
      return undefined;
    } catch {
      return { reason: 'its value is no JSON' };
    }
  },
};

const LOG_LEVELS = ['trace', 'debug', 'info', 'warning', 'warn', 'error', 'critical', 'off'];

// What Go's strconv.ParseBool takes.
const GO_BOOLEANS: ReadonlySet<string> = new Set([
  '1',
  't',
  'T',
  'TRUE',
  'true',
  'True',
  '0',
  'f',
  'F',
  'FALSE',
  'false',
  'False',
]);

function booleanMeant(value: string): string | undefined {
  if (/^(?:true|yes|y|on|enabled?)$/i.test(value)) return 'true';
  return /^(?:false|no|n|off|disabled?)$/i.test(value) ? 'false' : undefined;
}

function oneOf(value: string, accepted: readonly string[]): AnnotationProblem | undefined {
  if (accepted.includes(value)) return undefined;
  const better = accepted.find((one) => one.toLowerCase() === value.trim().toLowerCase());
  const list = `${accepted.slice(0, -1).join(', ')} or ${accepted.at(-1)}`;
  return { reason: `"${value}" is not ${list}`, ...(better ? { better } : {}) };
}

/** Commas and nothing else stand between the ranges: a blank belongs to the range and spoils it. */
function cidrList(value: string, all: boolean): AnnotationProblem | undefined {
  if (value === '') return undefined;
  const parts = value.split(',');
  const wrong = parts.find((part) => !isIpPrefix(part));
  if (wrong === undefined) return undefined;
  const trimmed = parts.map((part) => part.trim());
  const whole = trimmed.filter((part) => part !== '');
  const better = whole.length > 0 && whole.every(isIpPrefix) ? whole.join(',') : undefined;
  const likely = whole.map(withPrefix);
  const help = better
    ? { better }
    : whole.length > 0 && likely.every(isIpPrefix)
      ? { likely: likely.join(',') }
      : all && value.trim() === '*'
        ? { better: '*' }
        : {};
  return { reason: cidrReason(wrong, all), ...help };
}

function cidrReason(part: string, all: boolean): string {
  const bare = part.trim();
  if (bare === '') return 'an entry of its list is empty';
  if (bare === '*')
    return all
      ? '"*" stands for everything only when it stands alone'
      : '"*" is no range of addresses; only the list of what to include may be "*"';
  if (bare !== part && isIpPrefix(bare)) return `"${part}" has a blank in it, and the list takes none`;
  if (isIpAddress(bare)) return `"${bare}" is an address and no range with a prefix length`;
  return `"${part}" is no range of addresses with a prefix length, such as 10.0.0.0/8`;
}

function withPrefix(part: string): string {
  if (!isIpAddress(part)) return part;
  return `${part}/${isIpv4Address(part) ? 32 : 128}`;
}

function portList(value: string, all: boolean): AnnotationProblem | undefined {
  if (value.trim() === '') return undefined;
  const wrong = value
    .split(',')
    .map((part) => part.trim())
    .find((part) => !isPort(part));
  if (wrong === undefined) return undefined;
  const parts = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const better = parts.length > 0 && parts.every(isPort) ? parts.join(',') : undefined;
  const help = better ? { better } : all && value.trim() === '*' ? { better: '*' } : {};
  if (wrong === '') return { reason: 'an entry of its list is empty', ...help };
  if (wrong === '*') {
    const reason = all
      ? '"*" stands for all ports only when it stands alone'
      : '"*" is no port; the ports to leave out are listed one by one';
    return { reason, ...help };
  }
  if (/^\d{1,5}\s*[-:]\s*\d{1,5}$/.test(wrong))
    return { reason: `"${wrong}" is a range, and the list takes single ports only` };
  return { reason: `"${wrong}" is no port from 0 to 65535`, ...help };
}

function interfaceList(value: string): AnnotationProblem | undefined {
  if (value === '') return undefined;
  const wrong = value
    .split(',')
    .map((part) => part.trim())
    .find((part) => !/^[A-Za-z][\w.-]{0,14}$/.test(part));
  if (wrong === undefined) return undefined;
  return {
    reason:
      wrong === ''
        ? 'an entry of its list is empty'
        : `"${wrong}" is no name of an interface: a letter, and up to 14 letters, digits, ".", "_" or "-" behind it`,
  };
}

function isPort(text: string): boolean {
  return isUnsigned(text, 65_535);
}

function isUnsigned(text: string, most: number): boolean {
  return /^\d{1,30}$/.test(text) && Number(text) <= most;
}

/** Whether a text is a quantity. Source: `k8s.io/apimachinery/pkg/api/resource`. */
export function isQuantity(text: string): boolean {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(text);
}
