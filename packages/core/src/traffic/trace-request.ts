import { nameOf } from '../manifest/resource.ts';
import { isIpAddress } from '../mesh/ip-prefix.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Workload } from '../mesh/workloads.ts';
import type { Destination } from '../mesh/routes.ts';
import type { Field } from '../source/field.ts';
import { arrivalAt } from './arrival.ts';
import { Draft } from './draft.ts';
import { isForProxy, type MatchInput, ruleTakes } from './http-match.ts';
import {
  type Address,
  ANY_ADDRESS,
  type Chain,
  chainFor,
  type Listener,
  listenersOfPort,
  podAddress,
  serviceAddress,
} from './listeners.ts';
import { type RegistryEndpoint, type RegistryHost, registryOf } from './registry.ts';
import type { TrafficRequest } from './request.ts';
import type { HttpRule, MeshRoute } from './routes-for-mesh.ts';
import { MESH_GATEWAY } from './routes-for-mesh.ts';
import { type Client, type Scope, scopeOf } from './scope.ts';
import { NO_REGEX, type RegexMatcher } from './string-match.ts';
import type { PassedOver, Trace, TraceDestination, TraceEndpoint, TraceFault } from './trace.ts';
import { endpointsOfUpstream, type NoUpstream, tlsOfAll, tlsTo, type Upstream, upstreamOf } from './upstream.ts';
import { type VirtualHostEntry, virtualHostsOf } from './virtual-hosts.ts';
import { traceAtGateway } from './gateway-request.ts';

/** What a trace needs beside the mesh. */
export interface TraceSetup {
  /** Matches regular expressions of routes; without it what they decide is unknown. */
  readonly regex?: RegexMatcher;
}

/** An address that nothing in the mesh has: of TEST-NET-3, which RFC 5737 keeps for documentation. */
export const OUTSIDE: Address = '203.0.113.10';

/**
 * What the proxies do with a request: the proxy of the caller, or of the gateway that it reaches, then those of the endpoints. It goes as
 * far as the files prove; `needs` says what would decide the rest.
 */
export function traceRequest(mesh: Mesh, request: TrafficRequest, setup: TraceSetup = {}): Trace {
  const regex = setup.regex ?? NO_REGEX;
  return request.gateway ? traceAtGateway(mesh, request, regex) : traceFromPod(mesh, request, regex);
}

/** The proxy of a workload, as a client. */
export function clientOf(workload: Workload, gateway = false): Client {
  return { namespace: workload.resource.namespace ?? '', labels: workload.podLabels, workload, gateway };
}

function traceFromPod(mesh: Mesh, request: TrafficRequest, regex: RegexMatcher): Trace {
  const draft = new Draft();
  const client = clientOf(request.from);
  const sidecar = mesh.sidecar(request.from);
  const { answer, reason } = mesh.membership(request.from);
  const name = resolveName(mesh, request, draft);
  if (name === undefined) return draft.end('unknown', undefined);
  if (sidecar.present === 'no') {
    draft.step('listener', `${nameOf(request.from.resource)} has no sidecar: ${reason}`);
    return withoutProxy(mesh, request, draft, name);
  }
  if (answer === 'unknown') draft.need(`whether ${nameOf(request.from.resource)} has a sidecar: ${reason}`);
  const scope = scopeOf(mesh, client);
  if (scope.sidecar) draft.step('listener', `${nameOf(scope.sidecar)} says what the proxy knows`, scope.sidecar.body);
  return outbound({ mesh, request, regex, draft, client, scope, name });
}

/** What DNS answers. */
interface Name {
  readonly address: Address;
  /** The Service or pod behind the address. */
  readonly host: RegistryHost | undefined;
  readonly endpoint?: RegistryEndpoint;
}

interface Way {
  readonly mesh: Mesh;
  readonly request: TrafficRequest;
  readonly regex: RegexMatcher;
  readonly draft: Draft;
  readonly client: Client;
  readonly scope: Scope;
  readonly name: Name;
}

