import { isSystemNamespace } from '../cluster/namespaces.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import {
  type Alternative,
  type Attribute,
  type AuthorizationPolicy,
  type AuthorizationRule,
  authorizationPolicyOf,
  type Condition,
  type ConditionValues,
} from './authorization-policies.ts';
import { hasLiteralStar, hasTemplate, matchesPattern, textPattern } from './text-pattern.ts';

/** One value of a policy, with the condition and the rule that it stands in. */
export interface PolicyValue {
  readonly rule: AuthorizationRule;
  readonly condition: Condition;
  readonly list: ConditionValues;
  /** It stands in a list of those that are left out: `notPaths`. */
  readonly negated: boolean;
  readonly item: Field;
  readonly text: string;
}

/** The AuthorizationPolicy that a resource is, where it may be judged: whole, not patched, and in no namespace of Kubernetes itself. */
export function policyToJudge(mesh: Mesh, resource: Resource): AuthorizationPolicy | undefined {
  if (resource.partial || isSystemNamespace(resource.namespace)) return undefined;
  const policy = authorizationPolicyOf(mesh, resource);
  return policy?.settled ? policy : undefined;
}

// What a hostile file may hold of each; policies of people have a few.
const MOST = 300;
const LONGEST = 1024;

/** The written values of some attributes of a policy; what is filled in later is left out. */
export function valuesOf(policy: AuthorizationPolicy, attributes: ReadonlySet<Attribute>): readonly PolicyValue[] {
  return policy.rules.slice(0, MOST).flatMap((rule) =>
    conditionsOf(rule)
      .filter(({ attribute }) => attributes.has(attribute))
      .slice(0, MOST)
      .flatMap((condition) => [
        ...textsOf(condition.values).map((v) => ({ ...v, rule, condition, list: condition.values, negated: false })),
        ...textsOf(condition.notValues).map((v) => ({
          ...v,
          rule,
          condition,
          list: condition.notValues,
          negated: true,
        })),
      ]),
  );
}

/** All conditions of a rule, wherever they stand. */
export function conditionsOf({ from, to, when }: AuthorizationRule): Alternative {
  return [...from.slice(0, MOST), ...to.slice(0, MOST), when].flat();
}

function textsOf({ items }: ConditionValues): readonly { readonly item: Field; readonly text: string }[] {
  return items.slice(0, MOST).flatMap((item) => {
    const text = item.text();
    return text === undefined || text.length > LONGEST ? [] : [{ item, text }];
  });
}

/** Why no request fits a value: `what` is a clause about it, `instead` what is accepted, where one thing is meant. */
export interface ValueFlaw {
  readonly what: string;
  readonly instead: string | undefined;
  /** Whether somebody could send it on purpose all the same. */
  readonly unusual?: boolean;
}

/**
 * Why no path of a request fits a pattern of a policy. What is compared is the path without its query, and it begins with a slash; a star
 * counts first or last, and between two slashes `{*}` stands for one part since 1.22. Regular expressions are none.
 * Source: `pilot/pkg/security/authz/matcher/string.go`; Envoy's `url_path` of RBAC; AuthorizationPolicy reference, Operation.paths.
 */
export function pathFlaw(mesh: Mesh, text: string): ValueFlaw | undefined {
  const templates = mesh.istioAtLeast('1.22');
  if (templates && hasTemplate(text)) return undefined;
  const pattern = textPattern(text);
  const fromStart = pattern.kind === 'exact' || pattern.kind === 'prefix';
  const mark = pattern.text.search(/[?#]/);
  if (looksRegular(text)) return { what: 'it is compared as text and not as a regular expression', instead: undefined };
  if (mark >= 0) {
    const what =
      pattern.text[mark] === '?'
        ? 'the path that is compared has no query, so nothing with a ? fits'
        : 'a fragment is never sent, so nothing with a # fits';
    const path = pattern.text.slice(0, mark);
    return { what, instead: fromStart && path.startsWith('/') && !path.includes('*') ? path : undefined };
  }
  if (hasLiteralStar(pattern)) {
    if (text.startsWith('*') && text.endsWith('*'))
      return { what: 'of two stars only the first counts, and the last is a plain character', instead: undefined };
    const whole = text.split('/').map((part) => (part === '*' ? '{*}' : part));
    const templated = whole.join('/');
    const isTemplate = templates && text.startsWith('/') && !templated.replaceAll('{*}', '').includes('*');
    return {
      what: `a star counts first or last only, and inside it is a plain character${templates ? '; {*} stands for one part' : ''}`,
      instead: isTemplate ? templated : undefined,
    };
  }
  if (fromStart && pattern.text !== '' && !pattern.text.startsWith('/'))
    return {
      what: 'a path begins with a slash',
      instead: /^[\w.~%-]/.test(text) && !text.includes('://') ? `/${text}` : undefined,
    };
  return undefined;
}

// What has a meaning in a regular expression and no place in a path: `.*` behind a slash, groups, classes, anchors.
function looksRegular(text: string): boolean {
  return /(?:^|\/)\.[*+](?:$|\/|\$|\))|\\[dwsb./]|\[[^\]]*\][*+?{]|\([^()]*\|[^()]*\)|\.\*.*\.\*|^\^|\$$|\)[*+?]$/.test(
    text,
  );
}

