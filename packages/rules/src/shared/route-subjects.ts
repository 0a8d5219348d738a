import {
  type Destination,
  type DestinationRule,
  destinationRules,
  type HostTarget,
  isPatchedAt,
  isSystemNamespace,
  type Mesh,
  nameOf,
  type Resource,
  type Route,
  type VirtualService,
  virtualServiceOf,
} from '@meshvet/core';

/** The VirtualService that a resource is, where it may be judged: not one of Kubernetes' own namespaces. */
export function virtualServiceToJudge(mesh: Mesh, resource: Resource): VirtualService | undefined {
  const virtualService = virtualServiceOf(mesh, resource);
  return virtualService && !isSystemNamespace(resource.namespace) ? virtualService : undefined;
}

/** The routes of a VirtualService that no patch of the input may change. */
export function settledRoutes({ resource, routes }: VirtualService): readonly Route[] {
  return routes.filter((route) => !isPatchedAt(resource, 'spec', route.kind));
}

/** The DestinationRule that a resource is, where it may be judged. */
export function destinationRuleToJudge(mesh: Mesh, resource: Resource): DestinationRule | undefined {
  if (resource.type !== 'networking.istio.io/DestinationRule' || isSystemNamespace(resource.namespace))
    return undefined;
  return mesh.derive(rulesByResource).get(resource);
}

function rulesByResource(mesh: Mesh): ReadonlyMap<Resource, DestinationRule> {
  return new Map(mesh.derive(destinationRules).map((rule) => [rule.resource, rule]));
}

/** "cart", or what a short name is completed to as well: "cart (cart.shop.svc.cluster.local)". */
export function hostText({ host }: Pick<Destination, 'host'>): string {
  if (!host) return '';
  return host.written === host.fqdn ? host.written : `${host.written} (${host.fqdn})`;
}

/** "Service shop/cart", "ServiceEntry shop/api". */
export function targetText(target: HostTarget): string {
  return nameOf(target.resource);
}

/** Some of the ways to write a few things: "a", "b". */
export function quoted(names: Iterable<string>): string {
  return [...new Set(names)]
    .sort()
    .slice(0, 8)
    .map((name) => `"${name}"`)
    .join(', ');
}

/** Whether a ServiceEntry has a host of the cluster's own domain: a Service of that name, with other ports, may stand beside it. */
export function mayHaveService(mesh: Mesh, target: HostTarget): boolean {
  return target.service === undefined && target.host.endsWith('.svc.cluster.local') && !mesh.settings.closedWorld;
}
