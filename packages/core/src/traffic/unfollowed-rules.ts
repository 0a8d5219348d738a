import type { Mesh } from '../mesh/mesh.ts';
import { exportsOf, hasExportTo, isVisibleIn } from '../names/hosts.ts';
import { isForMesh, type VirtualService } from '../routing/routes.ts';
import { standsBeside } from '../security/namespace-mtls.ts';
import { clientIn } from './client-namespaces.ts';
import { clientsOfRoute } from './clients-of-route.ts';
import { type PassedRule, ruleThatHolds } from './destination-rule-that-holds.ts';
import { registryOf } from './registry.ts';
import type { Client } from './scope.ts';

// Nobody has more; a hostile file would have each asked for each destination.
const MOST = 20;

// Whose proxies get the rules, as far as they were read; where no pod of its own namespace was, those of the namespaces that see it.
function proxiesOf(mesh: Mesh, virtualService: VirtualService): readonly Client[] {
  const known = mesh.derive(knownProxies);
  let clients = known.get(virtualService);
  if (!clients) known.set(virtualService, (clients = findProxies(mesh, virtualService)));
  return clients;
}

function knownProxies(): Map<VirtualService, readonly Client[]> {
  return new Map();
}

function findProxies(mesh: Mesh, virtualService: VirtualService): readonly Client[] {
  const gateways = clientsOfRoute(mesh, virtualService).flatMap(({ client, seen }) =>
    seen && client.gateway && isVisibleIn(mesh, virtualService.resource, client.namespace) !== 'no' ? [client] : [],
  );
  const namespaces = isForMesh(virtualService) ? namespacesThatRead(mesh, virtualService) : [];
  return [...namespaces.map((n) => clientIn(n)), ...gateways.slice(0, MOST)];
}

function namespacesThatRead(mesh: Mesh, { resource }: VirtualService): readonly string[] {
  const own = resource.namespace ?? '';
  const exports = exportsOf(mesh, resource);
  if (hasExportTo(resource) && exports && !exports.includes('*')) return exports.slice(0, MOST);
  const inhabited = mesh.derive(inhabitedNamespaces);
  if (inhabited.has(own) || inhabited.size === 0) return [own];
  // Nobody lives where the VirtualService stands: it is there for others.
  return [...inhabited].filter((n) => isVisibleIn(mesh, resource, n) !== 'no').slice(0, MOST);
}

// Those with pods that have a proxy, or may have one.
function inhabitedNamespaces(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh.workloads
      .filter((w) => !w.isGateway && mesh.membership(w).answer !== 'no')
      .map((w) => w.resource.namespace ?? ''),
  );
}

/** DestinationRules that define a subset, and that some of the proxies which get a route do not follow. */
export interface UnfollowedRules {
  readonly client: Client;
  /** Those that define the subset, each with why it does not count. */
  readonly defining: readonly PassedRule[];
}

/** Whether the files define a subset where those who are sent to it do not look: their requests get 503. */
export function unfollowedSubset(
  mesh: Mesh,
  virtualService: VirtualService,
  host: string,
  hostNamespace: string | undefined,
  subset: string,
): UnfollowedRules | undefined {
  const namespace = registryOf(mesh).at(host)[0]?.namespace ?? hostNamespace;
  if (namespace === undefined) return undefined;
  for (const client of proxiesOf(mesh, virtualService)) {
    const { rule, passedOver } = ruleThatHolds(mesh, client, host, namespace);
    if (rule && (!rule.subsetsKnown || rule.subsets.some((s) => s.name === subset))) continue;
    const defining = passedOver.filter(
      (p) => p.rule.subsets.some((s) => s.name === subset) && standsBeside(mesh, p.resource, virtualService.resource),
    );
    if (defining.length > 0) return { client, defining };
  }
  return undefined;
}
