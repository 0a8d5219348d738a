import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Destination } from '../routing/routes.ts';
import type { Field } from '../source/field.ts';
import { hasNoBackend } from './api-routes.ts';
import { type ApiRule, filterOf, rewrittenPath } from './api-rule.ts';
import { arrivalAt } from './arrival.ts';
import type { Draft } from './draft.ts';
import { ruleTakes } from './http-match.ts';
import type { HttpRule } from './http-rule.ts';
import type { Identity } from './identity.ts';
import type { Address } from './listeners.ts';
import type { MatchInput } from './match-input.ts';
import type { MeshRoute } from './mesh-route.ts';
import type { RegistryEndpoint, RegistryHost } from './registry.ts';
import type { TrafficRequest } from './request.ts';
import type { Client, Scope } from './scope.ts';
import type { RegexMatcher } from './string-match.ts';
import type { PassedOver, Trace, TraceDestination, TraceEndpoint, TraceFault } from './trace.ts';
import {
  endpointsOfUpstream,
  type NoUpstream,
  type TlsDecision,
  tlsOfAll,
  tlsTo,
  type Upstream,
  upstreamOf,
} from './upstream.ts';

/** An address that nothing in the mesh has: of TEST-NET-3, which RFC 5737 keeps for documentation. */
export const OUTSIDE: Address = '203.0.113.10';

/** What DNS answers. */
export interface Name {
  readonly address: Address;
  /** The Service or pod behind the address. */
  readonly host: RegistryHost | undefined;
  readonly endpoint?: RegistryEndpoint;
  /** Why nobody answers under the name or the port, where that is known. */
  readonly doubt?: string;
}

/** Sends to the weighted destinations of a rule; of several those with weight 0 get nothing. */
export function sendAll(way: SendWay, destinations: readonly Destination[], handledAs: 'http' | 'tcp'): void {
  const several = destinations.length > 1;
  for (const destination of destinations) {
    const weight = several ? (destination.weight ?? 0) : 100;
    if (several && weight === 0) continue;
    if (!destination.host) {
      way.draft.need('a host that is filled in later');
      continue;
    }
    const { host, port } = meant(way, destination, handledAs);
    send(way, host, port, destination.subset, weight, handledAs, destination.field);
  }
}

/**
 * The host and port of a destination. Without a port it is that of the listener; the only one that the host has counts where istiod looks at
 * all of them: in opaque traffic and at gateways, not in HTTP between pods. Source: `route.go`, GetDestinationCluster.
 */
export function meant(
  way: SendWay,
  destination: Destination,
  handledAs: 'http' | 'tcp',
): { readonly host: string; readonly port: number } {
  const written = destination.host?.fqdn ?? '';
  const known = way.scope.host(written);
  const host = known?.aliasOf ?? written;
  const looks = handledAs === 'tcp' || way.client.gateway;
  const only = looks && known?.ports.length === 1 ? known.ports[0]?.number : undefined;
  return { host, port: destination.port ?? only ?? way.listenPort ?? way.request.port };
}

/** What `send` needs of a way: also that of a gateway. */
export interface SendWay {
  readonly mesh: Mesh;
  readonly request: TrafficRequest;
  readonly draft: Draft;
  readonly client: Client;
  readonly scope: Scope;
  readonly name: Name;
  /** Port of the listener, where it is not that of the request. */
  readonly listenPort?: number;
  readonly path?: string;
  readonly authority?: string;
  /** The waypoint that sends, by its certificate. */
  readonly via?: Identity;
}

/** Sends a share of a request to a host: its endpoints, what is spoken to each, and what each makes of it. */
export function send(
  way: SendWay,
  host: string,
  port: number,
  subset: string | undefined,
  weight: number,
  handledAs: 'http' | 'tcp',
  field?: Field,
): void {
  const { mesh, draft, scope, client } = way;
  const upstream = upstreamOf(scope, client, host, port, subset);
  if ('missing' in upstream) {
    draft.destinations.push({
      host,
      port,
      subset: subset ?? null,
      weight,
      missing: true,
      endpoints: [],
      endpointsKnown: true,
    });
    draft.step('destination', wordsOfMissing(upstream, host, port, subset, scope), field, upstream.passedOver);
    if (upstream.open) draft.need(upstream.open);
    return;
  }
  sayUpstream(draft, upstream, weight, field);
  draft.destinations.push(destinationOf(way, mesh, upstream, weight, handledAs));
}

