import { isIpAddress } from '../cluster/ip-prefix.ts';
import { classOf } from '../cluster/protocol.ts';
import { outboundRoutes } from '../linkerd-policy/routes.ts';
import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { arrivalAt, requestParts } from './arrival.ts';
import { clientIn } from './client-namespaces.ts';
import { Draft } from './draft.ts';
import { traceAtGateway } from './gateway-request.ts';
import { isForProxy } from './http-match.ts';
import type { HttpRule } from './http-rule.ts';
import { certificateOf, type Identity } from './identity.ts';
import {
  ANY_ADDRESS,
  type Chain,
  chainFor,
  type Listener,
  listenersOfPort,
  podAddress,
  serviceAddress,
} from './listeners.ts';
import type { MatchInput } from './match-input.ts';
import type { MeshRoute } from './mesh-route.ts';
import { MESH_GATEWAY } from './mesh-route.ts';
import { type RegistryHost, registryOf } from './registry.ts';
import type { TrafficRequest } from './request.ts';
import { type Client, clientOf, type Scope, scopeOf } from './scope.ts';
import { authorityOf, hostOf, type Name, OUTSIDE, pathOf, send, sendAll, splitPath, throughRules } from './send.ts';
import { NO_REGEX, type RegexMatcher } from './string-match.ts';
import type { PassedOver, Trace } from './trace.ts';
import { type VirtualHostEntry, virtualHostsOf } from './virtual-hosts.ts';
import { admittanceAtWaypoint, identityOfWaypoint, waypointBeforeService } from './waypoint-way.ts';

/** What a trace needs beside the mesh. */
export interface TraceSetup {
  /** Matches regular expressions of routes; without it what they decide is unknown. */
  readonly regex?: RegexMatcher;
}

/**
 * What the proxies do with a request: the proxy of the caller, or of the gateway that it reaches, then those of the endpoints. It goes as
 * far as the files prove; `needs` says what would decide the rest.
 */
export function traceRequest(mesh: Mesh, request: TrafficRequest, setup: TraceSetup = {}): Trace {
  const regex = setup.regex ?? NO_REGEX;
  const here = mesh.around(request.from.resource);
  const trace = request.gateway
    ? traceAtGateway(here ?? mesh, request, regex)
    : traceFromPod(here ?? mesh, request, regex);
  return here ? trace : { ...trace, needs: [...trace.needs, TOO_MANY] };
}

const TOO_MANY = 'one overlay at a time: objects stand in more overlays than are looked at';

function traceFromPod(mesh: Mesh, request: TrafficRequest, regex: RegexMatcher): Trace {
  const draft = new Draft();
  const client = clientOf(request.from);
  const sidecar = mesh.sidecar(request.from);
  const { answer, mode, reason } = mesh.membership(request.from);
  const name = resolveName(mesh, request, draft);
  if (name === undefined) return draft.end('unknown', undefined);
  if (sidecar.present === 'no') {
    if (answer === 'yes' && mode === 'ambient') return throughZtunnel(mesh, request, regex, draft, name, reason);
    const proxy = answer === 'yes' && mode === 'linkerd' ? 'has the proxy of Linkerd' : 'has no sidecar';
    draft.step('listener', `${nameOf(request.from.resource)} ${proxy}: ${reason}`);
    if (proxy === 'has the proxy of Linkerd') needLinkerdRoutes(mesh, draft, name);
    return withoutProxy(mesh, request, draft, name, proxy === 'has no sidecar' ? 'none' : 'linkerd');
  }
  if (answer === 'unknown') draft.need(`whether ${nameOf(request.from.resource)} has a sidecar: ${reason}`);
  const scope = scopeOf(mesh, client);
  if (scope.sidecar) draft.step('listener', `${nameOf(scope.sidecar)} says what the proxy knows`, scope.sidecar.body);
  return outbound({ mesh, request, regex, draft, client, scope, name });
}

