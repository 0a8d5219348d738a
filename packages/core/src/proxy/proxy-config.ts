import { durationNanoseconds, SECOND } from '../cluster/durations.ts';
import { isDomainName } from '../cluster/host-names.ts';
import { isIpAddress } from '../cluster/ip-prefix.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import { PROXY_CONFIG_FIELDS, type ProxyConfigField } from './proxy-config-fields.ts';

/** Something that is wrong in a ProxyConfig. */
export interface ProxyConfigProblem {
  /** `unknown`: no such field; `idle`: taken, and without the effect that it is meant to have; `refused`: Istio takes the whole for broken. */
  readonly kind: 'unknown' | 'idle' | 'refused';
  /** Names from the root to the field. */
  readonly path: readonly string[];
  /** For a message: what is wrong. */
  readonly reason: string;
  /** The name that was probably meant. */
  readonly near?: string | undefined;
}

// A reader of a report mends a few at a time, and a hostile text has thousands.
const MOST = 20;

/** What is wrong in a ProxyConfig after reading, in the order of the text. */
export function proxyConfigProblems(value: unknown): ProxyConfigProblem[] {
  if (value === null || value === undefined) return [];
  if (!isPlainMapping(value)) return [{ kind: 'refused', path: [], reason: 'it is no mapping of fields' }];
  const problems: ProxyConfigProblem[] = [];
  message(value, PROXY_CONFIG_FIELDS, false, [], problems);
  return problems.slice(0, MOST);
}

type Mapping = Readonly<Record<string, unknown>>;

function message(
  value: Mapping,
  fields: Readonly<Record<string, ProxyConfigField>>,
  open: boolean,
  path: readonly string[],
  problems: ProxyConfigProblem[],
): void {
  for (const [name, inside] of Object.entries(value)) {
    if (problems.length >= MOST) return;
    const here = [...path, name];
    const jsonName = camelCase(name);
    const field = Object.hasOwn(fields, jsonName) ? fields[jsonName] : undefined;
    if (!field) {
      const near = didYouMean(jsonName, Object.keys(fields));
      if (near !== undefined || !open) problems.push({ kind: 'unknown', path: here, reason: '', near });
    } else if (inside !== null && inside !== undefined) one(inside, field, here, problems);
  }
  together(value, path, problems);
}