function wordsOfMissing(
  { missing, rule, host: known }: NoUpstream,
  host: string,
  port: number,
  subset: string | undefined,
  scope: Scope,
): string {
  if (missing === 'host') return `no host ${host} is known to proxies of namespace ${scope.namespace}: 503`;
  if (missing === 'port') return `${known ? nameOf(known.resource) : host} has no port ${port}: 503`;
  const [first] = rule?.rules ?? [];
  return first
    ? `${nameOf(first.resource)}, which holds for ${host}, defines no subset ${subset}: 503`
    : `no DestinationRule that holds for ${host} defines subset ${subset}: 503`;
}

function sayUpstream(
  draft: Draft,
  { host, port, subset, rule, passedOver }: Upstream,
  weight: number,
  field?: Field,
): void {
  const share = weight === 100 ? '' : `${weight} % `;
  const part = subset ? `, subset ${subset.name}` : '';
  draft.step('destination', `${share}to ${host.host}, port ${port.number}${part}`, field ?? port.field);
  const [first] = rule?.rules ?? [];
  if (first) draft.step('upstream', `${nameOf(first.resource)} holds for it`, first.hostField, passedOver);
  else if (passedOver.length > 0) draft.step('upstream', 'no DestinationRule holds for it', undefined, passedOver);
}

function destinationOf(
  way: SendWay,
  mesh: Mesh,
  upstream: Upstream,
  weight: number,
  handledAs: 'http' | 'tcp',
): TraceDestination {
  const { host, port, subset } = upstream;
  const common = { host: host.host, port: port.number, subset: subset?.name ?? null, weight, missing: false } as const;
  // A gateway has no address that its caller asked for: it gets the endpoints as of any other host.
  if (host.resolution === 'passthrough' && !way.client.gateway)
    return { ...common, ...passedOn(way, upstream, handledAs) };
  const { endpoints, open } = endpointsOfUpstream(mesh, upstream);
  if (open) way.draft.need(`the other endpoints of ${host.host}: ${open}`);
  return {
    ...common,
    endpointsKnown: open === undefined,
    endpoints: endpoints.map((endpoint) => endpointOf(way, upstream, endpoint, handledAs)),
  };
}

function endpointOf(
  way: SendWay,
  upstream: Upstream,
  endpoint: RegistryEndpoint,
  handledAs: 'http' | 'tcp',
): TraceEndpoint {
  const { mesh, request, client, draft } = way;
  const decision = hboneTo(way, endpoint) ?? tlsTo(mesh, upstream, endpoint);
  const { tls, automatic } = decision;
  if (tls === undefined) draft.need(`what is spoken to ${endpoint.name}: ${decision.why}`);
  else draft.sayOnce('upstream', `${wordsOfTls(tls)}: ${decision.why}`, decision.field);
  const connection = {
    caller: client.workload,
    tls: tls ?? 'istio',
    ...(automatic ? { automatic } : {}),
    ...(way.via ? { via: way.via } : {}),
    handledAs,
    request,
    path: way.path ?? pathOf(request),
    authority: way.authority ?? authorityOf(request),
    headers: request.headers,
  };
  const arrival = endpoint.workload
    ? arrivalAt(endpoint.mesh, endpoint.workload, endpoint.port, connection)
    : { arrives: true, allowed: undefined, steps: [], needs: [] };
  return { name: endpoint.name, workload: endpoint.workload, port: endpoint.port, tls, arrival };
}

/** What is spoken to pods in ambient mode: a waypoint speaks HBONE, and other proxies where they are told to; undefined for other pods. */
function hboneTo({ via }: SendWay, { mesh, workload }: RegistryEndpoint): TlsDecision | undefined {
  if (!workload || mesh.membership(workload).mode !== 'ambient') return undefined;
  if (via) return { tls: 'istio', why: 'a waypoint speaks HBONE to pods in ambient mode' };
  return { tls: undefined, why: 'HBONE where the proxy of the caller has ISTIO_META_ENABLE_HBONE, else plain text' };
}

const TLS_WORDS = {
  istio: 'mutual TLS of the mesh',
  simple: 'TLS',
  mutual: 'TLS with a certificate of its own',
  none: 'plain text',
} as const;

function wordsOfTls(tls: keyof typeof TLS_WORDS): string {
  return TLS_WORDS[tls];
}

