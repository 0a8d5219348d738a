import { classOf, protocolOfText } from '../cluster/protocol.ts';
import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { covers, overlap } from '../names/hosts.ts';
import { type Gateway, type GatewayServer, gateways } from '../routing/gateways.ts';
import { addTo } from '../source/grouping.ts';
import { compareAge } from './age.ts';
import type { MeshRoute } from './mesh-route.ts';
import { routesByGateway } from './routes-for-mesh.ts';

/**
 * What a gateway makes of the VirtualServices for one port: its virtual hosts, each with the routes that are put together for it. Plain HTTP
 * servers of one port share a table, also those of several Gateways for the same pods; each HTTPS server has its own.
 * Source: `pilot/pkg/networking/core/gateway.go`, buildGatewayHTTPRouteConfig.
 */
export interface GatewayTable {
  /** `namespace/name` of the first Gateway. */
  readonly gateway: string;
  readonly port: number;
  /** The routes by the host that they have in common with a server, each once. */
  readonly hosts: ReadonlyMap<string, readonly MeshRoute[]>;
}

// Routes that are bound to one gateway, and hosts of a table: a hostile file would multiply thousands.
const MOST_ROUTES = 500;
const MOST_HOSTS = 5000;

/** The tables of all Gateways that were read. */
export function gatewayTables(mesh: Mesh): readonly GatewayTable[] {
  const tables = new Map<string, { gateway: string; port: number; hosts: Map<string, MeshRoute[]> }>();
  const byGateway = mesh.derive(routesByGateway);
  const oldestFirst = [...mesh.derive(gateways)].sort((a, b) => compareAge(a.resource, b.resource));
  for (const gateway of oldestFirst) {
    const { namespace, name } = gateway.resource;
    const routes = (byGateway.get(`${namespace}/${name}`) ?? []).slice(0, MOST_ROUTES);
    if (routes.length === 0) continue;
    for (const [index, server] of gateway.servers.entries()) {
      const key = tableOf(mesh, gateway, server, index);
      if (key === undefined || server.port === undefined) continue;
      let table = tables.get(key);
      if (!table) tables.set(key, (table = { gateway: `${namespace}/${name}`, port: server.port, hosts: new Map() }));
      for (const route of routes)
        for (const host of hostsInCommon(server, route)) {
          if (table.hosts.size >= MOST_HOSTS && !table.hosts.has(host)) continue;
          if (!table.hosts.get(host)?.includes(route)) addTo(table.hosts, host, route);
        }
    }
  }
  for (const { hosts } of tables.values())
    for (const routes of hosts.values()) routes.sort((a, b) => compareAge(a.resource, b.resource));
  return [...tables.values()];
}

// undefined for servers that see no requests: TLS that is passed on, and TCP.
function tableOf(
  mesh: Mesh,
  { resource, selector }: Gateway,
  server: GatewayServer,
  index: number,
): string | undefined {
  const protocol = server.protocol === undefined ? undefined : protocolOfText(mesh.settings, server.protocol);
  if (protocol === undefined) return undefined;
  if (classOf(protocol) === 'http') {
    const labels = (selector?.requirements ?? []).map((r) => `${r.key}=${r.values.join(',')}`).sort();
    return `${server.port}\n${server.bind ?? ''}\n${labels.length > 0 ? labels.join('\n') : nameOf(resource)}`;
  }
  const mode = server.tls.at('mode').string();
  const ends = mode !== undefined && mode !== 'PASSTHROUGH' && mode !== 'AUTO_PASSTHROUGH';
  return protocol === 'HTTPS' && ends ? `${nameOf(resource)}\n${index}` : undefined;
}

function hostsInCommon(server: GatewayServer, { hosts, resource }: MeshRoute): ReadonlySet<string> {
  const common = new Set<string>();
  for (const { host, namespace } of server.hosts) {
    if (namespace !== '*' && namespace !== resource.namespace) continue;
    for (const other of hosts) {
      if (!overlap(host.toLowerCase(), other.toLowerCase())) continue;
      common.add((covers(host.toLowerCase(), other.toLowerCase()) ? other : host).toLowerCase());
    }
  }
  return common;
}

/** A host of a gateway at which a VirtualService for a wildcard is not heard, since another one has the host itself. */
export interface ShadowedHost {
  readonly route: MeshRoute;
  /** The wildcard of the route. */
  readonly host: string;
  readonly other: MeshRoute;
  readonly otherHost: string;
  readonly gateway: string;
}

const MOST_SHADOWS = 40;

/**
 * The hosts at which routes of wildcards are not heard. Envoy takes the virtual host with the most specific domain and looks no further, so
 * what stands for `*` or `*.example.com` is not tried there. Source: Envoy's RouteConfiguration, virtual_hosts.
 */
export function shadowedHosts(mesh: Mesh): ReadonlyMap<MeshRoute, readonly ShadowedHost[]> {
  const found = new Map<MeshRoute, ShadowedHost[]>();
  for (const { gateway, hosts } of mesh.derive(gatewayTables))
    for (const [otherHost, others] of hosts)
      for (const host of widerThan(otherHost))
        for (const route of hosts.get(host) ?? []) {
          const [other] = others;
          if (!other || others.includes(route) || (found.get(route)?.length ?? 0) >= MOST_SHADOWS) continue;
          addTo(found, route, { route, host, other, otherHost, gateway });
        }
  return found;
}

// The wildcards that cover a host: `*.example.com`, `*.com`, `*`.
function* widerThan(host: string): Iterable<string> {
  if (host === '*' || host.length > 512) return;
  for (let at = host.indexOf('.', 1); at >= 0; at = host.indexOf('.', at + 1)) {
    const wider = `*${host.slice(at)}`;
    if (wider !== host) yield wider;
  }
  yield '*';
}
