import { labelsOf } from '../manifest/label-set.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { readersOf } from '../names/hosts.ts';
import { gatewayOf, lookupGateway, workloadsOfGateway } from '../routing/gateways.ts';
import { isForMesh, type VirtualService } from '../routing/routes.ts';
import { type Client, clientOf } from './scope.ts';

/** A proxy that follows a VirtualService. */
export interface RouteClient {
  readonly client: Client;
  /** False where nobody has seen such a proxy: it stands for those that there may be. */
  readonly seen: boolean;
}

// Proxies of one namespace differ in their labels only.
const MOST_PODS = 20;

/**
 * The proxies that follow the rules of a VirtualService: the pods of its Gateways, and for the mesh any pod of the namespaces that it is
 * written for. Where the pods of a Gateway were not read, one of its own namespace and one of the root namespace stand for them.
 */
export function clientsOfRoute(mesh: Mesh, virtualService: VirtualService): readonly RouteClient[] {
  const clients: RouteClient[] = [];
  const root = mesh.installation.rootNamespace.value;
  if (isForMesh(virtualService))
    for (const namespace of readersOf(mesh, virtualService.resource))
      clients.push({ client: anyPod(namespace, false), seen: false });
  for (const reference of virtualService.gateways) {
    if (reference.mesh) continue;
    const lookup = lookupGateway(mesh, reference, virtualService.resource);
    const read = lookup.state === 'found' ? lookup.value.flatMap((r) => gatewayOf(mesh, r) ?? []) : [];
    const pods = read.flatMap((gateway) => workloadsOfGateway(mesh, gateway).workloads);
    for (const pod of pods.slice(0, MOST_PODS)) clients.push({ client: clientOf(pod, true), seen: true });
    if (pods.length === 0)
      for (const namespace of new Set([reference.namespace, root]))
        clients.push({ client: anyPod(namespace, true), seen: false });
  }
  return clients;
}

function anyPod(namespace: string, gateway: boolean): Client {
  return { namespace, labels: labelsOf({}), workload: undefined, gateway };
}