// The search path of a pod: its own namespace, `svc`, the domain of the cluster.
function resolveName(mesh: Mesh, request: TrafficRequest, draft: Draft): Name | undefined {
  const { host, from } = request;
  if (isIpAddress(host)) {
    draft.step('name', `${host} is an address`);
    return { address: host, host: undefined };
  }
  const namespace = from.resource.namespace ?? '';
  const short = host.endsWith('.') ? host.slice(0, -1) : host;
  const [name = '', space = namespace, svc, ...rest] = short.split('.');
  const tail = rest.join('.');
  const isService = svc === undefined || (svc === 'svc' && (tail === '' || tail === 'cluster.local'));
  const service = isService ? registryOf(mesh).service(space, name) : undefined;
  if (service) return ofService(mesh, request, service, draft);
  const mayBe = isService && !mesh.settings.closedWorld && (svc !== undefined || !short.includes('.') || hasNamespace(mesh, space));
  if (mayBe) {
    const lookup = mesh.service(space, name);
    const why = lookup.state === 'elsewhere' ? lookup.why : `no Service ${space}/${name} was read`;
    draft.step('name', `${host} would be Service ${space}/${name}, and ${why}`);
    if (lookup.state !== 'missing') {
      draft.need(`the manifest of Service ${space}/${name}`);
      return undefined;
    }
  } else draft.step('name', `${host} is no Service: DNS answers with an address outside`);
  return { address: OUTSIDE, host: undefined };
}

function hasNamespace(mesh: Mesh, name: string): boolean {
  return mesh.resources.some((r) => r.namespace === name);
}

function ofService(mesh: Mesh, request: TrafficRequest, host: RegistryHost, draft: Draft): Name {
  const { resource, service } = host;
  if (host.aliasOf !== undefined) {
    draft.step('name', `${request.host} is ${nameOf(resource)}, another name of ${host.aliasOf}`, resource.body.at('spec').at('externalName'));
    const [target] = registryOf(mesh).at(host.aliasOf);
    if (target?.service && target !== host && target.aliasOf === undefined) return ofService(mesh, request, target, draft);
    return { address: OUTSIDE, host: undefined };
  }
  if (!service?.headless) {
    draft.step('name', `${request.host} is ${nameOf(resource)}`, resource.body.at('metadata').at('name'));
    return { address: serviceAddress(host.namespace, resource.name), host };
  }
  const port = host.ports.find((p) => p.number === request.port) ?? host.ports[0];
  const [endpoint] = port ? registryOf(mesh).endpoints(host, port).endpoints : [];
  draft.step('name', `${request.host} is ${nameOf(resource)}, which is headless: DNS answers with the addresses of its pods`, resource.body.at('spec').at('clusterIP'));
  if (!endpoint) {
    draft.need(`the pods of ${nameOf(resource)}`);
    return { address: OUTSIDE, host };
  }
  return { address: endpoint.workload ? podAddress(endpoint.name) : endpoint.name, host, endpoint };
}

function withoutProxy(mesh: Mesh, request: TrafficRequest, draft: Draft, name: Name): Trace {
  const handledAs = request.protocol === 'tcp' || request.tls ? 'tcp' : 'http';
  const { host } = name;
  if (!host) return draft.end('passthrough', undefined);
  const port = host.ports.find((p) => p.number === request.port);
  if (!port) {
    draft.step('destination', `${nameOf(host.resource)} has no port ${request.port}`);
    draft.destinations.push({ host: host.host, port: request.port, subset: null, weight: 100, missing: true, endpoints: [], endpointsKnown: true });
    return draft.end('forwarded', undefined);
  }
  const { endpoints, open } = registryOf(mesh).endpoints(host, port);
  if (open) draft.need(`the other endpoints of ${host.host}: ${open}`);
  draft.destinations.push({
    host: host.host,
    port: request.port,
    subset: null,
    weight: 100,
    missing: false,
    endpointsKnown: open === undefined,
    endpoints: endpoints.map((e) => {
      const connection = { caller: request.from, tls: 'none', handledAs, request, path: pathOf(request), authority: authorityOf(request), headers: request.headers } as const;
      const arrival = e.workload
        ? arrivalAt(e.mesh, e.workload, e.port, connection)
        : { arrives: true, allowed: undefined, steps: [], needs: [] };
      return { name: e.name, workload: e.workload, port: e.port, tls: 'none', arrival };
    }),
  });
  return draft.end('forwarded', undefined);
}