interface Way {
  readonly mesh: Mesh;
  readonly request: TrafficRequest;
  readonly regex: RegexMatcher;
  readonly draft: Draft;
  readonly client: Client;
  readonly scope: Scope;
  readonly name: Name;
  /** The waypoint that asks, in the place of the caller. */
  readonly via?: Identity;
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
  const mayBe =
    isService && !mesh.settings.closedWorld && (svc !== undefined || !short.includes('.') || hasNamespace(mesh, space));
  if (mayBe) {
    const lookup = mesh.service(space, name);
    const why = lookup.state === 'elsewhere' ? lookup.why : `no Service ${space}/${name} was read`;
    draft.step('name', `${host} would be Service ${space}/${name}, and ${why}`);
    if (lookup.state !== 'missing') {
      draft.need(`the manifest of Service ${space}/${name}`);
      return undefined;
    }
  } else draft.step('name', `${host} is no Service: DNS answers with an address outside`);
  // A name of one word, or of the cluster's own domain, is nobody else's.
  const doubt =
    isService && (svc !== undefined || !short.includes('.'))
      ? `there is no Service ${space}/${name}, so nobody answers to the name`
      : undefined;
  return { address: OUTSIDE, host: undefined, ...(doubt ? { doubt } : {}) };
}

function hasNamespace(mesh: Mesh, name: string): boolean {
  return mesh.derive(namespacesInUse).has(name);
}

// Asked for each request.
function namespacesInUse(mesh: Mesh): ReadonlySet<string | undefined> {
  return new Set(mesh.resources.map((r) => r.namespace));
}

function ofService(mesh: Mesh, request: TrafficRequest, host: RegistryHost, draft: Draft): Name {
  const { resource, service } = host;
  if (host.aliasOf !== undefined) {
    draft.step(
      'name',
      `${request.host} is ${nameOf(resource)}, another name of ${host.aliasOf}`,
      resource.body.at('spec').at('externalName'),
    );
    const [target] = registryOf(mesh).at(host.aliasOf);
    if (target?.service && target !== host && target.aliasOf === undefined)
      return ofService(mesh, request, target, draft);
    return { address: OUTSIDE, host: undefined };
  }
  if (!service?.headless) {
    const lacks = host.portsKnown && !host.ports.some((p) => p.number === request.port);
    draft.step(
      'name',
      `${request.host} is ${nameOf(resource)}${lacks ? `, which has no port ${request.port}` : ''}`,
      lacks ? resource.body.at('spec').at('ports') : resource.body.at('metadata').at('name'),
    );
    const doubt = `${nameOf(resource)} has no port ${request.port}, so nobody answers there`;
    return { address: serviceAddress(host.namespace, resource.name), host, ...(lacks ? { doubt } : {}) };
  }
  const port = host.ports.find((p) => p.number === request.port) ?? host.ports[0];
  const [endpoint] = port ? registryOf(mesh).endpoints(host, port).endpoints : [];
  draft.step(
    'name',
    `${request.host} is ${nameOf(resource)}, which is headless: DNS answers with the addresses of its pods`,
    resource.body.at('spec').at('clusterIP'),
  );
  if (!endpoint) {
    draft.need(`the pods of ${nameOf(resource)}`);
    return { address: OUTSIDE, host };
  }
  return { address: endpoint.workload ? podAddress(endpoint.name) : endpoint.name, host, endpoint };
}

/** Says that a route of Linkerd's may send the calls to a Service elsewhere: those are not followed. */
function needLinkerdRoutes(mesh: Mesh, draft: Draft, { host }: Name): void {
  if (!host?.service) return;
  const { namespace = '', name } = host.resource;
  const [route] = outboundRoutes(mesh).get(`${namespace}/${name}`) ?? [];
  if (!route) return;
  draft.step(
    'route',
    `${nameOf(route.resource)} is for calls to ${nameOf(host.resource)}, and is not followed`,
    route.resource.body,
  );
  draft.need(`where ${nameOf(route.resource)} sends it: routes of Linkerd are not followed`);
}

