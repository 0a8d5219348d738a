import type { Workload } from '../cluster/workloads.ts';
import type { Mesh } from '../mesh/mesh.ts';

/** Why a Pod is taken for one that exists already, so that no webhook will see it any more. */
export type Running =
  /** It carries what only a cluster writes. */
  | 'lives'
  /** The input is the whole mesh, and other Pods of the namespace stand in it with their proxies. */
  | 'beside-proxies';

/**
 * Whether a Pod is one of a cluster and not one to be made. A manifest of a Pod in a namespace with injection lacks a proxy because it gets
 * one when it is created; a Pod that was created already and lacks it never gets one.
 */
export function runningPod(mesh: Mesh, workload: Workload): Running | undefined {
  const { resource } = workload;
  if (resource.type !== 'Pod') return undefined;
  if (lives(workload)) return 'lives';
  return mesh.settings.closedWorld && mesh.derive(namespacesWithProxies).has(resource.namespace ?? '')
    ? 'beside-proxies'
    : undefined;
}

// Generators write `status: {}` and `creationTimestamp: null`, which say nothing.
function lives({ resource: { body } }: Workload): boolean {
  const metadata = body.at('metadata');
  const status = body.at('status');
  return (
    metadata.at('uid').hasValue ||
    metadata.at('resourceVersion').hasValue ||
    metadata.at('creationTimestamp').hasValue ||
    metadata.at('ownerReferences').items().length > 0 ||
    ['phase', 'startTime', 'podIP', 'hostIP', 'containerStatuses'].some((key) => status.at(key).hasValue)
  );
}

/** Namespaces with a Pod that carries its proxy: the input shows Pods as they are after admission. */
function namespacesWithProxies(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh.workloads
      .filter((w) => w.resource.type === 'Pod' && w.hasProxy && !w.isGateway)
      .map((w) => w.resource.namespace ?? ''),
  );
}
