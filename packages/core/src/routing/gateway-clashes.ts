import { covers } from '../names/hosts.ts';
import { addTo } from '../source/grouping.ts';
import { isTlsServer } from './gateway-tls.ts';
import type { Gateway, GatewayHost, GatewayServer } from './gateways.ts';

/**
 * Two servers of one port that do not stand side by side as they are: `tls` and a host in common, of which the proxy drops the second server;
 * `protocol`, of which it drops the second, too; `http` and a host in common, which it puts together.
 */
export interface ServerClash {
  readonly kind: 'tls' | 'protocol' | 'http';
  readonly server: GatewayServer;
  readonly shared: { readonly own: GatewayHost; readonly other: GatewayHost } | undefined;
}

// No server has so many; each is held against each.
const MOST_HOSTS = 300;
const MOST_SERVERS = 100;

/** How a server clashes with another of the same port and address. Source: `pilot/pkg/model/gateway.go`, canMergeProtocols, CheckDuplicates. */
export function serverClash(own: GatewayServer, server: GatewayServer): ServerClash | undefined {
  if (own.port === undefined || own.port !== server.port) return undefined;
  // With an address of its own a server is a listener of its own.
  if (own.bind === undefined || own.bind !== server.bind) return undefined;
  const kind = kindOf(own, server);
  if (!kind) return undefined;
  const shared = sharedHost(own.hosts, server.hosts);
  return shared || kind === 'protocol' ? { kind, server, shared } : undefined;
}

function kindOf(a: GatewayServer, b: GatewayServer): ServerClash['kind'] | undefined {
  if (!a.protocol || !b.protocol) return undefined;
  const [one, other] = [isTlsServer(a), isTlsServer(b)];
  if (one && other) return 'tls';
  return !one && !other && isHttp(a.protocol) && isHttp(b.protocol) ? 'http' : 'protocol';
}

// Source: `pkg/config/protocol/instance.go`, IsHTTP.
function isHttp(protocol: string): boolean {
  return ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY'].includes(protocol.toUpperCase());
}

// `namespace/host` says whose routes may use it: two namespaces never meet. Names are the same in capitals.
function sharedHost(own: readonly GatewayHost[], others: readonly GatewayHost[]): ServerClash['shared'] {
  const byHost = new Map<string, GatewayHost[]>();
  for (const other of others.slice(0, MOST_HOSTS)) addTo(byHost, other.host.toLowerCase(), other);
  for (const host of own.slice(0, MOST_HOSTS)) {
    const other = byHost
      .get(host.host.toLowerCase())
      ?.find((o) => o.namespace === host.namespace || o.namespace === '*' || host.namespace === '*');
    if (other) return { own: host, other };
  }
  return undefined;
}

/** The servers of one Gateway that the proxy drops for one above them. What is dropped is in nobody's way. */
export function droppedServers({ servers }: Gateway): ReadonlyMap<GatewayServer, ServerClash> {
  const dropped = new Map<GatewayServer, ServerClash>();
  const kept: GatewayServer[] = [];
  for (const server of servers.slice(0, MOST_SERVERS)) {
    const clash = kept.map((above) => serverClash(server, above)).find((c) => c && c.kind !== 'http');
    if (clash) dropped.set(server, clash);
    else kept.push(server);
  }
  return dropped;
}

/** A host of a Gateway that another one of the same listener holds as well. */
export interface CoveredHost {
  readonly own: GatewayHost;
  readonly wider: GatewayHost;
  readonly server: GatewayServer;
  /** It is meant for VirtualServices of one namespace, and the other lets all of them in. */
  readonly unlimited: boolean;
}

/**
 * The first host of a Gateway that stands within another of the same server, or of a plain HTTP server of the same port with the same
 * settings. Of TLS servers each has a certificate of its own, so that a narrower host says something there.
 */
export function coveredHost(gateway: Gateway): CoveredHost | undefined {
  for (const all of hostsByListener(gateway).values()) {
    const few = all.slice(0, MOST_HOSTS);
    const found = few.flatMap((own, i): CoveredHost[] => {
      const wider = few.find((other, j) => i !== j && holds(other.host, own.host, j < i));
      if (!wider) return [];
      const unlimited = own.host.namespace !== '*' && wider.host.namespace === '*';
      return [{ own: own.host, wider: wider.host, server: own.server, unlimited }];
    });
    if (found.length > 0) return found.find((c) => c.unlimited) ?? found[0];
  }
  return undefined;
}

interface HostOfServer {
  readonly host: GatewayHost;
  readonly server: GatewayServer;
}

function hostsByListener({ servers }: Gateway): ReadonlyMap<string, readonly HostOfServer[]> {
  const index = new Map<string, HostOfServer[]>();
  for (const [i, server] of servers.slice(0, MOST_SERVERS).entries()) {
    const { port, bind, protocol, tls, hosts } = server;
    if (port === undefined || bind === undefined) continue;
    const alone = !protocol || !isHttp(protocol) || tls.hasValue;
    for (const host of hosts) addTo(index, `${port} ${bind} ${alone ? i : 'http'}`, { host, server });
  }
  return index;
}

// Two patterns of which one holds the other are no mistake: each is a host by itself for the routes. Of equal ones the second is too much.
function holds(wider: GatewayHost, own: GatewayHost, isAbove: boolean): boolean {
  if (wider.namespace !== '*' && wider.namespace !== own.namespace) return false;
  const [one, other] = [wider.host.toLowerCase(), own.host.toLowerCase()];
  if (one === other) return wider.namespace === own.namespace ? isAbove : true;
  return !other.includes('*') && one.includes('*') && covers(one, other);
}
