import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type Gateway, type GatewayServer, gateways } from '../routing/gateways.ts';
import type { Route, VirtualService } from '../routing/routes.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { commonHosts } from './gateway-request.ts';
import { endsTls, isPlainHttp, seesHttp, serversNear } from './gateway-servers.ts';
import type { OpenServer } from './open-server.ts';
import { routesByGateway } from './routes-for-mesh.ts';

/** A server of a Gateway that lets some of the hosts of a VirtualService in, and what it makes of its rules. */
export interface ServerForRoute {
  readonly server: OpenServer;
  /** The hosts that both have, each time the narrower of the two. */
  readonly hosts: readonly string[];
  /** The kind of rules that the server takes; undefined for one that finds its way without any. */
  readonly kind: Route['kind'] | undefined;
  /** The rules of the VirtualService of that kind, as far as they are for this Gateway and port. */
  readonly rules: readonly Route[];
}

/**
 * The servers of a Gateway that let a VirtualService in: those that have a host with it in common, for its namespace. A Gateway hears it in
 * each server by itself. Source: `pilot/pkg/networking/core/gateway.go`, pickMatchingGatewayHosts.
 */
export function routeAtGateway(
  mesh: Mesh,
  { resource, hosts, routes }: VirtualService,
  gateway: Gateway,
): readonly ServerForRoute[] {
  const names = [...new Set(hosts.map((h) => h.name.fqdn))];
  return serversNear(mesh, gateway, names).flatMap((server) => {
    const common = commonHosts(server, { resource, hosts: names });
    if (common.length === 0) return [];
    const kind = ruleKindOf(server);
    return [{ server, hosts: common, kind, rules: routes.filter((r) => r.kind === kind && isForServer(r, server)) }];
  });
}

/**
 * The kind of rules that a server takes: http where it sees the requests, tls where it passes TLS through, tcp for all other bytes.
 * AUTO_PASSTHROUGH takes none. Source: `pilot/pkg/networking/core/gateway.go`, buildGatewayTCPBasedFilterChains.
 */
export function ruleKindOf(server: OpenServer): Route['kind'] | undefined {
  if (seesHttp(server)) return 'http';
  if (server.mode === 'AUTO_PASSTHROUGH') return undefined;
  return server.mode === undefined || endsTls(server) ? 'tcp' : 'tls';
}

/** Whether a server answers nothing but a redirect to HTTPS. */
export function onlyRedirects(server: OpenServer): boolean {
  return server.httpsRedirect && isPlainHttp(server);
}

// A rule without a match is for every server; of a placeholder nobody knows.
function isForServer({ field }: Route, { name, server }: OpenServer): boolean {
  const matches = field.at('match').items() as Field[];
  const [namespace = '', bare = ''] = name.split('/', 2);
  const names = [name, bare, `${bare}.${namespace}`];
  return (
    matches.length === 0 ||
    matches.some((match) => {
      const gateways = match.at('gateways').items() as Field[];
      const port = match.at('port').number();
      return (
        (gateways.length === 0 || gateways.some((g) => g.string() === undefined || names.includes(g.string() ?? ''))) &&
        (port === undefined || port === 0 || server.port === undefined || port === server.port)
      );
    })
  );
}

/**
 * The VirtualServices of the input that have rules for a server of a Gateway; two of them where there are more. Made once for all, since
 * many routes of a Gateway ask.
 */
export function routesForServer(mesh: Mesh, { server }: OpenServer): readonly Resource[] {
  return mesh.derive(routesByServer).get(server) ?? [];
}

function routesByServer(mesh: Mesh): ReadonlyMap<GatewayServer, readonly Resource[]> {
  const index = new Map<GatewayServer, Resource[]>();
  const byGateway = mesh.derive(routesByGateway);
  for (const gateway of mesh.derive(gateways)) {
    const { namespace, name } = gateway.resource;
    for (const { virtualService } of byGateway.get(`${namespace}/${name}`) ?? [])
      for (const { server, rules } of routeAtGateway(mesh, virtualService, gateway))
        if (rules.length > 0 && (index.get(server.server)?.length ?? 0) < 2)
          addTo(index, server.server, virtualService.resource);
  }
  return index;
}