/** The name that JSON has for a field: both `drain_duration` and `drainDuration` are read. */
function camelCase(name: string): string {
  return name.length > 100 ? name : name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function one(value: unknown, field: ProxyConfigField, path: readonly string[], problems: ProxyConfigProblem[]): void {
  const refuse = (reason: string) => problems.push({ kind: 'refused', path, reason });
  const written = isScalar(value) ? JSON.stringify(value) : Array.isArray(value) ? 'a list' : 'a mapping';
  switch (field.type) {
    case 'any':
      return;
    case 'message':
      if (isPlainMapping(value)) message(value, field.fields, field.open === true, path, problems);
      else refuse(`it takes a mapping and not ${written}`);
      return;
    case 'string':
      if (typeof value !== 'string') refuse(`it takes a text, so ${written} wants quotes`);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') refuse(`it takes true or false without quotes, and not ${written}`);
      return;
    case 'number':
      if (numberOf(value) === undefined) refuse(`it takes a number and not ${written}`);
      return;
    case 'integer':
    case 'unsigned':
    case 'port':
      integer(value, field.type, written, path, problems);
      return;
    case 'duration':
      durationOf(value, written, path, problems);
      return;
    case 'strings':
      if (!Array.isArray(value)) refuse(`it takes a list and not ${written}`);
      else if (value.some((item) => typeof item !== 'string')) refuse('its list takes texts only');
      return;
    case 'stringMap':
      stringMap(value, written, path, problems);
      return;
    case 'enum':
      if (typeof value === 'number') return;
      if (typeof value !== 'string' || !field.values.includes(value))
        refuse(`it takes ${listed(field.values)}, and not ${written}`);
      return;
    case 'address':
      if (typeof value !== 'string')
        refuse(`it takes a text such as "istiod.istio-system.svc:15012", and not ${written}`);
      else if (!(field.optional && value === '') && !isAddress(value))
        refuse(`${written} is no address with a port, such as "istiod.istio-system.svc:15012"`);
  }
}

function integer(
  value: unknown,
  type: 'integer' | 'unsigned' | 'port',
  written: string,
  path: readonly string[],
  problems: ProxyConfigProblem[],
): void {
  const number = numberOf(value);
  if (number === undefined || !Number.isInteger(number))
    problems.push({ kind: 'refused', path, reason: `it takes a whole number and not ${written}` });
  else if (type === 'unsigned' && number < 0)
    problems.push({ kind: 'refused', path, reason: `it takes no negative number, and ${number} is one` });
  else if (type === 'port' && (number < 1 || number > 65_535))
    problems.push({ kind: 'refused', path, reason: `${number} is no port from 1 to 65535` });
  else if (path.at(-1) === 'concurrency' && number < 0)
    problems.push({ kind: 'idle', path, reason: `${number} is no number of threads` });
}

function durationOf(value: unknown, written: string, path: readonly string[], problems: ProxyConfigProblem[]): void {
  const nanoseconds = typeof value === 'string' ? durationNanoseconds(value) : undefined;
  const refuse = (reason: string) => problems.push({ kind: 'refused', path, reason });
  if (nanoseconds === undefined) refuse(`it takes a duration such as "45s", and not ${written}`);
  else if (
    camelCase(path.at(-1) ?? '') === 'drainDuration' &&
    path.length === 1 &&
    (nanoseconds < SECOND || nanoseconds % SECOND !== 0)
  )
    refuse(`it takes whole seconds, at least one, and not ${written}`);
  else if (path.at(-1) === 'pollDelay' && nanoseconds === 0) refuse('it takes a delay that is not zero');
}

function stringMap(value: unknown, written: string, path: readonly string[], problems: ProxyConfigProblem[]): void {
  if (!isPlainMapping(value)) {
    problems.push({ kind: 'refused', path, reason: `it takes a mapping and not ${written}` });
    return;
  }
  for (const [name, inside] of Object.entries(value)) {
    if (typeof inside === 'string' || inside === null || problems.length >= MOST) continue;
    const what = isScalar(inside) ? `so ${JSON.stringify(inside)} wants quotes` : 'and nothing else';
    problems.push({ kind: 'refused', path: [...path, name], reason: `it takes a text, ${what}` });
  }
}

// Fields that are wrong because of what stands, or does not stand, beside them.
function together(value: Mapping, path: readonly string[], problems: ProxyConfigProblem[]): void {
  const parent = path.at(-1);
  if (parent === 'lightstep' && path.length === 2) {
    const has = (name: string) => Object.keys(value).some((key) => camelCase(key) === name);
    if (!has('address')) problems.push({ kind: 'refused', path, reason: 'it lacks an address' });
    if (!has('accessToken')) problems.push({ kind: 'refused', path, reason: 'it lacks an accessToken' });
  }
  const inProvider = camelCase(path[0] ?? '') === 'privateKeyProvider';
  if (inProvider && path.length === 1 && Object.keys(value).length === 0)
    problems.push({ kind: 'refused', path, reason: 'it names no provider' });
  if (inProvider && path.length === 2 && !Object.keys(value).some((key) => camelCase(key) === 'pollDelay'))
    problems.push({ kind: 'refused', path, reason: 'it lacks a pollDelay' });
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : undefined;
}

/** `host:port`, with the host an address or a name. */
function isAddress(text: string): boolean {
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.length > 300) return false;
  const digits = text.slice(colon + 1);
  if (!/^\d{1,5}$/.test(digits) || Number(digits) < 1 || Number(digits) > 65_535) return false;
  const host = text.slice(0, colon);
  if (host.startsWith('[') && host.endsWith(']')) return isIpAddress(host.slice(1, -1));
  if (isIpAddress(host)) return !host.includes(':');
  return isDomainName(host);
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function listed(values: readonly string[]): string {
  return values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