// Without a list of endpoints the bytes go where the caller sent them, at the port it asked for.
function passedOn(
  way: SendWay,
  upstream: Upstream,
  handledAs: 'http' | 'tcp',
): Pick<TraceDestination, 'endpoints' | 'endpointsKnown'> {
  const { mesh, request, name } = way;
  const decision: TlsDecision = tlsOfAll(mesh, upstream) ?? { tls: 'istio', why: 'auto mTLS' };
  const tls = decision.tls ?? 'none';
  way.draft.sayOnce('upstream', `${wordsOfTls(tls)}: ${decision.why}`, decision.field);
  const { endpoint } = name;
  if (endpoint?.workload) {
    const connection = {
      caller: way.client.workload,
      tls,
      handledAs,
      request,
      path: way.path ?? pathOf(request),
      authority: way.authority ?? authorityOf(request),
      headers: request.headers,
    };
    const arrival = arrivalAt(endpoint.mesh, endpoint.workload, request.port, connection);
    return {
      endpoints: [{ name: endpoint.name, workload: endpoint.workload, port: request.port, tls, arrival }],
      endpointsKnown: true,
    };
  }
  const arrival = { arrives: true, allowed: undefined, steps: [], needs: [] };
  const shown = name.address === OUTSIDE || name.host === undefined ? name.address : addressOf(name.host);
  return { endpoints: [{ name: shown, workload: undefined, port: request.port, tls, arrival }], endpointsKnown: true };
}

function addressOf({ resource, namespace }: RegistryHost): string {
  return resource.body.at('spec').at('clusterIP').string() ?? `address of ${namespace}/${resource.name}`;
}

/** Path and query of what stands on the first line of a request. */
export function splitPath(text: string): [path: string, query: ReadonlyMap<string, string>] {
  const mark = text.indexOf('?');
  if (mark < 0) return [text, new Map()];
  const query = new Map<string, string>();
  for (const part of text.slice(mark + 1).split('&')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!query.has(name)) query.set(name, equals < 0 ? '' : part.slice(equals + 1));
  }
  return [text.slice(0, mark), query];
}

export function pathOf(request: TrafficRequest): string {
  return splitPath(request.path)[0];
}

/** The Host header: with the port unless it is 80. */
export function authorityOf({ host, port, headers }: TrafficRequest): string {
  return headers.get('host') ?? (port === 80 ? host : `${host}:${port}`);
}

/** The host of an authority. */
export function hostOf(authority: string): string {
  return authority.replace(/:\d+$/, '');
}

/** The rules of a VirtualService: what the first does that takes the request; undefined where none takes it. */
export function throughRules(
  way: SendWay & { readonly regex: RegexMatcher },
  route: MeshRoute,
  input: MatchInput,
): Trace | undefined {
  const { draft } = way;
  draft.route = route.resource;
  const passedOver: PassedOver[] = [];
  for (const rule of route.http) {
    const result = ruleTakes(rule, input);
    if (result.answer === 'no') {
      if (passedOver.length < MOST_PASSED)
        passedOver.push({ resource: route.resource, field: result.field, why: result.why ?? '' });
      continue;
    }
    if (result.answer === 'unknown') {
      draft.step('route', `whether a rule takes it cannot be told: ${result.why}`, result.field, passedOver);
      draft.need(`whether ${result.why}`);
      return draft.end('unknown', 'http');
    }
    draft.step(
      'route',
      rule.name ? `rule ${rule.name} takes it` : 'this rule takes it',
      result.field ?? rule.field,
      passedOver,
    );
    return act(way, rule, input);
  }
  draft.route = undefined;
  draft.passed('route', passedOver);
  return undefined;
}

const MOST_PASSED = 20;

function act(way: SendWay & { readonly regex: RegexMatcher }, rule: HttpRule, input: MatchInput): Trace {
  const { draft } = way;
  draft.rule = rule.name;
  if (rule.api) return actOfApi(way, rule, rule.api, input);
  const redirect = settingOf(rule, 'redirect');
  if (redirect.hasValue) {
    draft.step('route', `it answers with a redirect`, redirect);
    return draft.end('redirect', 'http');
  }
  const direct = rule.field.at('directResponse');
  if (direct.hasValue) {
    draft.status = direct.at('status').number();
    draft.step('route', `it answers itself with ${draft.status ?? 'a status'}`, direct);
    return draft.end('direct-response', 'http');
  }
  const timeout = settingOf(rule, 'timeout').string();
  draft.timeout = timeout !== undefined && !/^0+(?:ns|us|ms|s|m|h)$/.test(timeout) ? timeout : undefined;
  draft.fault = faultOf(settingOf(rule, 'fault'));
  const rewrite = settingOf(rule, 'rewrite');
  const uri = rewrite.at('uri').string() || rewrite.at('uriRegexRewrite').at('rewrite').string();
  const authority = rewrite.at('authority').string();
  if (uri || authority) draft.rewrite = { ...(uri ? { uri } : {}), ...(authority ? { authority } : {}) };
  const path = rewritten(rule, rewrite, input);
  const onward = { ...way, path, authority: authority ?? input.authority };
  for (const mirror of rule.mirrors) mirrorTo(onward, rule, mirror);
  sendAll(onward, rule.destinations, 'http');
  return draft.end('forwarded', 'http');
}

