import { isIpAddress, isIpPrefix, isIpv4Address, prefixesOverlap } from '../cluster/ip-prefix.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import type {
  Alternative,
  AuthorizationAction,
  AuthorizationRule,
  Condition,
  ConditionValues,
} from './authorization-policies.ts';
import { pathFlaw } from './authorization-values.ts';
import { type Identity, principalOf, trustDomainsOf } from './identity.ts';
import {
  hasLiteralStar,
  hasTemplate,
  matchesLooseGlob,
  matchesPattern,
  matchesTemplate,
  textPattern,
} from './text-pattern.ts';

/** Who calls, as far as the server's proxy has proof of it. */
export type Peer =
  | { readonly state: 'known'; readonly identity: Identity }
  /** `why`, a clause: "the connection is plain text". */
  | { readonly state: 'none' | 'unknown'; readonly why: string };

/** What policies see of a request. What is undefined nobody can tell. */
export interface Seen {
  /** As what the proxy handles the bytes: of plain TCP it sees no fields of HTTP. */
  readonly layer: 'http' | 'tcp';
  readonly peer: Peer;
  /** The port that the pods listen on. */
  readonly port: number | undefined;
  /** Ports of Services that lead to it and have another number, each with its words: "Service shop/cart". */
  readonly servicePorts: ReadonlyMap<number, string>;
  readonly method: string | undefined;
  /** As the proxy has tidied it, without the query. */
  readonly path: string | undefined;
  readonly authority: string | undefined;
  /** Names in small letters. */
  readonly headers: ReadonlyMap<string, string> | undefined;
  /** Server name of the TLS that the proxy sees; the empty text where there is none. */
  readonly sni: string | undefined;
  /** Whether a token may have been checked: conditions on `request.auth` match none without. */
  readonly token: boolean;
  readonly callerAddress: string | undefined;
  /** The connection comes from a pod with an address of its own. */
  readonly callerIsPod: boolean;
  readonly serverAddress: string | undefined;
}

/**
 * Of which kind a reason is, where it speaks of more than the request at hand: a field of HTTP on plain TCP, a port of a Service in the place
 * of that of the pods, an identity or token that no request has, a value that fits none.
 */
export type ReasonKind = 'http-on-tcp' | 'service-port' | 'identity' | 'token' | 'value';

/** What came of one part of a rule. */
export interface Reason {
  readonly kind?: ReasonKind | undefined;
  readonly field: Field;
  /** In a clause: "path /api is none of /healthz". */
  readonly why: string;
}

/** Whether a rule matches. */
export interface RuleMatch {
  readonly answer: Answer;
  /** Of a match the conditions that were met; else those that were not, one for each alternative. */
  readonly reasons: readonly Reason[];
}

/** A condition after a look at the request. */
interface Looked extends Reason {
  readonly answer: Answer;
}

/** Attributes that only requests of HTTP have. Source: `pilot/pkg/security/authz/model/generator.go`. */
export function isOfHttp({ attribute }: Condition): boolean {
  return HTTP_ATTRIBUTES.has(attribute);
}

/** Attributes that are read from the certificate of the caller. */
export function isOfIdentity({ attribute }: Condition): boolean {
  return IDENTITY_ATTRIBUTES.has(attribute);
}

const HTTP_ATTRIBUTES: ReadonlySet<Condition['attribute']> = new Set([
  'requestPrincipal',
  'audience',
  'presenter',
  'claim',
  'header',
  'inlineHeader',
  'host',
  'method',
  'path',
] as const);

const IDENTITY_ATTRIBUTES: ReadonlySet<Condition['attribute']> = new Set([
  'principal',
  'namespace',
  'serviceAccount',
  'trustDomain',
] as const);

/**
 * Whether a rule of a policy matches a request. On plain TCP an ALLOW rule with fields of HTTP is left out whole, and of a rule of another
 * action only those fields are, so that it matches more. A value that cannot be read counts likewise.
 * Source: `pilot/pkg/security/authz/model/model.go`, Generate and checkError.
 */
