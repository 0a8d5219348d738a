import type { Workload } from '../cluster/workloads.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { exportsOf, hasExportTo, isVisibleIn } from '../names/hosts.ts';
import { gatewayOf, lookupGateway, workloadsOfGateway } from '../routing/gateways.ts';
import { isForMesh, type VirtualService } from '../routing/routes.ts';
import { standsBeside } from '../security/namespace-mtls.ts';
import { clientIn } from './client-namespaces.ts';
import { type PassedRule, ruleThatHolds } from './destination-rule-that-holds.ts';
import { registryOf } from './registry.ts';
import { type Client, clientOf } from './scope.ts';

// Nobody has more; a hostile file would have each asked for each destination.
const MOST = 20;

/**
 * Whose proxies get the rules of a VirtualService, as far as they were read: pods of its own namespace, or of those that it is exported to by
 * name; where no pod of its own namespace was read, those of the namespaces that see it; and the pods of its gateways.
 */
export function clientsOfRoute(mesh: Mesh, virtualService: VirtualService): readonly Client[] {
  const known = mesh.derive(knownClients);
  let clients = known.get(virtualService);
  if (!clients) known.set(virtualService, (clients = findClients(mesh, virtualService)));
  return clients;
}

function knownClients(): Map<VirtualService, readonly Client[]> {
  return new Map();
}

function findClients(mesh: Mesh, virtualService: VirtualService): readonly Client[] {
  const pods = virtualService.gateways.slice(0, MOST).flatMap((reference) => {
    const lookup = reference.mesh ? undefined : lookupGateway(mesh, reference, virtualService.resource);
    return (lookup?.state === 'found' ? lookup.value : []).flatMap((r): readonly Workload[] => {
      const gateway = gatewayOf(mesh, r);
      return gateway ? workloadsOfGateway(mesh, gateway).workloads : [];
    });
  });
  const gateways = [...new Set(pods)]
    .filter((w) => isVisibleIn(mesh, virtualService.resource, w.resource.namespace ?? '') !== 'no')
    .slice(0, MOST)
    .map((w) => clientOf(w, true));
  return [
    ...(isForMesh(virtualService) ? namespacesThatRead(mesh, virtualService) : []).map((n) => clientIn(n)),
    ...gateways,
  ];
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
  for (const client of clientsOfRoute(mesh, virtualService)) {
    const { rule, passedOver } = ruleThatHolds(mesh, client, host, namespace);
    if (rule && (!rule.subsetsKnown || rule.subsets.some((s) => s.name === subset))) continue;
    const defining = passedOver.filter(
      (p) => p.rule.subsets.some((s) => s.name === subset) && standsBeside(mesh, p.resource, virtualService.resource),
    );
    if (defining.length > 0) return { client, defining };
  }
  return undefined;
}