// Source: `pilot/pkg/config/kube/gateway/conversion.go`, convertHTTPRoute.
function actOfApi(way: SendWay, rule: HttpRule, api: ApiRule, input: MatchInput): Trace {
  const { draft } = way;
  draft.route = api.resource;
  const redirect = filterOf(api, 'RequestRedirect');
  if (redirect) {
    draft.step('route', 'it answers with a redirect', redirect);
    return draft.end('redirect', 'http');
  }
  if (hasNoBackend(rule)) {
    draft.status = 500;
    draft.step('route', 'it has no backend with a weight: 500', api.field);
    return draft.end('direct-response', 'http');
  }
  const timeouts = api.field.at('timeouts');
  const timeout = [timeouts.at('backendRequest'), timeouts.at('request')]
    .map((f) => f.string())
    .find((t) => t !== undefined && !/^0+(?:ms|s|m|h)$/.test(t));
  draft.timeout = timeout;
  const filter = filterOf(api, 'URLRewrite');
  const uri = filter && rewrittenPath(api, filter, input.path);
  const authority = filter?.at('urlRewrite').at('hostname').string();
  if (uri || authority) draft.rewrite = { ...(uri ? { uri } : {}), ...(authority ? { authority } : {}) };
  const onward = { ...way, path: uri ?? input.path, authority: authority ?? input.authority };
  for (const mirror of rule.mirrors) mirrorTo(onward, rule, mirror);
  sendAll(onward, rule.destinations, 'http');
  return draft.end('forwarded', 'http');
}

// What a delegate leaves open the rule above it says.
function settingOf(rule: HttpRule, key: string): Field {
  const own = rule.field.at(key);
  return own.hasValue || !rule.above ? own : rule.above.at(key);
}

function rewritten(rule: HttpRule, rewrite: Field, { path }: MatchInput): string {
  const uri = rewrite.at('uri').string();
  if (!uri) return path;
  const prefix = longestPrefix(rule, path);
  return prefix === undefined ? uri : uri + path.slice(prefix.length);
}

// A rewrite replaces what matched: the prefix of the match, or the whole path.
function longestPrefix(rule: HttpRule, path: string): string | undefined {
  for (const { field } of rule.matches) {
    const prefix = field.at('uri').at('prefix').string();
    if (prefix !== undefined && path.startsWith(prefix)) return prefix;
    if (field.at('uri').at('exact').string() === path) return undefined;
  }
  return rule.matches.some(({ field }) => field.at('uri').hasValue) ? undefined : '/';
}

function mirrorTo(way: SendWay, rule: HttpRule, mirror: Destination): void {
  const { draft } = way;
  if (!mirror.host) return;
  const percent = mirrorPercent(rule, mirror);
  if (percent === 0) return;
  const { host, port } = meant(way, mirror, 'http');
  draft.mirrors.push({ host, port, subset: mirror.subset ?? null, percent });
  draft.step(
    'destination',
    `${percent === 100 ? 'a copy' : `a copy of ${percent} %`} to ${host}, port ${port}`,
    mirror.field,
  );
}

function mirrorPercent(rule: HttpRule, mirror: Destination): number {
  if (rule.api) {
    const { parent } = mirror.field;
    return parent ? apiMirrorPercent(parent) : 100;
  }
  const holder = mirror.entry === mirror.field ? rule.field.at('mirrorPercentage') : mirror.entry.at('percentage');
  if (holder.hasValue) return holder.at('value').number() ?? 0;
  if (mirror.entry !== mirror.field) return 100;
  return rule.field.at('mirrorPercent').number() ?? rule.field.at('mirror_percent').number() ?? 100;
}

function apiMirrorPercent(mirror: Field): number {
  const percent = mirror.at('percent').number();
  const fraction = mirror.at('fraction');
  if (percent !== undefined || !fraction.hasValue) return percent ?? 100;
  return ((fraction.at('numerator').number() ?? 0) * 100) / (fraction.at('denominator').number() ?? 100);
}

function faultOf(fault: Field): TraceFault | undefined {
  const { delay, abort } = { delay: fault.at('delay'), abort: fault.at('abort') };
  const fixed = delay.at('fixedDelay').string();
  const status = abort.at('httpStatus').number();
  if (fixed === undefined && status === undefined) return undefined;
  return {
    ...(fixed === undefined ? {} : { delay: { fixed, percent: faultPercent(delay) } }),
    ...(status === undefined ? {} : { abort: { status, percent: faultPercent(abort) } }),
  };
}

// Without a percentage every request is hit.
function faultPercent(part: Field): number {
  const written = part.at('percentage');
  if (written.hasValue) return written.at('value').number() ?? 0;
  return part.at('percent').number() ?? 100;
}
