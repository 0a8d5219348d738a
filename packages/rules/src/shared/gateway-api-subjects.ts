import {
  type Attachment,
  attachmentOf,
  type BackendReference,
  type GatewayRoute,
  gatewayRouteOf,
  isSystemNamespace,
  type KubernetesGateway,
  kubernetesGatewayOf,
  type Listener,
  lookupKubernetesGateway,
  type Mesh,
  nameOf,
  type ParentReference,
  type Resource,
} from '@meshvet/core';

/** The route of the Gateway API that a resource is, where it may be judged: not one of Kubernetes' own namespaces. */
export function routeToJudge(mesh: Mesh, resource: Resource): GatewayRoute | undefined {
  return isSystemNamespace(resource.namespace) ? undefined : gatewayRouteOf(mesh, resource);
}

/** The Gateway or ListenerSet that a resource is, where it may be judged. */
export function kubernetesGatewayToJudge(mesh: Mesh, resource: Resource): KubernetesGateway | undefined {
  return isSystemNamespace(resource.namespace) ? undefined : kubernetesGatewayOf(mesh, resource);
}

/** Whether another manifest is surely the one that a resource meets: it stands near, or both say where they live and there is no other like it. */
export function surelyMeets(mesh: Mesh, other: Resource, resource: Resource): boolean {
  if (mesh.settings.closedWorld || mesh.near(other, resource)) return true;
  return other.namespaceWritten && resource.namespaceWritten && mesh.variants(other).length === 1;
}

/** A parent that takes a route with none of its listeners. */
export interface RefusedParent {
  readonly parent: ParentReference;
  readonly gateway: KubernetesGateway;
  readonly attachment: Extract<Attachment, { readonly state: 'refused' }>;
}

/** The Gateways and ListenerSets that a route names and does not attach to: those of which all manifests refuse it. */
export function refusedParents(mesh: Mesh, route: GatewayRoute): readonly RefusedParent[] {
  const known = mesh.derive(knownRefusals);
  let refused = known.get(route.resource);
  if (!refused) known.set(route.resource, (refused = findRefused(mesh, route)));
  return refused;
}

// Several rules ask for each route.
function knownRefusals(): Map<Resource, readonly RefusedParent[]> {
  return new Map();
}

function findRefused(mesh: Mesh, route: GatewayRoute): readonly RefusedParent[] {
  return route.parents.flatMap((parent): RefusedParent[] => {
    if (parent.kind !== 'Gateway' && parent.kind !== 'ListenerSet') return [];
    const lookup = lookupKubernetesGateway(mesh, parent, route.resource);
    if (lookup.state !== 'found' || !lookup.value.every((g) => surelyMeets(mesh, g.resource, route.resource)))
      return [];
    const attachments = lookup.value.map((gateway) => attachmentOf(mesh, gateway, parent, route));
    const [attachment] = attachments;
    const [gateway] = lookup.value;
    if (attachment?.state !== 'refused' || !gateway || attachments.some((a) => a.state !== 'refused')) return [];
    return [{ parent, gateway, attachment }];
  });
}

/** "Gateway shop/front", as a route means it. */
export function parentText({ kind, namespace, name }: ParentReference): string {
  return `${kind} ${namespace}/${name}`;
}

/** "Service shop/cart", or the host of a `Hostname`. */
export function backendText({ kind, namespace, name }: BackendReference): string {
  return kind === 'Hostname' ? `host ${name}` : `Service ${namespace}/${name}`;
}

/** Some listeners by name with port and protocol: "http (80, HTTP)". */
export function listenersText(listeners: readonly Listener[]): string {
  if (listeners.length === 0) return 'no listener';
  const shown = listeners.slice(0, 6).map((l) => `"${l.name}" (${l.port}, ${l.protocol})`);
  return shown.join(', ') + (listeners.length > 6 ? ', ...' : '');
}

/** The place of the listeners of a Gateway, as the other side of a finding. */
export function listenersOf(gateway: KubernetesGateway) {
  return { at: gateway.spec.at('listeners'), note: `the listeners of ${nameOf(gateway.resource)}` };
}

/** What becomes of the traffic to a backend that a route cannot send to. */
export function failureText(resource: Resource): string {
  if (resource.kind === 'HTTPRoute') return 'requests to it get 500';
  return resource.kind === 'GRPCRoute' ? 'calls to it fail' : 'connections to it fail';
}