function outbound(way: Way): Trace {
  const { scope, request, name, draft, client } = way;
  const listeners = listenersOfPort(scope, client.labels, request.port);
  const ownPod = client.workload ? podAddress(`${client.namespace}/${client.workload.resource.name}`) : undefined;
  const listener =
    (name.address === ownPod ? undefined : listeners.find((l) => l.address === name.address)) ??
    listeners.find((l) => l.address === ANY_ADDRESS);
  if (!listener) {
    draft.step('listener', `the proxy has no listener for port ${request.port} of that address`);
    return unknownDestination(way, 'tcp');
  }
  const plainHttp = !request.tls && request.protocol !== 'tcp';
  const chain = chainFor(listener.chains, {
    tls: request.tls,
    sni: request.sni,
    http: plainHttp,
    address: name.address,
  });
  sayListener(way, listener, chain);
  if (!chain) return unknownDestination(way, 'tcp');
  if (chain.target.kind === 'tcp') return throughTcp(way, chain);
  if (!plainHttp) {
    draft.step('listener', 'the proxy expects HTTP, and this is none');
    return draft.end('protocol-error', 'http');
  }
  return throughHttp(way, chain);
}

function sayListener({ draft, request }: Way, listener: Listener, chain: Chain | undefined): void {
  const where = listener.address === ANY_ADDRESS ? `port ${request.port}` : `${listener.address}, port ${request.port}`;
  const passedOver = listener.lost.map(({ host, to }): PassedOver => ({
    resource: host.resource,
    why: `${nameOf(to.resource)} has the listener already, and is older`,
  }));
  if (!chain) draft.step('listener', `no part of the listener for ${where} takes these bytes`, undefined, passedOver);
  else
    draft.step(
      'listener',
      `the listener for ${where} takes them for ${chain.target.kind === 'http' ? 'HTTP' : `${chain.port.protocol}, not looked into`}: ${nameOf(chain.host.resource)}`,
      chain.port.field,
      passedOver,
    );
}

function unknownDestination({ scope, draft }: Way, handledAs: 'http' | 'tcp'): Trace {
  const { mode, field, source, certain } = scope.outboundMode;
  if (!certain) draft.need('the MeshConfig of the mesh, for its outboundTrafficPolicy');
  const blocked = mode === 'REGISTRY_ONLY';
  draft.step(
    'destination',
    blocked
      ? `the proxy lets nothing through to what it does not know: ${source} says REGISTRY_ONLY`
      : `the proxy lets it through as it is (${source} says ALLOW_ANY)`,
    field,
  );
  return draft.end(blocked ? 'blocked' : 'passthrough', handledAs);
}

function throughTcp(way: Way, chain: Chain): Trace {
  const { draft } = way;
  const target = chain.target as Extract<Chain['target'], { kind: 'tcp' }>;
  if (!target.rule) {
    // A listener that a Sidecar names may have another port than the host has.
    const port = chain.host.ports.length === 1 ? (chain.host.ports[0]?.number ?? way.request.port) : way.request.port;
    send(way, chain.host.host, port, undefined, 100, 'tcp');
    return draft.end('forwarded', 'tcp');
  }
  const { rule, route } = target;
  draft.route = undefined;
  draft.step('route', `a ${rule.kind} rule of ${nameOf((route as MeshRoute).resource)} sends it on`, target.match ?? rule.field);
  sendAll(way, rule.destinations, 'tcp');
  return draft.end('forwarded', 'tcp');
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
    const { host, port } = meant(way, destination);
    send(way, host, port, destination.subset, weight, handledAs, destination.field);
  }
}

