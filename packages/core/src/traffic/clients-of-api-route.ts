import { isServedByIstio } from '../gateway-api/gateway-classes.ts';
import type { GatewayRoute } from '../gateway-api/gateway-routes.ts';
import { type KubernetesGateway, lookupKubernetesGateway } from '../gateway-api/kubernetes-gateways.ts';
import { parentOfListenerSet } from '../gateway-api/listener-sets.ts';
import { placesOfRoute } from '../gateway-api/routes-at-listeners.ts';
import { labelsOf } from '../manifest/label-set.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Client } from './scope.ts';

/**
 * The proxies of Istio that surely follow a route of the Gateway API: those of its own Gateways, and for a route whose parent is a Service any pod
 * of its namespace. Gateways of other controllers speak as they like.
 */
export function clientsOfApiRoute(mesh: Mesh, { resource, parents }: GatewayRoute): readonly Client[] {
  const namespaces = new Set<string>();
  for (const { place } of placesOfRoute(mesh, resource)) {
    const gateway = gatewayOfPlace(mesh, place.gateway);
    if (gateway && isServedByIstio(mesh, gateway.className)) namespaces.add(gateway.resource.namespace ?? '');
  }
  const isForMesh = parents.some((p) => p.kind === 'Service' || p.kind === 'ServiceEntry');
  return [
    ...[...namespaces].map((namespace) => anyPod(namespace, true)),
    ...(isForMesh && mesh.use?.istio ? [anyPod(resource.namespace ?? '', false)] : []),
  ];
}

/** The Gateway whose proxies have the listeners: itself, or for a ListenerSet the one that it adds them to. */
function gatewayOfPlace(mesh: Mesh, holder: KubernetesGateway): KubernetesGateway | undefined {
  if (holder.kind === 'Gateway') return holder;
  const parent = parentOfListenerSet(holder);
  const lookup = parent && lookupKubernetesGateway(mesh, parent, holder.resource);
  return lookup?.state === 'found' && lookup.value.length === 1 ? lookup.value[0] : undefined;
}

function anyPod(namespace: string, gateway: boolean): Client {
  return { namespace, labels: labelsOf({}), workload: undefined, gateway };
}
