import type { Workload } from '../cluster/workloads.ts';
import { admissionOf, linkerdCallerOf } from '../linkerd-policy/admission.ts';
import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type MtlsMode, mtlsOf, mtlsPassedOver } from '../security/peer-authentication.ts';
import { inboundCapture } from '../sidecar/inbound-capture.ts';
import { lazyBy } from '../source/lazy.ts';
import { type Admittance, admittanceOf } from './authorization.ts';
import type { Peer, Seen } from './authorization-match.ts';
import { type FilterChain, filterChainFor, type Refusal, type Wire } from './filter-chain.ts';
import { openServers } from './gateway-servers.ts';
import { serverTakes } from './gateway-taking.ts';
import { certificateOf, type Identity, principalOf } from './identity.ts';
import { type InboundListener, type InboundProtocol, inboundListenerOf } from './inbound-listener.ts';
import { normalizedPath, pathNormalizationOf } from './path-normalization.ts';
import type { TrafficRequest } from './request.ts';
import type { Arrival, Step, UpstreamTls } from './trace.ts';
import { atZtunnel } from './ztunnel.ts';

/** A connection that reaches a server, and the request in it. */
export interface Connection {
  /** Whose proxy opens it; for a request that a gateway passes on the gateway. */
  readonly caller: Workload | undefined;
  /** What that proxy speaks to the server. */
  readonly tls: UpstreamTls;
  /** Auto mTLS chose it, endpoint by endpoint: what is spoken fits whatever the endpoint is. */
  readonly automatic?: boolean;
  /** What that proxy took the bytes for, which it announces in mutual TLS. A gateway that ended TLS and read HTTP passes on `http`. */
  readonly handledAs: 'http' | 'tcp';
  /** `request.tls`: what is passed on is itself TLS. */
  readonly request: TrafficRequest;
  /** The waypoint that the connection comes through, as the certificate of it says. */
  readonly via?: Identity | undefined;
  /** As the route has rewritten them. */
  readonly path: string;
  readonly authority: string;
  /** Names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * What the server's proxy makes of a connection to a port of its pods, and then of the request: the filter chain by PeerAuthentication and
 * declared protocol, and the AuthorizationPolicies. Where the files leave something open, what is the same either way is told all the same.
 */
export function arrivalAt(mesh: Mesh, server: Workload, port: number, connection: Connection): Arrival {
  const { answer, mode, reason, field } = mesh.membership(server);
  const name = nameOf(server.resource);
  const step = (text: string): Step => ({ kind: 'arrival', text, field });
  if (answer === 'no') return withoutProxy(mesh, server, port, connection, step(`${name} has no proxy: ${reason}`));
  if (answer === 'unknown') {
    const doubt = step(`whether ${name} has a proxy is not known: ${reason}`);
    const needs = `whether ${name} is in the mesh: ${reason}`;
    return either(
      withoutProxy(mesh, server, port, connection, doubt),
      atSidecar(mesh, server, port, connection, doubt),
      doubt,
      needs,
    );
  }
  if (mode === 'linkerd')
    return atLinkerd(mesh, server, port, connection, step(`${name} has the proxy of Linkerd: ${reason}`));
  if (mode === 'ambient')
    return inAmbientMode(mesh, server, port, connection, step(`${name} is in ambient mode: ${reason}`));
  if (mode === 'proxyless')
    return unknown(step(`gRPC takes the place of a proxy in ${name}: ${reason}`), `what the program of ${name} takes`);
  if (mode === 'gateway' || server.isGateway)
    return atGateway(mesh, server, port, connection, step(`${name} is a gateway: ${reason}`));
  return atSidecar(mesh, server, port, connection, step(`${name} has a sidecar: ${reason}`));
}

// Linkerd's proxy takes every connection, and asks its policies: over mTLS of its own where the caller has one of its proxies, too.
function atLinkerd(mesh: Mesh, server: Workload, port: number, connection: Connection, step: Step): Arrival {
  const { handledAs, request, path } = connection;
  const isHttp = handledAs === 'http' && !request.tls && request.protocol !== 'tcp';
  const plain = isHttp ? { method: request.method, path: path.split('?')[0] ?? path } : undefined;
  const { allowed, steps, needs } = admissionOf(mesh, server, port, linkerdCallerOf(mesh, connection.caller), plain);
  const decided = steps.map(({ text, field }): Step => ({ kind: 'authorization', text, field }));
  return { arrives: true, allowed, steps: [step, ...decided], needs };
}

// A ztunnel and a waypoint speak HBONE to a pod in ambient mode, and whoever has no proxy plain text. Of sidecars and gateways it depends on a
// setting of theirs.
function inAmbientMode(mesh: Mesh, server: Workload, port: number, connection: Connection, step: Step): Arrival {
  const { caller, via, tls, automatic } = connection;
  const isAmbient = caller !== undefined && mesh.membership(caller).mode === 'ambient';
  const hbone = via !== undefined || isAmbient ? true : tls === 'none' && !automatic ? false : undefined;
  const callerAddress = caller && addressOf(caller);
  return atZtunnel(mesh, server, port, { caller, via, hbone, callerAddress, serverAddress: addressOf(server) }, step);
}

/** What is known of a request at a gateway beside the request itself. */
export interface GatewayHandling {
  /** Whether the gateway reads HTTP: also behind TLS that it ends itself. Unless told, what the request is. */
  readonly handledAs?: 'http' | 'tcp';
  /** The server asks for a certificate of the client, of which no file tells the name. */
  readonly clientCertificate?: boolean;
}

/**
 * Whether AuthorizationPolicies at a gateway let a request from outside in. It has no identity of the mesh; `port` is the one that the pods of
 * the gateway listen on, which policies see.
 */
export function gatewayAdmission(
  mesh: Mesh,
  gateway: Workload,
  port: number,
  request: TrafficRequest,
  how: GatewayHandling = {},
): Pick<Arrival, 'allowed' | 'steps' | 'needs'> {
  const peer: Peer = how.clientCertificate
    ? { state: 'unknown', why: 'no file tells what the certificate of the client says' }
    : { state: 'none', why: 'the request comes from outside the mesh' };
  const seen: Seen = {
    ...requestParts(mesh, request, request.path, authorityOf(request), request.headers),
    layer: how.handledAs ?? (request.protocol === 'tcp' ? 'tcp' : 'http'),
    peer,
    port,
    servicePorts: inboundListenerOf(mesh, gateway, port).servicePorts,
    sni: request.tls ? request.sni : '',
    callerAddress: undefined,
    callerIsPod: false,
    serverAddress: addressOf(gateway),
  };
  return admittanceOf(mesh, gateway, seen);
}

// A client leaves out the port that is usual: 80, and 443 for TLS.
function authorityOf({ host, port, tls, headers }: TrafficRequest): string {
  return headers.get('host') ?? (port === (tls ? 443 : 80) || port === 80 ? host : `${host}:${port}`);
}

/** What the application makes of a connection that no proxy takes: it speaks plain text, or the TLS that its port declares. */
function withoutProxy(mesh: Mesh, server: Workload, port: number, connection: Connection, step: Step): Arrival {
  const result = (arrives: boolean | undefined, text: string, needs: readonly string[] = []): Arrival => ({
    arrives,
    allowed: arrives === undefined ? 'unknown' : undefined,
    steps: text === '' ? [step] : [step, { kind: 'arrival', text }],
    needs,
  });
  // Auto mTLS speaks plain text where there is no proxy.
  if (connection.tls === 'none' || connection.automatic) return result(true, '');
  if (connection.tls === 'istio')
    return result(false, 'mutual TLS of the mesh ends in a proxy, and the application has none');
  if (contentOf(connection) === 'tls')
    return result(false, 'the connection is TLS inside TLS, and no proxy ends one of them');
  const { declaredTls } = inboundListenerOf(mesh, server, port);
  if (declaredTls === 'yes') return result(true, `port ${port} is declared to speak TLS itself`);
  if (declaredTls === 'no')
    return result(false, `the connection is TLS, and nothing says that the application ends it on port ${port}`);
  return result(undefined, `whether the application ends TLS on port ${port} is not known`, [
    `what port ${port} of ${nameOf(server.resource)} speaks: a Service port named https or tls says that it is TLS`,
  ]);
}

function unknown(step: Step, needs: string): Arrival {
  return { arrives: undefined, allowed: 'unknown', steps: [step], needs: [needs] };
}

/** What is true whichever of two things is the case. */
function either(without: Arrival, inside: Arrival, step: Step, needs: string): Arrival {
  const arrives = without.arrives === inside.arrives ? inside.arrives : undefined;
  // Where nobody stands in the way the request gets in, so that only a refusal makes a difference.
  const allowed = arrives === false ? undefined : inside.allowed === true ? true : 'unknown';
  const same = arrives !== undefined && allowed !== 'unknown';
  if (same) return { ...inside, arrives, allowed };
  return { arrives, allowed, steps: [step, ...inside.steps.slice(1)], needs: [needs, ...inside.needs] };
}

function atSidecar(mesh: Mesh, server: Workload, port: number, connection: Connection, step: Step): Arrival {
  const capture = inboundCapture(mesh, server, port);
  if (capture.answer !== 'yes') {
    const text =
      capture.answer === 'no'
        ? `port ${port} does not go through the sidecar: ${capture.why}`
        : `whether port ${port} goes through the sidecar is not known: ${capture.why}`;
    const around: Step = { kind: 'arrival', text, field: capture.field };
    const direct = withoutProxy(mesh, server, port, connection, around);
    const steps = [step, ...direct.steps];
    if (capture.answer === 'no') return { ...direct, steps };
    return either(
      { ...direct, steps },
      behindSidecar(mesh, server, port, connection, [step, around]),
      step,
      capture.why,
    );
  }
  return behindSidecar(mesh, server, port, connection, [step]);
}

/** What does not depend on the connection: the mode and the protocol of a port, with their steps. */
interface Ground {
  readonly modes: readonly MtlsMode[];
  readonly listener: InboundListener;
  readonly steps: readonly Step[];
}

function knownGrounds(mesh: Mesh) {
  return lazyBy((server: Workload) => lazyBy((port: number) => makeGround(mesh, server, port)));
}

const MOST_PASSED = 8;

function makeGround(mesh: Mesh, server: Workload, port: number): Ground {
  const mtls = mtlsOf(mesh, server, port);
  const listener = inboundListenerOf(mesh, server, port);
  const passedOver = mtlsPassedOver(mesh, server, port).slice(0, MOST_PASSED);
  const text =
    mtls.mode === undefined
      ? `which mutual TLS port ${port} asks for is not known; possible are ${mtls.possible.join(', ')}`
      : mtls.policy
        ? `${nameOf(mtls.policy)} sets ${mtls.mode}${mtls.field?.pointer.includes('/portLevelMtls/') ? ` for port ${port}` : ''}`
        : `no PeerAuthentication sets a mode, and the default is ${mtls.mode}`;
  return {
    modes: mtls.possible,
    listener,
    steps: [
      { kind: 'arrival', text, field: mtls.field, passedOver },
      { kind: 'arrival', text: listener.text, field: listener.field, passedOver: listener.passedOver },
    ],
  };
}

// Auto mTLS knows the mode of its endpoint, and speaks plain text to one that takes nothing else.
function spokenTo(connection: Connection, mode: MtlsMode): Connection {
  return connection.automatic ? { ...connection, tls: mode === 'DISABLE' ? 'none' : 'istio' } : connection;
}

function behindSidecar(
  mesh: Mesh,
  server: Workload,
  port: number,
  connection: Connection,
  before: readonly Step[],
): Arrival {
  const { modes, listener, steps } = mesh.derive(knownGrounds)(server)(port);
  const results = new Map<string, { readonly arrival: Arrival; readonly ways: string[] }>();
  for (const mode of modes) {
    for (const protocol of listener.possible) {
      const arrival = meet(mesh, server, port, spokenTo(connection, mode), mode, protocol, listener);
      const key = `${arrival.arrives} ${arrival.allowed}`;
      const way = [...(modes.length > 1 ? [mode] : []), ...(listener.possible.length > 1 ? [protocol] : [])].join(
        ' and ',
      );
      const known = results.get(key);
      if (known) known.ways.push(way);
      else results.set(key, { arrival, ways: [way] });
    }
  }
  const all = [...results.values()];
  const [{ arrival: first }] = all as [(typeof all)[number]];
  const shown = [...before, ...steps];
  if (all.length === 1) return { ...first, steps: [...shown, ...first.steps] };
  const arrives = all.every(({ arrival }) => arrival.arrives === first.arrives) ? first.arrives : undefined;
  const taken = all.filter(({ arrival }) => arrival.arrives !== false);
  const allowed = taken.every(({ arrival }) => arrival.allowed === false) ? false : 'unknown';
  const text = all.map(({ arrival, ways }) => `with ${ways.join(', ')} ${outcomeWords(arrival)}`).join('; ');
  const { namespace = '' } = server.resource;
  const root = mesh.installation.rootNamespace.value;
  const policies = `the PeerAuthentications of namespaces ${namespace} and ${root}, or --closed-world where these are all`;
  const needs = [
    ...(modes.length > 1 ? [policies] : []),
    ...(listener.needs === undefined ? [] : [listener.needs]),
    ...all.flatMap(({ arrival }) => arrival.needs),
  ];
  return { arrives, allowed, steps: [...shown, { kind: 'arrival', text }], needs: [...new Set(needs)] };
}

function outcomeWords({ arrives, allowed }: Arrival): string {
  if (arrives === undefined) return 'nobody can say whether it arrives';
  if (!arrives) return 'it does not arrive';
  if (allowed === 'unknown') return 'it arrives, and policies decide';
  return allowed ? 'it is let in' : 'it arrives and a policy refuses it';
}

/** What the bytes are that the server's application, or its proxy behind TLS, gets to see. */
function contentOf({ handledAs, request }: Connection): 'http' | 'tls' | 'bytes' {
  if (handledAs === 'http') return 'http';
  return request.tls ? 'tls' : request.protocol === 'tcp' ? 'bytes' : 'http';
}

function wireOf(connection: Connection): Wire {
  const { tls, handledAs } = connection;
  if (tls === 'istio') return handledAs === 'http' ? 'istio-http' : 'istio-tcp';
  return tls === 'none' ? contentOf(connection) : 'tls';
}

function meet(
  mesh: Mesh,
  server: Workload,
  port: number,
  connection: Connection,
  mode: MtlsMode,
  protocol: InboundProtocol,
  listener: InboundListener,
): Arrival {
  const chain = filterChainFor(mode, protocol, wireOf(connection));
  const refuse = (text: string): Arrival => ({
    arrives: false,
    allowed: undefined,
    steps: [{ kind: 'arrival', text }],
    needs: [],
  });
  if (!chain.taken) {
    if (chain.why !== 'own-tls' || connection.tls !== 'mutual')
      return refuse(refusalWords(chain.why, mode, connection));
    const text = 'whether the CA of the mesh signed the client certificate is not known';
    return unknown({ kind: 'arrival', text }, 'who signed the client certificate that the DestinationRule names');
  }
  const inner = chain.layer === 'http' ? contentOf(connection) : 'http';
  if (inner !== 'http')
    return refuse(
      `${inner === 'tls' ? 'TLS of the caller is' : 'the bytes are'} no HTTP, and port ${port} takes nothing else`,
    );
  const peer = peerOf(mesh, connection, chain.tls);
  const text = takenWords(chain.layer, chain.tls, peer);
  const isInspected = mode !== 'DISABLE' && chain.tls !== 'none';
  const seen: Seen = {
    ...requestParts(mesh, connection.request, connection.path, connection.authority, connection.headers),
    layer: chain.layer,
    peer,
    port,
    servicePorts: listener.servicePorts,
    // Of the names in the TLS of proxies only that of the caller's own is known.
    sni: !isInspected ? '' : connection.tls === 'none' ? connection.request.sni : undefined,
    callerAddress: connection.caller && addressOf(connection.caller),
    callerIsPod: connection.caller !== undefined && !connection.caller.hostNetwork,
    serverAddress: addressOf(server),
  };
  return arrived({ kind: 'arrival', text }, admittanceOf(mesh, server, seen));
}

function arrived(step: Step, { allowed, steps, needs }: Admittance): Arrival {
  return { arrives: true, allowed, steps: [step, ...steps], needs };
}

function refusalWords(why: Refusal, mode: MtlsMode, { tls }: Connection): string {
  switch (why) {
    case 'no-mtls':
      return 'the proxy takes mutual TLS only, and the connection is without';
    case 'own-tls':
      return 'the proxy takes mutual TLS only, and this TLS shows no certificate of the mesh';
    case 'tls-to-http':
      return tls === 'istio'
        ? `with ${mode} the proxy does not end mutual TLS, and TLS is no HTTP`
        : 'the proxy takes HTTP, plain or over mutual TLS of the mesh, and this is other TLS';
  }
}

function takenWords(layer: 'http' | 'tcp', tls: 'ended' | 'passed' | 'none', peer: Peer): string {
  const as = layer === 'http' ? 'HTTP' : 'plain TCP';
  if (tls === 'passed') return 'the proxy passes TLS on as plain TCP, and does not know who calls';
  if (tls === 'none') return `plain text is taken as ${as}, and nobody knows who calls`;
  const who = peer.state === 'known' ? `the caller is ${principalOf(peer.identity)}` : peer.why;
  return `mutual TLS ends here as ${as}; ${who}`;
}

function peerOf(mesh: Mesh, { caller }: Connection, tls: Extract<FilterChain, { taken: true }>['tls']): Peer {
  if (tls === 'none') return { state: 'none', why: 'the connection is plain text' };
  if (tls === 'passed') return { state: 'none', why: 'the proxy does not end the TLS' };
  if (!caller) return { state: 'unknown', why: 'no file tells who calls' };
  const certificate = certificateOf(mesh, caller);
  return certificate.state === 'known' ? certificate : { state: 'unknown', why: certificate.why };
}

/** The parts of a request that policies see, as a proxy that reads HTTP has tidied them. */
export function requestParts(
  mesh: Mesh,
  { method }: TrafficRequest,
  path: string,
  authority: string,
  headers: ReadonlyMap<string, string>,
): Pick<Seen, 'method' | 'path' | 'authority' | 'headers' | 'token'> {
  return {
    method,
    path: normalizedPath(path, pathNormalizationOf(mesh)),
    authority,
    headers,
    // Where RequestAuthentication looks unless told otherwise.
    token: /^bearer\s/i.test(headers.get('authorization') ?? '') || /[?&]access_token=/.test(path),
  };
}

/** The address of a pod as a dump of the cluster has it. */
function addressOf({ resource }: Workload): string | undefined {
  return resource.type === 'Pod' ? resource.body.at('status').at('podIP').string() : undefined;
}

function atGateway(mesh: Mesh, gateway: Workload, port: number, connection: Connection, step: Step): Arrival {
  const { byPort, open } = openServers(mesh, gateway);
  const servers = byPort.get(port) ?? [];
  if (servers.length === 0) {
    const text = `no Gateway that was read opens port ${port}`;
    const needs = `the Gateways that select ${nameOf(gateway.resource)}`;
    if (open || !mesh.settings.closedWorld) return unknown({ kind: 'gateway', text }, needs);
    return { arrives: false, allowed: undefined, steps: [step, { kind: 'gateway', text }], needs: [] };
  }
  const takings = servers.map((s) => ({ ...serverTakes(s, wireOf(connection)), field: s.server.field }));
  const [first] = takings as [(typeof takings)[number]];
  const words: Step = { kind: 'gateway', text: first.text, field: first.field };
  const agree = takings.every((t) => t.takes === first.takes && t.layer === first.layer && t.ended === first.ended);
  if (!agree || first.takes === undefined) {
    const needs = `which server of port ${port} the name in the request leads to`;
    return { arrives: undefined, allowed: 'unknown', steps: [step, words], needs: [needs] };
  }
  if (!first.takes) return { arrives: false, allowed: undefined, steps: [step, words], needs: [] };
  const peer: Peer = first.ended
    ? peerOf(mesh, connection, 'ended')
    : { state: 'none', why: 'the gateway does not end mutual TLS of the mesh' };
  const seen: Seen = {
    ...requestParts(mesh, connection.request, connection.path, connection.authority, connection.headers),
    layer: first.layer,
    peer,
    port,
    servicePorts: inboundListenerOf(mesh, gateway, port).servicePorts,
    sni: connection.tls === 'none' && !connection.request.tls ? '' : undefined,
    callerAddress: connection.caller && addressOf(connection.caller),
    callerIsPod: connection.caller !== undefined && !connection.caller.hostNetwork,
    serverAddress: addressOf(gateway),
  };
  const arrival = arrived(words, admittanceOf(mesh, gateway, seen));
  return { ...arrival, steps: [step, ...arrival.steps] };
}