function withoutProxy(
  mesh: Mesh,
  request: TrafficRequest,
  draft: Draft,
  name: Name,
  spoken: 'none' | 'istio' | 'linkerd' = 'none',
): Trace {
  const handledAs = request.protocol === 'tcp' || request.tls ? 'tcp' : 'http';
  const { host } = name;
  if (!host) return draft.end('passthrough', undefined);
  const port = host.ports.find((p) => p.number === request.port);
  if (!port) {
    draft.step('destination', `${nameOf(host.resource)} has no port ${request.port}`);
    draft.destinations.push({
      host: host.host,
      port: request.port,
      subset: null,
      weight: 100,
      missing: true,
      endpoints: [],
      endpointsKnown: true,
    });
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
      // A ztunnel speaks HBONE to pods in ambient mode, Linkerd its own mTLS to pods with its proxy, and both plain text to the others.
      const theirs = e.workload && e.mesh.membership(e.workload).mode;
      const secured = (spoken === 'istio' && theirs === 'ambient') || (spoken === 'linkerd' && theirs === 'linkerd');
      const tls = secured ? 'istio' : 'none';
      const connection = {
        caller: request.from,
        tls,
        handledAs,
        request,
        path: pathOf(request),
        authority: authorityOf(request),
        headers: request.headers,
      } as const;
      const arrival = e.workload
        ? arrivalAt(e.mesh, e.workload, e.port, connection)
        : { arrives: true, allowed: undefined, steps: [], needs: [] };
      return { name: e.name, workload: e.workload, port: e.port, tls, arrival };
    }),
  });
  return draft.end('forwarded', undefined);
}

/**
 * The way of a call from a pod in ambient mode: the ztunnel of its node takes it. For a Service with a waypoint it goes there; the waypoint
 * asks its policies and follows the routes; else it goes to the pods, and nobody reads routes. Source: istio.io, ambient, data plane.
 */
function throughZtunnel(
  mesh: Mesh,
  request: TrafficRequest,
  regex: RegexMatcher,
  draft: Draft,
  name: Name,
  reason: string,
): Trace {
  draft.step('listener', `${nameOf(request.from.resource)} is in ambient mode, its ztunnel takes the call: ${reason}`);
  // Hosts of ServiceEntries get addresses of their own, by which ztunnel knows them, since 1.25.
  const host = name.host ?? entryNamed(mesh, request.host);
  if (!host || host.service?.headless || (host.service === undefined && name.host !== undefined))
    return withoutProxy(mesh, request, draft, name, 'istio');
  const before = waypointBeforeService(mesh, host.resource);
  draft.step(
    'listener',
    before.text,
    before.state === 'through' ? before.field : undefined,
    before.state === 'none' ? before.passedOver : [],
  );
  if (before.state === 'unknown') {
    draft.need(before.needs);
    return draft.end('unknown', undefined);
  }
  if (before.state === 'none') return withoutProxy(mesh, request, draft, name, 'istio');
  if (!host.service && !mesh.istioAtLeast('1.25'))
    draft.need('whether ztunnel answers DNS for the host (values.cni.ambient.dnsCapture, by default since 1.25)');
  const port = host.ports.find((p) => p.number === request.port);
  if (!port) return withoutProxy(mesh, request, draft, name, 'istio');
  const plainHttp = !request.tls && request.protocol !== 'tcp';
  const handled = classOf(port.protocol);
  if (handled === 'http' && !plainHttp) {
    draft.step('listener', `the waypoint expects HTTP at port ${port.number}, and this is none`, port.field);
    return draft.end('protocol-error', 'http');
  }
  const certificate = certificateOf(mesh, request.from);
  const { allowed, steps, needs } = admittanceAtWaypoint(mesh, before.waypoint, host.resource, {
    ...requestParts(mesh, request, request.path, authorityOf(request), request.headers),
    layer: plainHttp && handled !== 'tcp' ? 'http' : 'tcp',
    peer: certificate.state === 'known' ? certificate : { state: 'unknown', why: certificate.why },
    ...{ port: request.port, servicePorts: new Map(), sni: request.tls ? request.sni : '' },
    ...{ callerAddress: undefined, callerIsPod: !request.from.hostNetwork, serverAddress: undefined },
  });
  draft.gatewayAllowed = allowed;
  draft.steps.push(...steps);
  for (const need of needs) draft.need(need);
  // Its routes are those of the namespace of the Service, and its caller is nobody's sidecar.
  const space = host.resource.namespace ?? '';
  const client = clientIn(space);
  const via = identityOfWaypoint(mesh, before.waypoint);
  return outbound({ mesh, request, regex, draft, client, scope: scopeOf(mesh, client), name, via });
}

