import { isSystemNamespace } from '../cluster/namespaces.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type Attachment, attachmentOf } from './attachment.ts';
import { type GatewayRoute, gatewayRouteOf } from './gateway-routes.ts';
import {
  type KubernetesGateway,
  kubernetesGatewayOf,
  kubernetesGateways,
  lookupKubernetesGateway,
} from './kubernetes-gateways.ts';
import { addSome } from './limits.ts';
import type { ParentReference } from './references.ts';

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

/**
 * The Gateway or ListenerSet that a reference without a namespace most likely means: nothing of its name was read in the namespace of the asker,
 * which counts, and there is one of that name in exactly one other, or beside the asker in one.
 */
export function namesakeElsewhere(mesh: Mesh, parent: ParentReference, asker: Resource): KubernetesGateway | undefined {
  const { kind, namespace, name, field } = parent;
  if ((kind !== 'Gateway' && kind !== 'ListenerSet') || field.at('namespace').exists) return undefined;
  if (mesh.externals.gateway(namespace, name) || mesh.externals.namespace(namespace)) return undefined;
  if (!asker.namespaceWritten || mesh.assumesNamespace(asker) || mesh.hasUnreadBeside(asker)) return undefined;
  const named = mesh.derive(gatewaysByName).get(`${kind} ${name}`) ?? [];
  if (lookupKubernetesGateway(mesh, parent, asker).state === 'found') return undefined;
  if (named.some(({ resource: r }) => mesh.assumesNamespace(r))) return undefined;
  // Of several those that stand beside the asker.
  const beside = named.filter(({ resource: r }) => mesh.near(r, asker));
  const meant = beside.length > 0 ? beside : named;
  const [first] = meant;
  if (!first || meant.some(({ resource: r }) => r.namespace !== first.resource.namespace)) return undefined;
  return meant.every((g) => g.resource.namespaceWritten && surelyMeets(mesh, g.resource, asker)) ? first : undefined;
}

function gatewaysByName(mesh: Mesh): ReadonlyMap<string, readonly KubernetesGateway[]> {
  const byName = new Map<string, KubernetesGateway[]>();
  for (const gateway of mesh.derive(kubernetesGateways))
    addSome(byName, `${gateway.kind} ${gateway.resource.name}`, gateway);
  return byName;
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
