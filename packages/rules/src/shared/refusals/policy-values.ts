import { isIpAddress, isIpPrefix } from '@meshvet/core';
import { quote } from './refusals.ts';

/** Why a value of a list of an AuthorizationPolicy is refused, as a clause; undefined when it is not. */
export type ValueFault = (text: string) => string | undefined;

/** An address or a range of addresses. */
export const addressFault: ValueFault = (text) =>
  isIpAddress(text) || isIpPrefix(text) ? undefined : `${quote(text)} is no IP address and no range such as 10.0.0.0/8`;

/** A service account: `name`, or `namespace/name`. Source: `validateServiceAccount`. */
export const serviceAccountFault: ValueFault = (text) => {
  const parts = text.split('/');
  if (text.includes('*')) return `service account ${quote(text)} has a *, and accounts are compared as they are`;
  if (parts.length > 2) return `service account ${quote(text)} has more than one slash`;
  return parts.includes('') ? `service account ${quote(text)} has nothing on one side of its slash` : undefined;
};

/** A trust domain, with a wildcard at one end at most. Source: `validateTrustDomain`. */
export const trustDomainFault: ValueFault = (text) => {
  if (text === '') return 'a trust domain is empty';
  if (text.includes('/')) return `trust domain ${quote(text)} has a slash`;
  const star = text.indexOf('*');
  if (star < 0) return undefined;
  if (text.indexOf('*', star + 1) >= 0) return `trust domain ${quote(text)} has more than one *`;
  return star === 0 || star === text.length - 1 ? undefined : `trust domain ${quote(text)} has a * in its middle`;
};

/**
 * A path, which may have the templates `{*}` for one segment and `{**}` for the rest of them. Source: `validatePath` of
 * pkg/config/security/security.go, since 1.22.
 */
export const pathFault: ValueFault = (text) => {
  const segments = text.split('/');
  const templated = segments.some((segment) => segment === '{*}' || segment === '{**}');
  const wrong = segments.find((segment) => /[{}]/.test(segment) && segment !== '{*}' && segment !== '{**}');
  if (wrong !== undefined)
    return `path ${quote(text)}: braces stand only in segments that are {*} or {**}, and not in ${quote(wrong)}`;
  if (!templated) return undefined;
  const rest = segments.indexOf('{**}');
  if (rest >= 0 && segments.slice(rest + 1).some((segment) => segment === '{*}' || segment === '{**}'))
    return `path ${quote(text)} has a template behind {**}, which stands for all that follows`;
  const plain = segments.find((segment) => !/[{}]/.test(segment) && !/^[A-Za-z0-9\-._~%!$&'()+,;:@=]*$/.test(segment));
  return plain === undefined
    ? undefined
    : `path ${quote(text)} has templates, beside which ${quote(plain)} cannot stand; {*} matches one segment`;
};

const ANY_TEXT: ValueFault = () => undefined;
const FREE_KEYS: ReadonlySet<string> = new Set([
  'source.namespace',
  'source.principal',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
  'connection.sni',
]);
const ADDRESS_KEYS: ReadonlySet<string> = new Set(['source.ip', 'remote.ip', 'destination.ip']);
const BRACKETED = ['request.headers', 'request.auth.claims', 'experimental.envoy.filters.'];

/** How the values of a condition with a key are read; a text says why the key is refused. Source: `ValidateAttribute`. */
export function conditionValues(key: string): ValueFault | string {
  if (FREE_KEYS.has(key)) return ANY_TEXT;
  if (ADDRESS_KEYS.has(key)) return addressFault;
  // Numbers of ports are told by the rule about ports.
  if (key === 'destination.port') return ANY_TEXT;
  if (key === 'source.serviceAccount') return serviceAccountFault;
  if (key === 'source.trustDomain') return trustDomainFault;
  const family = BRACKETED.find((one) => key.startsWith(one));
  if (family !== undefined) {
    const open = key.indexOf('[');
    return open > 0 && key.endsWith(']') && key.length > open + 2
      ? ANY_TEXT
      : `key ${quote(key)} lacks the part in brackets at its end, as in ${family}${family.endsWith('.') ? 'NAME' : ''}[NAME]`;
  }
  return `key ${quote(key)} is none that Istio knows`;
}

/** Keys of conditions, for suggestions. */
export const CONDITION_KEYS: readonly string[] = [
  ...FREE_KEYS,
  ...ADDRESS_KEYS,
  'destination.port',
  'source.serviceAccount',
  'source.trustDomain',
];
