import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { gatewayOf, lookupGateway, workloadsOfGateway } from '../routing/gateways.ts';
import { type VirtualService, virtualServices } from '../routing/routes.ts';
import { registryOf } from './registry.ts';

/** A gateway whose pods pass requests on to other pods, and the route that says so. */
export interface GatewayBefore {
  readonly gateway: Workload;
  readonly route: Resource;
}

// What a hostile file may hold of each; a real route has a handful.
const MOST = 50;

/** The gateways that pass requests on to pods by VirtualServices, each once, with the first route. */
export function gatewaysBefore(mesh: Mesh, workload: Workload): readonly GatewayBefore[] {
  return [...(mesh.derive(gatewaysByServer).get(workload)?.values() ?? [])];
}

function gatewaysByServer(mesh: Mesh): ReadonlyMap<Workload, ReadonlyMap<Workload, GatewayBefore>> {
  const index = new Map<Workload, Map<Workload, GatewayBefore>>();
  for (const virtualService of mesh.derive(virtualServices)) {
    const gateways = gatewaysOf(mesh, virtualService);
    if (gateways.length === 0) continue;
    for (const server of serversOf(mesh, virtualService)) {
      let known = index.get(server);
      if (!known) index.set(server, (known = new Map()));
      for (const gateway of gateways)
        if (gateway !== server && !known.has(gateway)) known.set(gateway, { gateway, route: virtualService.resource });
    }
  }
  return index;
}

function gatewaysOf(mesh: Mesh, { gateways, resource }: VirtualService): readonly Workload[] {
  const found = new Set<Workload>();
  for (const reference of gateways.slice(0, MOST)) {
    if (reference.mesh) continue;
    const lookup = lookupGateway(mesh, reference, resource);
    // Variants of a Gateway may select other pods.
    const [only, second] = lookup.state === 'found' ? lookup.value : [];
    const gateway = only && !second ? gatewayOf(mesh, only) : undefined;
    if (!gateway) continue;
    for (const workload of workloadsOfGateway(mesh, gateway).workloads) if (workload.isGateway) found.add(workload);
  }
  return [...found];
}

function serversOf(mesh: Mesh, { routes }: VirtualService): readonly Workload[] {
  const found = new Set<Workload>();
  const registry = registryOf(mesh);
  const names = new Set(routes.flatMap((r) => r.destinations.flatMap((d) => d.host?.fqdn ?? [])));
  for (const name of [...names].slice(0, MOST))
    for (const host of registry.at(name))
      for (const port of host.ports.slice(0, MOST))
        for (const { workload } of registry.endpoints(host, port).endpoints) if (workload) found.add(workload);
  return [...found];
}