/** The host and port of a destination: without a port the only one of the host, else that of the listener. */
export function meant(way: SendWay, destination: Destination): { readonly host: string; readonly port: number } {
  const written = destination.host?.fqdn ?? '';
  const known = way.scope.host(written);
  const host = known?.aliasOf ?? written;
  const only = known?.ports.length === 1 ? known.ports[0]?.number : undefined;
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
    draft.destinations.push({ host, port, subset: subset ?? null, weight, missing: true, endpoints: [], endpointsKnown: true });
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

function sayUpstream(draft: Draft, { host, port, subset, rule, passedOver }: Upstream, weight: number, field?: Field): void {
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
  if (host.resolution === 'passthrough') return { ...common, ...passedOn(way, upstream, handledAs) };
  const { endpoints, open } = endpointsOfUpstream(mesh, upstream);
  if (open) way.draft.need(`the other endpoints of ${host.host}: ${open}`);
  return {
    ...common,
    endpointsKnown: open === undefined,
    endpoints: endpoints.map((endpoint) => endpointOf(way, upstream, endpoint, handledAs)),
  };
}

function endpointOf(way: SendWay, upstream: Upstream, endpoint: RegistryEndpoint, handledAs: 'http' | 'tcp'): TraceEndpoint {
  const { mesh, request, client, draft } = way;
  const decision = tlsTo(mesh, upstream, endpoint);
  const tls = decision.tls ?? 'none';
  if (decision.tls === undefined) draft.need(`what is spoken to ${endpoint.name}: ${decision.why}`);
  else draft.sayOnce('upstream', `${wordsOfTls(tls)}: ${decision.why}`, decision.field);
  const connection = {
    caller: client.workload,
    tls,
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
function passedOn(way: SendWay, upstream: Upstream, handledAs: 'http' | 'tcp'): Pick<TraceDestination, 'endpoints' | 'endpointsKnown'> {
  const { mesh, request, name } = way;
  const decision = tlsOfAll(mesh, upstream) ?? { tls: 'istio', why: 'auto mTLS' };
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
    return { endpoints: [{ name: endpoint.name, workload: endpoint.workload, port: request.port, tls, arrival }], endpointsKnown: true };
  }
  const arrival = { arrives: true, allowed: undefined, steps: [], needs: [] };
  const shown = name.address === OUTSIDE || name.host === undefined ? name.address : addressOf(name.host);
  return { endpoints: [{ name: shown, workload: undefined, port: request.port, tls, arrival }], endpointsKnown: true };
}

function addressOf({ resource, namespace }: RegistryHost): string {
  return resource.body.at('spec').at('clusterIP').string() ?? `address of ${namespace}/${resource.name}`;
}

function throughHttp(way: Way, chain: Chain): Trace {
  const { scope, request, draft } = way;
  const hosts = virtualHostsOf(scope, request.port);
  const target = chain.target as Extract<Chain['target'], { kind: 'http' }>;
  const input = matchInput(way);
  if (target.only) {
    const entry = firstWithRules(hosts.ofHost(target.only.host), input);
    if (entry) return throughVirtualHost(way, entry, input);
    draft.step('route', `nothing answers for ${target.only.host} there: 404`);
    return draft.end('no-route', 'http');
  }
  for (const list of hosts.matching(hostOf(input.authority))) {
    const entry = firstWithRules(list, input);
    if (entry) return throughVirtualHost(way, entry, input, list);
  }
  draft.step('route', `no virtual host of port ${request.port} is for ${input.authority}`);
  return unknownDestination(way, 'http');
}

function matchInput({ request, client, regex }: Way): MatchInput {
  const [path, query] = splitPath(request.path);
  return {
    namespace: client.namespace,
    labels: client.labels,
    gateways: MESH_ONLY,
    port: request.port,
    path,
    query,
    method: request.method,
    scheme: 'http',
    authority: authorityOf(request),
    headers: request.headers,
    regex,
  };
}

const MESH_ONLY: ReadonlySet<string> = new Set([MESH_GATEWAY]);

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

function pathOf(request: TrafficRequest): string {
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

// A VirtualService none of whose rules can ever be for this caller is as if it were not there.
function firstWithRules(list: readonly VirtualHostEntry[], input: MatchInput): VirtualHostEntry | undefined {
  return list.find(({ route }) => !route || route.http.some((rule) => mayBeFor(rule, input)));
}

function mayBeFor(rule: HttpRule, input: MatchInput): boolean {
  if (rule.matches.length === 0) return true;
  return rule.matches.some((m) => isForProxy(m.field, input) && (!m.above || isForProxy(m.above, input)));
}

function throughVirtualHost(way: Way, { route, host }: VirtualHostEntry, input: MatchInput, list: readonly VirtualHostEntry[] = []): Trace {
  const { draft, request } = way;
  if (!route) {
    const known = host as RegistryHost;
    draft.step('route', `no VirtualService is for ${known.host} here: the default route`);
    send(way, known.host, request.port, undefined, 100, 'http');
    return draft.end('forwarded', 'http');
  }
  const others = list
    .filter((e) => e.route && e.route !== route)
    .map((e): PassedOver => ({ resource: (e.route as MeshRoute).resource, why: `${nameOf(route.resource)} has the host already: on the mesh one VirtualService holds, the oldest` }));
  draft.step('route', `${nameOf(route.resource)} is for host ${input.authority}`, route.virtualService.spec.at('hosts'), others);
  return throughRules(way, route, input);
}

/** The rules of a VirtualService, the first that takes the request. */
export function throughRules(way: SendWay & { readonly regex: RegexMatcher }, route: MeshRoute, input: MatchInput): Trace {
  const { draft } = way;
  draft.route = route.resource;
  const passedOver: PassedOver[] = [];
  for (const rule of route.http) {
    const result = ruleTakes(rule, input);
    if (result.answer === 'no') {
      if (passedOver.length < MOST_PASSED) passedOver.push({ resource: route.resource, field: result.field, why: result.why ?? '' });
      continue;
    }
    if (result.answer === 'unknown') {
      draft.step('route', `whether a rule takes it cannot be told: ${result.why}`, result.field, passedOver);
      draft.need(`whether ${result.why}`);
      return draft.end('unknown', 'http');
    }
    draft.step('route', rule.name ? `rule ${rule.name} takes it` : 'this rule takes it', result.field ?? rule.field, passedOver);
    return act(way, rule, input);
  }
  draft.route = undefined;
  draft.step('route', `no rule of ${nameOf(route.resource)} takes it: 404`, route.virtualService.spec.at('http'), passedOver);
  return draft.end('no-route', 'http');
}

const MOST_PASSED = 20;

function act(way: SendWay & { readonly regex: RegexMatcher }, rule: HttpRule, input: MatchInput): Trace {
  const { draft } = way;
  draft.rule = rule.name;
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
  const { host, port } = meant(way, mirror);
  draft.mirrors.push({ host, port, subset: mirror.subset ?? null, percent });
  draft.step('destination', `${percent === 100 ? 'a copy' : `a copy of ${percent} %`} to ${host}, port ${port}`, mirror.field);
}

function mirrorPercent(rule: HttpRule, mirror: Destination): number {
  const holder = mirror.entry === mirror.field ? rule.field.at('mirrorPercentage') : mirror.entry.at('percentage');
  if (holder.hasValue) return holder.at('value').number() ?? 0;
  if (mirror.entry !== mirror.field) return 100;
  return rule.field.at('mirrorPercent').number() ?? rule.field.at('mirror_percent').number() ?? 100;
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