export function ruleMatches(
  mesh: Mesh,
  rule: AuthorizationRule,
  action: AuthorizationAction,
  namespace: string,
  seen: Seen,
): RuleMatch {
  if (rule.skipped) return { answer: 'no', reasons: [rule.skipped] };
  const look = new Look(mesh, namespace, seen);
  const all = [...rule.from, ...rule.to, rule.when].flat();
  if (action === 'ALLOW') {
    const left = all.map((condition) => look.unusable(condition)).find((reason) => reason !== undefined);
    if (left) return { answer: 'no', reasons: [left] };
  }
  const parts = [look.some(rule.from), look.some(rule.to), look.every(rule.when)];
  const answer = worst(parts.map((p) => p.answer));
  const reasons = parts.flatMap((p) => (p.answer === answer || answer === 'yes' ? p.reasons : []));
  if (answer === 'yes') reasons.push(...look.dropped(all));
  return { answer, reasons: reasons.length > 0 ? reasons : [{ field: rule.field, why: 'its rule asks for nothing' }] };
}

// Who reads them has one eye half closed.
const MOST_REASONS = 8;

class Look {
  readonly #mesh: Mesh;
  readonly #namespace: string;
  readonly #seen: Seen;

  constructor(mesh: Mesh, namespace: string, seen: Seen) {
    this.#mesh = mesh;
    this.#namespace = namespace;
    this.#seen = seen;
  }

  /** Whether some alternative matches; none at all asks for nothing. */
  some(alternatives: readonly Alternative[]): RuleMatch {
    if (alternatives.length === 0) return { answer: 'yes', reasons: [] };
    const results = alternatives.map((alternative) => this.every(alternative));
    const hit = results.find((r) => r.answer === 'yes');
    if (hit) return hit;
    const answer = results.some((r) => r.answer === 'unknown') ? 'unknown' : 'no';
    return {
      answer,
      reasons: results
        .filter((r) => r.answer === answer)
        .flatMap((r) => r.reasons.slice(0, 1))
        .slice(0, MOST_REASONS),
    };
  }

