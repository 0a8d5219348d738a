import type { Mesh } from '../mesh/mesh.ts';
import type { Destination } from '../routing/routes.ts';
import { type Client, scopeOf } from './scope.ts';
import { type NoUpstream, type Upstream, upstreamOf } from './upstream.ts';

/**
 * Where a proxy sends what a rule has for a destination. undefined where the destination is filled in later, or names no port and its host
 * has several: then that of the listener counts, which the rule does not tell.
 */
export function destinationUpstream(
  mesh: Mesh,
  client: Client,
  { host, port, subset }: Pick<Destination, 'host' | 'port' | 'subset'>,
): Upstream | NoUpstream | undefined {
  if (!host || host.wildcard) return undefined;
  const scope = scopeOf(mesh, client);
  const known = scope.host(host.fqdn);
  const name = known?.aliasOf ?? host.fqdn;
  const target = known?.aliasOf === undefined ? known : scope.host(name);
  const number = port ?? (target?.ports.length === 1 ? target.ports[0]?.number : undefined);
  return number === undefined ? undefined : upstreamOf(scope, client, name, number, subset);
}
