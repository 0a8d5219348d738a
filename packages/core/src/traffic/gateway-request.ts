import { nameOf, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { covers, overlap } from '../names/hosts.ts';
import type { Route } from '../routing/routes.ts';
import type { Field } from '../source/field.ts';
import { type ApiRule, apiRuleTakesEverything, compareApiRules } from './api-rule.ts';
import { gatewayAdmission } from './arrival.ts';
import { Draft } from './draft.ts';
import { endsTls, isPlainHttp, openServers, seesHttp } from './gateway-servers.ts';
import type { HttpRule } from './http-rule.ts';
import { l4Matches } from './listeners.ts';
import type { MatchInput } from './match-input.ts';
import type { MeshRoute } from './mesh-route.ts';
import type { OpenServer } from './open-server.ts';
import type { TrafficRequest } from './request.ts';
import { allRoutesByGateway, routesSeenIn } from './routes-for-mesh.ts';
import { type Client, clientOf, type Scope, scopeOf } from './scope.ts';
import { authorityOf, hostOf, OUTSIDE, sendAll, splitPath, throughRules } from './send.ts';
import type { RegexMatcher } from './string-match.ts';
import type { PassedOver, Trace } from './trace.ts';

interface GatewayWay {
  readonly mesh: Mesh;
  readonly request: TrafficRequest;
  readonly regex: RegexMatcher;
  readonly draft: Draft;
  readonly client: Client;
  readonly scope: Scope;
  readonly name: { readonly address: string; readonly host: undefined };
  /** Port of the pod. */
  readonly port: number;
}

/** What a gateway does with a request from outside that reaches a port of its Service. Source: `pilot/pkg/networking/core/gateway.go`. */
export function traceAtGateway(mesh: Mesh, request: TrafficRequest, regex: RegexMatcher): Trace {
  const draft = new Draft();
  const client = clientOf(request.from, true);
  const servers = openServers(mesh, request.from);
  const port = podPort(mesh, request, servers.byPort, draft);
  const here = servers.byPort.get(port) ?? [];
  const passedOver = servers.leftOut.filter((l) => l.port === port);
  if (servers.open) draft.need('Gateways or labels that are filled in later');
  if (here.length === 0) {
    draft.step(
      'gateway',
      `no server of a Gateway that selects ${nameOf(request.from.resource)} opens port ${port}`,
      undefined,
      passedOver,
    );
    openWorld(
      mesh,
      draft,
      `a Gateway that selects ${nameOf(request.from.resource)} with a server for port ${request.port}`,
    );
    return draft.end('no-listener', undefined);
  }
  const way: GatewayWay = {
    mesh,
    request,
    regex,
    draft,
    client,
    scope: scopeOf(mesh, client),
    name: { address: OUTSIDE, host: undefined },
    port,
  };
  const [first] = here as [OpenServer];
  if (isPlainHttp(first)) return plainHttp(way, here, passedOver);
  if (first.mode === undefined) return plainTcp(way, first);
  return overTls(way, here);
}

function openWorld(mesh: Mesh, draft: Draft, what: string): void {
  if (!mesh.settings.closedWorld) draft.need(what);
}

/**
 * The usual ports of the pods behind the ports of a gateway, where pods may not listen below 1024. Source: `manifests/charts/gateways` of
 * istio/istio, values of its Service since 1.7; `samples/bookinfo/networking/bookinfo-gateway.yaml` counts on it.
 */
const USUAL_PORTS: ReadonlyMap<number, number> = new Map([
  [80, 8080],
  [443, 8443],
]);

function podPort(
  mesh: Mesh,
  { from, port }: TrafficRequest,
  opened: ReadonlyMap<number, readonly OpenServer[]>,
  draft: Draft,
): number {
  const services = mesh.servicesOf(from);
  const usual = USUAL_PORTS.get(port);
  if (services.length === 0 && usual !== undefined && !opened.has(port) && opened.has(usual)) {
    openWorld(mesh, draft, `the Service of ${nameOf(from.resource)}, for the port that it sends port ${port} to`);
    draft.step(
      'gateway',
      `no Service of ${nameOf(from.resource)} was read; as usual, port ${port} leads to port ${usual} of the pods`,
      opened.get(usual)?.[0]?.server.portField,
    );
    return usual;
  }
  for (const service of services)
    for (const own of service.ports) {
      if (own.number !== port) continue;
      const target = mesh.resolveTarget(own, from);
      if (target.state !== 'found') continue;
      draft.step(
        'gateway',
        `${nameOf(service.resource)} sends port ${port} to port ${target.number} of the pods`,
        own.field,
      );
      return target.number;
    }
  return port;
}

function plainHttp(way: GatewayWay, servers: readonly OpenServer[], passedOver: readonly PassedOver[]): Trace {
  const { draft, request } = way;
  if (request.tls || request.protocol === 'tcp') {
    draft.step(
      'gateway',
      `the server expects plain HTTP, and this is ${request.tls ? 'TLS' : 'none'}`,
      servers[0]?.server.portField,
      passedOver,
    );
    return draft.end('protocol-error', undefined);
  }
  return throughServers(way, servers, 'http');
}

/** A virtual host of a gateway: what several servers and VirtualServices say of one host. */
interface GatewayHost {
  readonly host: string;
  readonly parts: { readonly route: MeshRoute; readonly server: OpenServer }[];
  redirect: OpenServer | undefined;
}

function throughServers(way: GatewayWay, servers: readonly OpenServer[], scheme: 'http' | 'https'): Trace {
  const { draft, request } = way;
  const authority = authorityOf(request);
  const name = hostOf(authority).toLowerCase();
  const hosts = hostsOf(way, servers);
  const chosen = bestHost(hosts, name);
  if (!chosen) {
    const near = nearRoutes(way, servers, name, 'http');
    draft.step(
      'gateway',
      `no route and no server of port ${request.port} is for host ${name}: 404`,
      servers[0]?.server.field.at('hosts'),
      near,
    );
    openWorld(way.mesh, draft, `a VirtualService for ${name} on ${servers.map((s) => s.name).join(' or ')}`);
    return draft.end('no-route', 'http');
  }
  if (chosen.redirect && scheme === 'http') {
    draft.step('gateway', `the server sends plain HTTP to HTTPS: 301`, chosen.redirect.server.tls.at('httpsRedirect'));
    return draft.end('https-redirect', 'http');
  }
  return throughParts(way, chosen, scheme, authority);
}

// Each VirtualService is heard for the hosts that it has in common with the server, in the namespaces that the server lets in.
function hostsOf(way: GatewayWay, servers: readonly OpenServer[]): Map<string, GatewayHost> {
  const hosts = new Map<string, GatewayHost>();
  const at = (name: string): GatewayHost => {
    const key = name.toLowerCase();
    let host = hosts.get(key);
    if (!host) hosts.set(key, (host = { host: key, parts: [], redirect: undefined }));
    return host;
  };
  for (const server of servers) {
    for (const route of routesSeenIn(way.mesh, way.client.namespace, server.name)) {
      if (route.http.length === 0) continue;
      if (!route.http.some((rule) => reaches(rule, way, server, route))) continue;
      for (const name of commonHosts(server, route)) {
        const host = at(name);
        host.parts.push({ route, server });
        if (server.httpsRedirect) host.redirect = server;
      }
    }
    // Without a route istiod asks for the redirect under the host as it is written: with a namespace before it no request is for that.
    if (server.httpsRedirect)
      for (const { host, namespace } of server.server.hosts) if (namespace === '*') at(host).redirect = server;
  }
  return hosts;
}

function reaches(rule: HttpRule, way: GatewayWay, server: OpenServer, route: MeshRoute): boolean {
  if (rule.matches.length === 0) return true;
  return rule.matches.some(
    ({ field, above }) => isFor(field, way, server, route) && (!above || isFor(above, way, server, route)),
  );
}

function isFor(match: Field, way: GatewayWay, { name, server }: OpenServer, { resource }: MeshRoute): boolean {
  return l4Matches(match, {
    scope: way.scope,
    labels: way.client.labels,
    port: server.port ?? way.request.port,
    gateways: namesOf(name, resource),
  });
}

// A match names a Gateway of the route's own namespace without it; any of them in the old spelling, with the namespace behind a dot.
function namesOf(name: string, { namespace: own }: Resource): ReadonlySet<string> {
  const [namespace = '', bare = ''] = name.split('/', 2);
  return new Set([
    name,
    `${bare}.${namespace}`,
    `${bare}.${namespace}.svc.cluster.local`,
    ...(own === namespace ? [bare, `./${bare}`] : []),
  ]);
}

/** The hosts that a server and a VirtualService have in common, each time the narrower of the two. */
export function commonHosts({ server }: OpenServer, route: Pick<MeshRoute, 'resource' | 'hosts'>): string[] {
  const common = new Set<string>();
  const namespace = route.resource.namespace ?? '';
  for (const { host, namespace: from } of server.hosts) {
    if (from !== '*' && from !== namespace) continue;
    for (const other of route.hosts) {
      if (!overlap(host, other)) continue;
      common.add(covers(host, other) ? other : host);
    }
  }
  return [...common];
}

function bestHost(hosts: ReadonlyMap<string, GatewayHost>, name: string): GatewayHost | undefined {
  const exact = hosts.get(name);
  if (exact) return exact;
  let best: GatewayHost | undefined;
  for (const host of hosts.values())
    if (
      host.host.startsWith('*') &&
      covers(host.host, name) &&
      host.host.length - 1 < name.length &&
      (!best || host.host.length > best.host.length)
    )
      best = host;
  return best;
}

function throughParts(way: GatewayWay, { parts }: GatewayHost, scheme: 'http' | 'https', authority: string): Trace {
  const { draft, request } = way;
  const [path, query] = splitPath(request.path);
  const inputFor = (server: OpenServer, { resource }: MeshRoute): MatchInput => ({
    namespace: way.client.namespace,
    labels: way.client.labels,
    gateways: namesOf(server.name, resource),
    port: server.server.port ?? request.port,
    path,
    query,
    method: request.method,
    scheme,
    authority,
    headers: request.headers,
    regex: way.regex,
  });
  const seen = new Set<Resource>();
  for (const { route } of parts) {
    if (seen.has(route.resource)) continue;
    seen.add(route.resource);
    draft.step(
      'route',
      `${nameOf(route.resource)} is for host ${hostOf(authority)}`,
      route.virtualService.spec.at('hosts'),
    );
  }
  admit(way, 'http', parts[0]?.server);
  // Rules that take everything come behind those of all other VirtualServices of the host, whichever is older.
  const rules = parts.flatMap(({ route, server }) => route.http.map((rule) => ({ route, server, rule })));
  const ordered = [...rules.filter((r) => !takesEverything(r.rule)), ...rules.filter((r) => takesEverything(r.rule))];
  for (const { route, server, rule } of inOrderOfApi(cutAtCatchAll(rules, ordered))) {
    const trace = throughRules(
      { ...way, listenPort: server.server.port ?? request.port },
      { ...route, http: [rule] },
      inputFor(server, route),
    );
    if (trace) return trace;
  }
  const names = [...seen].map(nameOf);
  const whose = names.length > 2 ? `${names.length} VirtualServices` : names.join(' and ');
  draft.step('route', `no rule of ${whose} takes it: 404`);
  return draft.end('no-route', 'http');
}

interface Placed {
  readonly route: MeshRoute;
  readonly server: OpenServer;
  readonly rule: HttpRule;
}

// Behind a rule that takes everything no rule of the same VirtualService is heard.
function cutAtCatchAll(rules: readonly Placed[], ordered: readonly Placed[]): readonly Placed[] {
  const cut = new Set<Placed>();
  const ended = new Set<string>();
  for (const placed of rules) {
    const key = `${placed.route.resource.namespace}/${placed.route.resource.name} ${placed.server.name} ${placed.server.port}`;
    if (ended.has(key)) cut.add(placed);
    if (takesEverything(placed.rule)) ended.add(key);
  }
  return ordered.filter((placed) => !cut.has(placed));
}

// Rules of the Gateway API stand in one order for a host, whatever route they are of.
function inOrderOfApi(placed: readonly Placed[]): readonly Placed[] {
  if (!placed.every((p) => p.rule.api)) return placed;
  return [...placed].sort((a, b) => compareApiRules(a.rule.api as ApiRule, b.rule.api as ApiRule));
}

function takesEverything({ matches, api }: HttpRule): boolean {
  if (api) return apiRuleTakesEverything(api);
  if (matches.length === 0) return true;
  return matches.some(({ field, above }) => [field, ...(above ? [above] : [])].every(isCatchAll));
}

function isCatchAll(match: Field): boolean {
  const uri = match.at('uri');
  const anyPath = !uri.hasValue || uri.at('prefix').string() === '/' || uri.at('regex').string() === '*';
  const others = ['headers', 'withoutHeaders', 'queryParams'].some((key) => match.at(key).entries().length > 0);
  return anyPath && !others && !['method', 'authority', 'scheme'].some((key) => match.at(key).hasValue);
}

function admit(way: GatewayWay, handledAs: 'http' | 'tcp', server: OpenServer | undefined): void {
  const { mesh, request, draft, port } = way;
  const clientCertificate = server?.mode === 'MUTUAL' || server?.mode === 'ISTIO_MUTUAL';
  const how = { handledAs, clientCertificate };
  const { allowed, steps, needs } = gatewayAdmission(mesh, request.from, port, request, how);
  draft.gatewayAllowed = allowed;
  draft.steps.push(...steps);
  for (const need of needs) draft.need(need);
}

// VirtualServices for the host that this gateway does not hear, with the reason.
function nearRoutes(
  { mesh, client }: GatewayWay,
  servers: readonly OpenServer[],
  name: string,
  kind: Route['kind'],
): PassedOver[] {
  const near: PassedOver[] = [];
  for (const [gateway, routes] of mesh.derive(allRoutesByGateway)) {
    const here = servers.filter((server) => server.name === gateway);
    for (const route of routes) {
      if (near.length >= MOST_NEAR || !route.hosts.some((h) => overlap(h, name))) continue;
      const { resource, virtualService } = route;
      const field = virtualService.spec.at('gateways');
      if (here.length === 0) near.push({ resource, field, why: `it is bound to ${gateway}` });
      else if (!routesSeenIn(mesh, client.namespace, gateway).includes(route))
        near.push({
          resource,
          field,
          why: `its exportTo keeps it from namespace ${client.namespace}, where the gateway runs`,
        });
      else if (here.every((server) => commonHosts(server, route).length === 0))
        near.push({ resource, field, why: 'no server of the Gateway lets its host and namespace in' });
      else near.push({ resource, ...withoutRule(route, kind) });
    }
  }
  return near;
}

// Bound, seen and let in: then it is its rules that are not for this server.
function withoutRule(route: MeshRoute, kind: Route['kind']): Pick<PassedOver, 'field' | 'why'> {
  const { virtualService, lostDelegates } = route;
  const { spec } = virtualService;
  const [lost] = lostDelegates;
  if (kind === 'http' && route.http.length === 0 && lost) {
    const words = {
      missing: 'is not there',
      hidden: 'is hidden from it by exportTo',
      'has-hosts': 'has hosts, so it is none',
      'no-rule': 'has no match that lies within that of the rule which hands over',
    };
    return { field: lost.field, why: `its delegate ${lost.namespace}/${lost.name} ${words[lost.why]}` };
  }
  const kinds = (['http', 'tls', 'tcp'] as const).filter((one) => spec.at(one).items().length > 0);
  if (kinds.includes(kind))
    return { field: spec.at(kind), why: `none of its ${kind} rules is for this gateway and port` };
  return kinds.length === 0
    ? { field: spec, why: 'it has no rules' }
    : {
        field: spec.at(kinds[0] as string),
        why: `it has ${kinds.join(' and ')} rules, and this server takes ${kind} rules`,
      };
}

const MOST_NEAR = 10;

function plainTcp(way: GatewayWay, server: OpenServer): Trace {
  for (const route of routesSeenIn(way.mesh, way.client.namespace, server.name)) {
    if (commonHosts(server, route).length === 0) continue;
    const rule = firstTcpRule(way, server, route);
    if (rule) return through(way, server, route, rule);
  }
  way.draft.step(
    'gateway',
    `no VirtualService has a tcp rule for port ${server.server.port} of ${server.name}`,
    server.server.portField,
    nearRoutes(way, [server], way.request.host, 'tcp'),
  );
  openWorld(way.mesh, way.draft, `a VirtualService with a tcp rule for ${server.name}`);
  return way.draft.end('no-listener', undefined);
}

function firstTcpRule(way: GatewayWay, server: OpenServer, route: MeshRoute): Route | undefined {
  return route.virtualService.routes.find((rule) => {
    if (rule.kind !== 'tcp') return false;
    const written = rule.field.at('match').items() as Field[];
    return written.length === 0 || written.some((match) => isFor(match, way, server, route));
  });
}

function through(way: GatewayWay, server: OpenServer, route: MeshRoute, rule: Route): Trace {
  way.draft.step('route', `a ${rule.kind} rule of ${nameOf(route.resource)} sends it on`, rule.field);
  admit(way, 'tcp', server);
  // Where TLS ends at the gateway what is passed on is what was in it.
  const onward = endsTls(server) ? { ...way, request: { ...way.request, tls: false } } : way;
  sendAll(onward, rule.destinations, 'tcp');
  return way.draft.end('forwarded', 'tcp');
}

/** A chain of a TLS port: the server names that it takes, and what it does with them. */
interface TlsChain {
  readonly names: readonly string[];
  readonly server: OpenServer;
  readonly route: MeshRoute | undefined;
  readonly rule: Route | undefined;
}

function overTls(way: GatewayWay, servers: readonly OpenServer[]): Trace {
  const { draft, request } = way;
  const chains = servers.flatMap((server) => chainsOf(way, server));
  if (chains.length === 0) {
    draft.step(
      'gateway',
      `no VirtualService has a rule for the TLS servers of port ${request.port}`,
      servers[0]?.server.portField,
      nearRoutes(way, servers, request.sni, servers.some(endsTls) ? 'tcp' : 'tls'),
    );
    openWorld(way.mesh, draft, `a VirtualService for ${servers[0]?.name}`);
    return draft.end('no-listener', undefined);
  }
  if (!request.tls) {
    draft.step('gateway', `port ${request.port} expects TLS`, servers[0]?.server.tls);
    return draft.end('tls-required', undefined);
  }
  const chain = byServerName(chains, request.sni);
  if (!chain) {
    draft.step(
      'gateway',
      `no server of port ${request.port} is for the server name ${request.sni}: the connection is closed`,
      servers[0]?.server.field.at('hosts'),
      nearRoutes(way, servers, request.sni, 'tls'),
    );
    return draft.end('no-filter-chain', undefined);
  }
  const { server, route, rule } = chain;
  draft.step(
    'gateway',
    `the server of ${server.name} for ${chain.names.join(', ') || 'all names'} takes it: ${server.mode}`,
    server.server.tls,
  );
  if (server.mode === 'MUTUAL' || server.mode === 'ISTIO_MUTUAL') {
    draft.step('gateway', 'it asks for a certificate of the client', server.server.tls.at('mode'));
    draft.need('whether the client has a certificate that the server accepts');
  }
  if (rule && route) return through(way, server, route, rule);
  if (request.protocol === 'tcp') {
    draft.step('gateway', 'the server expects HTTP inside, and this is none');
    return draft.end('protocol-error', undefined);
  }
  return throughServers(way, [server], 'https');
}

function chainsOf(way: GatewayWay, server: OpenServer): TlsChain[] {
  const names = server.server.hosts.map((h) => h.host);
  const own = names.includes('*') ? [] : names;
  if (seesHttp(server)) return [{ names: own, server, route: undefined, rule: undefined }];
  const chains: TlsChain[] = [];
  for (const route of routesSeenIn(way.mesh, way.client.namespace, server.name)) {
    if (commonHosts(server, route).length === 0) continue;
    if (endsTls(server)) {
      const rule = firstTcpRule(way, server, route);
      if (rule && chains.length === 0) chains.push({ names: own, server, route, rule });
      continue;
    }
    for (const rule of route.virtualService.routes) {
      if (rule.kind !== 'tls') continue;
      if (rule.serverNames) chains.push({ names: rule.serverNames, server, route, rule });
      for (const match of rule.field.at('match').items() as Field[]) {
        if (!isFor(match, way, server, route)) continue;
        const wanted = (match.at('sniHosts').items() as Field[]).flatMap((f) => f.string() ?? []);
        chains.push({ names: wanted, server, route, rule });
      }
    }
  }
  return chains;
}

function byServerName(chains: readonly TlsChain[], name: string): TlsChain | undefined {
  const exact = chains.find((c) => c.names.includes(name));
  if (exact) return exact;
  for (let at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1)) {
    const wildcard = `*${name.slice(at)}`;
    const fitting = chains.find((c) => c.names.includes(wildcard));
    if (fitting) return fitting;
  }
  return chains.find((c) => c.names.length === 0 || c.names.includes('*'));
}