  /** Whether all conditions are met. */
  every(conditions: Alternative): RuleMatch {
    const looked = conditions.flatMap((condition) => this.#look(condition));
    const answer = worst(looked.map((l) => l.answer));
    return { answer, reasons: looked.filter((l) => l.answer === answer) };
  }

  /** Why the proxy cannot be told to ask for this, if it cannot. */
  unusable(condition: Condition): Reason | undefined {
    const { values, notValues } = condition;
    const { field } = values.items.length > 0 ? values : notValues;
    const name = values.items.length > 0 ? values.name : notValues.name;
    if (this.#seen.layer === 'tcp' && isOfHttp(condition))
      return { kind: 'http-on-tcp', field, why: `${name} is of HTTP, and the proxy takes the port for plain TCP` };
    if (BRACKETED.has(condition.attribute) && condition.argument === undefined)
      return { field, why: `key ${name} has no name in brackets` };
    const bad = [...values.items, ...notValues.items].find((item) => isMalformed(condition, item));
    return bad && { field: bad, why: `${bad.text()} is no ${condition.attribute === 'port' ? 'port' : 'address'}` };
  }

  /** The conditions that do not count, in one reason. */
  dropped(conditions: Alternative): Reason[] {
    if (this.#seen.layer === 'http') return [];
    const lists = conditions
      .filter(isOfHttp)
      .map(({ values, notValues }) => (values.items.length > 0 ? values : notValues));
    const [first] = lists;
    const names = [...new Set(lists.map((list) => list.name))].join(', ');
    return first ? [{ field: first.field, why: `its ${names} do not count on plain TCP` }] : [];
  }

  #look(condition: Condition): Looked[] {
    const { values, notValues } = condition;
    // Of an ALLOW policy such a rule is left out whole, and never comes here.
    if (this.#seen.layer === 'tcp' && isOfHttp(condition)) return [];
    if (BRACKETED.has(condition.attribute) && condition.argument === undefined) return [];
    const usable = (list: ConditionValues) => list.items.filter((item) => !isMalformed(condition, item));
    const looked: Looked[] = [];
    const [wanted, unwanted] = [usable(values), usable(notValues)];
    if (wanted.length > 0 || values.open) {
      const { answer, item, why, kind } = this.#oneOf(condition, values, wanted);
      looked.push({ answer, field: item ?? values.field, why, kind });
    }
    if (unwanted.length > 0 || notValues.open) {
      const { answer, item, why } = this.#oneOf(condition, notValues, unwanted);
      const turned: Answer = answer === 'yes' ? 'no' : answer === 'no' ? 'yes' : 'unknown';
      looked.push({ answer: turned, field: item ?? notValues.field, why: `${notValues.name}: ${why}` });
    }
    return looked;
  }

  #oneOf(
    condition: Condition,
    list: ConditionValues,
    items: readonly Field[],
  ): { answer: Answer; item: Field | undefined; why: string; kind?: ReasonKind | undefined } {
    const subject = this.#subject(condition);
    let open: Field | undefined = list.open ? list.field : undefined;
    for (const item of items) {
      const text = item.text();
      const answer = text === undefined ? 'unknown' : this.#matches(condition, text);
      if (answer === 'yes') return { answer, item, why: `${subject} fits ${text}` };
      if (answer === 'unknown') open ??= item;
    }
    if (open) return { answer: 'unknown', item: open, why: this.#whyUnknown(condition, open) };
    const why = this.#whyNot(condition, list, items, subject);
    return { answer: 'no', item: undefined, why, kind: this.#kindOf(condition, items) };
  }

  #kindOf(condition: Condition, items: readonly Field[]): ReasonKind | undefined {
    const { peer, servicePorts, token } = this.#seen;
    if (isOfIdentity(condition) && peer.state === 'none') return 'identity';
    if (TOKEN_ATTRIBUTES.has(condition.attribute) && !token) return 'token';
    if (condition.attribute === 'port')
      return items.some((item) => servicePorts.has(Number(item.text()))) ? 'service-port' : undefined;
    return condition.attribute === 'path' && items.some((item) => pathFlaw(this.#mesh, item.text() ?? ''))
      ? 'value'
      : undefined;
  }

  #matches(condition: Condition, text: string): Answer {
    const seen = this.#seen;
    const plain = (found: string | undefined, ignoreCase = false): Answer =>
      found === undefined ? 'unknown' : asAnswer(matchesPattern(textPattern(text), found, ignoreCase));
    switch (condition.attribute) {
      case 'principal':
      case 'namespace':
      case 'serviceAccount':
      case 'trustDomain':
        return this.#matchesPeer(condition, text);
      case 'host':
        return plain(seen.authority, true);
      case 'method':
        return plain(seen.method);
      case 'path':
        return matchesPath(this.#mesh, text, seen.path);
      case 'port':
        return seen.port === undefined ? 'unknown' : asAnswer(Number(text) === seen.port);
      case 'header':
        return this.#matchesHeader(condition.argument as string, (found) => plain(found), text);
      case 'inlineHeader':
        return this.#matchesHeader(
          condition.argument as string,
          (found) => asAnswer(found.split(',').some((part) => plain(part.trim()) === 'yes')),
          text,
        );
      case 'sni':
        return seen.sni === undefined ? 'unknown' : seen.sni === '' ? 'no' : plain(seen.sni);
      case 'sourceIp':
        return seen.callerIsPod && USUAL_POD_NETWORKS.has(text) ? 'yes' : withinRange(text, seen.callerAddress);
      case 'destinationIp':
        return withinRange(text, seen.serverAddress);
      // A load balancer or a header may tell another address than that of the connection.
      case 'remoteIp':
        return withinRange(text, undefined);
      case 'requestPrincipal':
      case 'audience':
      case 'presenter':
      case 'claim':
        return seen.token ? 'unknown' : 'no';
      case 'envoyFilter':
        return 'unknown';
    }
  }

  #matchesPeer({ attribute }: Condition, text: string): Answer {
    const { peer } = this.#seen;
    if (peer.state !== 'known') return peer.state === 'none' ? 'no' : 'unknown';
    const { identity } = peer;
    const principal = principalOf(identity);
    switch (attribute) {
      case 'namespace':
        return asAnswer(matchesLooseGlob(`*/ns/${text}/*`, `spiffe://${principal}`));
      case 'serviceAccount': {
        const slash = text.indexOf('/');
        const [space, account] = slash < 0 ? [this.#namespace, text] : [text.slice(0, slash), text.slice(slash + 1)];
        if (text.includes('*')) return 'unknown';
        return asAnswer(
          both(matchesLooseGlob(space, identity.namespace), matchesLooseGlob(account, identity.serviceAccount)),
        );
      }
      case 'trustDomain': {
        const { own, aliases } = trustDomainsOf(this.#mesh);
        const wanted = [own, ...aliases].includes(text) ? [own, ...aliases] : [text];
        return asAnswer(wanted.some((domain) => matchesPattern(textPattern(domain), identity.trustDomain)));
      }
      default:
        return anyOf(withAliases(this.#mesh, text).map((one) => matchesPrincipal(one, principal)));
    }
  }

  #matchesHeader(argument: string, matches: (found: string) => Answer, text: string): Answer {
    const name = argument.toLowerCase();
    const { headers, authority, method } = this.#seen;
    const pseudo = name === ':authority' || name === 'host' ? authority : name === ':method' ? method : undefined;
    const found = pseudo ?? headers?.get(name);
    if (found !== undefined) return text === '*' ? 'yes' : matches(found);
    return headers === undefined || name.startsWith(':') || WRITTEN_BY_PROXIES.test(name) ? 'unknown' : 'no';
  }

  #subject(condition: Condition): string {
    const seen = this.#seen;
    switch (condition.attribute) {
      case 'principal':
      case 'namespace':
      case 'serviceAccount':
      case 'trustDomain':
        return seen.peer.state === 'known' ? `caller ${principalOf(seen.peer.identity)}` : 'the caller';
      case 'host':
        return `host ${seen.authority ?? ''}`;
      case 'method':
        return `method ${seen.method ?? ''}`;
      case 'path':
        return `path ${seen.path ?? ''}`;
      case 'port':
        return `port ${seen.port ?? ''} of the pods`;
      case 'header':
      case 'inlineHeader': {
        const found = seen.headers?.get((condition.argument ?? '').toLowerCase());
        return found === undefined ? `header ${condition.argument}` : `header ${condition.argument} (${found})`;
      }
      case 'sni':
        return seen.sni ? `server name ${seen.sni}` : 'the server name';
      case 'sourceIp':
      case 'remoteIp':
        return 'the address of the caller';
      case 'destinationIp':
        return 'the address of the pod';
      default:
        return 'the token';
    }
  }

  #whyNot(condition: Condition, list: ConditionValues, items: readonly Field[], subject: string): string {
    const { peer, port, servicePorts, token, sni, headers } = this.#seen;
    const differs = `${subject} is ${items.length === 1 ? 'not' : 'none of'} ${listed(items)}`;
    if (isOfIdentity(condition) && peer.state === 'none')
      return `${list.name} needs the identity of the caller, and there is none: ${peer.why}`;
    if (TOKEN_ATTRIBUTES.has(condition.attribute) && !token)
      return `${list.name} needs a token that was checked, and the request has none`;
    if (condition.attribute === 'port' && port !== undefined) {
      const ofService = items.map((item) => Number(item.text())).find((n) => servicePorts.has(n));
      if (ofService !== undefined)
        return `${list.name} names ${ofService}, the port of ${servicePorts.get(ofService)}, and the pods listen on ${port}`;
    }
    if (condition.attribute === 'path') {
      const [flaw] = items.flatMap((item) => pathFlaw(this.#mesh, item.text() ?? '') ?? []);
      if (flaw) return `${differs}; ${flaw.what}`;
    }
    if (condition.attribute === 'sni' && sni === '') return 'the connection shows no server name';
    if (condition.attribute === 'header' && !headers?.has((condition.argument ?? '').toLowerCase()))
      return `${subject} is not there`;
    return differs;
  }

  #whyUnknown(condition: Condition, item: Field): string {
    const { peer } = this.#seen;
    if (item.text() === undefined) return 'a value is filled in later';
    if (isOfIdentity(condition) && peer.state !== 'known') return `who the caller is, is not known: ${peer.why}`;
    if (ADDRESS_ATTRIBUTES.has(condition.attribute))
      return `no file tells ${this.#subject(condition)}, so ${item.text()} may or may not hold it`;
    if (TOKEN_ATTRIBUTES.has(condition.attribute)) return 'what the token says is not known';
    return `${this.#subject(condition)} is not known`;
  }
}

const BRACKETED: ReadonlySet<Condition['attribute']> = new Set(['header', 'inlineHeader', 'claim'] as const);
const TOKEN_ATTRIBUTES: ReadonlySet<Condition['attribute']> = new Set([
  'requestPrincipal',
  'audience',
  'presenter',
  'claim',
] as const);
const ADDRESS_ATTRIBUTES: ReadonlySet<Condition['attribute']> = new Set([
  'sourceIp',
  'remoteIp',
  'destinationIp',
] as const);

/**
 * No manifest tells the addresses of pods. But whoever writes one of these ranges means the network of the pods: that of kind, minikube and
 * flannel (`net-conf.json` of its manifest), and that of k3s (`--cluster-cidr`), by default.
 */
const USUAL_POD_NETWORKS: ReadonlySet<string> = new Set(['10.244.0.0/16', '10.42.0.0/16']);

// Proxies on the way write these; what a caller sends says nothing of them.
const WRITTEN_BY_PROXIES = /^(?:x-forwarded-|x-envoy-|x-b3-|x-request-id$|traceparent$|b3$|forwarded$|x-real-ip$)/;

function isMalformed({ attribute }: Condition, item: Field): boolean {
  const text = item.text();
  if (text === undefined) return false;
  if (attribute === 'port') return !/^\d{1,10}$/.test(text) || Number(text) > 65535;
  return ADDRESS_ATTRIBUTES.has(attribute) && !isIpAddress(text) && !isIpPrefix(text);
}

function matchesPath(mesh: Mesh, text: string, path: string | undefined): Answer {
  const templated = mesh.istioAtLeast('1.22') && hasTemplate(text);
  if (path === undefined) return pathFlaw(mesh, text) === undefined ? 'unknown' : 'no';
  return asAnswer(templated ? matchesTemplate(text, path) : matchesPattern(textPattern(text), path));
}

function withinRange(text: string, address: string | undefined): Answer {
  const range = text.includes('/') ? text : `${text}/${isIpv4Address(text) ? 32 : 128}`;
  if (address !== undefined && isIpAddress(address))
    return asAnswer(prefixesOverlap(range, `${address}/${isIpv4Address(address) ? 32 : 128}`));
  return range === '0.0.0.0/0' ? 'yes' : 'unknown';
}

// The trust domain of the mesh, each of its aliases, and cluster.local stand for all of them. Source:
// `pilot/pkg/security/trustdomain/bundle.go`, ReplaceTrustDomainAliases.
function withAliases(mesh: Mesh, principal: string): readonly string[] {
  const parts = principal.split('/');
  const [domain = '', ...rest] = parts;
  if (parts.length !== 5 || domain === '*') return [principal];
  const { own, aliases } = trustDomainsOf(mesh);
  const domains = [own, ...aliases];
  const covers = (pattern: string, text: string) => matchesPattern(textPattern(pattern), text);
  const meant = domain === 'cluster.local' || domains.some((d) => covers(d, domain) || covers(domain, d));
  if (!meant) return [principal];
  return domains.map((d) => (domain.startsWith('*') && covers(domain, d) ? principal : [d, ...rest].join('/')));
}

// Behind a star in front stands a regular expression; elsewhere the text is taken as it is.
function matchesPrincipal(written: string, principal: string): Answer {
  const pattern = textPattern(written);
  if (pattern.kind === 'suffix')
    return asAnswer(hasLiteralStar(pattern) ? undefined : matchesLooseGlob(written, principal));
  return asAnswer(matchesPattern(pattern, principal));
}

function listed(items: readonly Field[]): string {
  const texts = items.slice(0, 3).map((item) => item.text() ?? '?');
  return texts.join(', ') + (items.length > 3 ? ', ...' : '');
}

function worst(answers: readonly Answer[]): Answer {
  return answers.includes('no') ? 'no' : answers.includes('unknown') ? 'unknown' : 'yes';
}

function anyOf(answers: readonly Answer[]): Answer {
  return answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no';
}

function both(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
}

function asAnswer(value: boolean | undefined): Answer {
  return value === undefined ? 'unknown' : value ? 'yes' : 'no';
}