/** The ServiceEntry that has a host, where it is one alone. */
function entryNamed(mesh: Mesh, name: string): RegistryHost | undefined {
  const [entry, ...others] = registryOf(mesh).at(name);
  return entry && others.length === 0 && entry.resource.kind === 'ServiceEntry' ? entry : undefined;
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

function sayListener({ draft, request, name }: Way, listener: Listener, chain: Chain | undefined): void {
  const any = listener.address === ANY_ADDRESS;
  const where = any ? `port ${request.port}` : `${listener.address}, port ${request.port}`;
  const passedOver = listener.lost.map(
    ({ host, to }): PassedOver => ({
      resource: host.resource,
      why: `${nameOf(to.resource)} has the listener already, and is older`,
    }),
  );
  if (!chain) {
    draft.step('listener', `no part of the listener for ${where} takes these bytes`, undefined, passedOver);
    return;
  }
  // The listener for HTTP is one for all hosts of the port: the port that was asked for says more than that of whoever made it.
  const own = any && chain.target.kind === 'http' ? name.host?.ports.find((p) => p.number === request.port) : undefined;
  const port = own && classOf(own.protocol) === 'http' ? own : chain.port;
  const host = port === own && name.host ? name.host : chain.host;
  draft.step(
    'listener',
    `the listener for ${where} takes them for ${chain.target.kind === 'http' ? 'HTTP' : `${chain.port.protocol}, not looked into`}: ${nameOf(host.resource)}`,
    port.field,
    passedOver,
  );
}

function unknownDestination({ scope, draft, name }: Way, handledAs: 'http' | 'tcp'): Trace {
  const { mode, field, source, certain } = scope.outboundMode;
  if (!certain) draft.need('the MeshConfig of the mesh, for its outboundTrafficPolicy');
  const blocked = mode === 'REGISTRY_ONLY';
  draft.step(
    'destination',
    blocked
      ? `the proxy lets nothing through to what it does not know: ${source} says REGISTRY_ONLY`
      : `${name.doubt ? `${name.doubt}; ` : ''}the proxy lets it through as it is (${source} says ALLOW_ANY)`,
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
  draft.step(
    'route',
    `a ${rule.kind} rule of ${nameOf((route as MeshRoute).resource)} sends it on`,
    target.match ?? rule.field,
  );
  sendAll(way, rule.destinations, 'tcp');
  return draft.end('forwarded', 'tcp');
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
  const trace = unknownDestination(way, 'http');
  // Of HTTP the proxy tells it with a status.
  return trace.outcome === 'blocked' ? { ...trace, outcome: 'direct-response', status: 502 } : trace;
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

// A VirtualService none of whose rules can ever be for this caller is as if it were not there.
function firstWithRules(list: readonly VirtualHostEntry[], input: MatchInput): VirtualHostEntry | undefined {
  return list.find(({ route }) => !route || route.http.some((rule) => mayBeFor(rule, input)));
}

function mayBeFor(rule: HttpRule, input: MatchInput): boolean {
  if (rule.api) return rule.api.port === undefined || rule.api.port === input.port;
  if (rule.matches.length === 0) return true;
  return rule.matches.some((m) => isForProxy(m.field, input) && (!m.above || isForProxy(m.above, input)));
}

function throughVirtualHost(
  way: Way,
  { route, host }: VirtualHostEntry,
  input: MatchInput,
  list: readonly VirtualHostEntry[] = [],
): Trace {
  const { draft, request } = way;
  if (!route) {
    const known = host as RegistryHost;
    draft.step('route', `no VirtualService is for ${known.host} here: the default route`);
    send(way, known.host, request.port, undefined, 100, 'http');
    return draft.end('forwarded', 'http');
  }
  const others = list
    .filter((e) => e.route && e.route !== route)
    .map(
      (e): PassedOver => ({
        resource: (e.route as MeshRoute).resource,
        why: `${nameOf(route.resource)} has the host already: on the mesh one VirtualService holds, the oldest`,
      }),
    );
  draft.step(
    'route',
    `${nameOf(route.resource)} is for host ${input.authority}`,
    route.virtualService.spec.at('hosts'),
    others,
  );
  const trace = throughRules(way, route, input);
  if (trace) return trace;
  draft.step('route', `no rule of ${nameOf(route.resource)} takes it: 404`, route.virtualService.spec.at('http'));
  return draft.end('no-route', 'http');
}