/**
 * The registered methods of HTTP, and those that Envoy's parser takes beside them. Source: IANA, HTTP Method Registry; Envoy's list of known
 * methods (http-parser).
 */
const METHODS: ReadonlySet<string> = new Set(
  (
    'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL ' +
    'MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PRI PROPFIND PROPPATCH PUT QUERY REBIND REPORT SEARCH TRACE UNBIND ' +
    'UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL M-SEARCH NOTIFY PURGE SOURCE SUBSCRIBE UNSUBSCRIBE'
  ).split(' '),
);

/** The methods that a slip may mean. */
export const COMMON_METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
];

/**
 * Why no method of a request fits a pattern: it is compared letter by letter, and methods are sent in capitals; the name of a call of gRPC is
 * its path. Source: `pilot/pkg/security/authz/model/generator.go`, methodGenerator; RFC 9110, 9.1.
 */
export function methodFlaw(text: string): ValueFlaw | undefined {
  const fits = (written: string) => {
    const pattern = textPattern(written);
    return pattern.kind === 'present' || [...METHODS].some((method) => matchesPattern(pattern, method));
  };
  if (fits(text)) return undefined;
  const trimmed = text.trim();
  if (trimmed !== text && fits(trimmed)) return { what: 'the spaces around it are compared too', instead: trimmed };
  if (trimmed.startsWith('/'))
    return { what: 'a call of gRPC has method POST, and its name is the path', instead: undefined };
  const upper = trimmed.toUpperCase();
  if (fits(upper)) return { what: 'methods are compared letter by letter, and are sent in capitals', instead: upper };
  return { what: 'HTTP has no such method', instead: undefined, unusual: true };
}

/**
 * Why no Host header fits a pattern. It holds a name, and a port where that is not the usual one; letters count alike in both cases.
 * Source: `pilot/pkg/security/authz/matcher/header.go`, HostMatcher; RFC 9110, 7.2.
 */
export function hostFlaw(text: string): ValueFlaw | undefined {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  if (scheme !== undefined) {
    const host = text.slice(scheme.length).replace(/\/.*$/s, '');
    return { what: 'the Host header has no scheme', instead: host === '' ? undefined : host };
  }
  const slash = text.indexOf('/');
  if (slash >= 0) return { what: 'the Host header has no path', instead: undefined };
  if (/\s/.test(text)) return { what: 'the Host header has no spaces', instead: text.trim() || undefined };
  if (looksRegular(text) || /\\\./.test(text))
    return { what: 'it is compared as text and not as a regular expression', instead: undefined };
  if (hasLiteralStar(textPattern(text)))
    return { what: 'a star counts first or last only, and elsewhere it is a plain character', instead: undefined };
  return undefined;
}

/**
 * Why no principal fits a pattern. Principals are TRUST DOMAIN/ns/NAMESPACE/sa/ACCOUNT without a scheme; a star counts first or last.
 * Source: `pilot/pkg/security/authz/model/generator.go`, srcPrincipalGenerator; `pkg/spiffe/spiffe.go`.
 */
export function principalFlaw(text: string): (ValueFlaw & { readonly scheme?: true }) | undefined {
  if (text.startsWith('spiffe://'))
    return { what: 'Istio puts spiffe:// before it by itself', instead: text.slice('spiffe://'.length), scheme: true };
  const pattern = textPattern(text);
  // Behind a star in front istiod makes a regular expression of the rest, in which /* stands for slashes.
  if (pattern.kind === 'suffix' ? pattern.text.includes('/*') : hasLiteralStar(pattern))
    return { what: 'a star counts first or last only, and one more is no wildcard', instead: undefined };
  if (pattern.kind !== 'exact') return undefined;
  return /^[^/]+\/ns\/[^/]+\/sa\/[^/]+$/.test(text)
    ? undefined
    : { what: 'a principal is written <trust domain>/ns/<namespace>/sa/<service account>', instead: undefined };
}
