import { isSystemNamespace } from '../cluster/namespaces.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { HostTarget } from '../names/host-targets.ts';
import { type DestinationRule, destinationRules } from './destination-rules.ts';
import { type Route, type VirtualService, virtualServiceOf } from './routes.ts';

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

/** Whether a ServiceEntry has a host of the cluster's own domain: a Service of that name, with other ports, may stand beside it. */
export function mayHaveService(mesh: Mesh, target: HostTarget): boolean {
  return target.service === undefined && target.host.endsWith('.svc.cluster.local') && !mesh.settings.closedWorld;
}
