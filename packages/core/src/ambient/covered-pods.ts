import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import { matches, type Selector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import { workloadsIn } from '../mesh/workloads-by-namespace.ts';
import { ambientNamespaces, ambientOf } from './ambient-mode.ts';
import { USE_WAYPOINT_KEY, USE_WAYPOINT_NAMESPACE_KEY, waypointOf } from './waypoints.ts';

/** The pods in ambient mode that a policy without targets is for. */
export interface CoveredPods {
  /** A workload that it covers; undefined where none was read, and the whole namespace is ambient. */
  readonly workload: Workload | undefined;
  /** Whether a waypoint may stand before the pods. Since 1.22 it reads policies with targetRefs only. */
  readonly waypoint: Exclude<Answer, 'yes'>;
}

// Hostile files have thousands.
const MOST_WORKLOADS = 300;

/**
 * What a policy of this selector covers, where all of it is surely in ambient mode; undefined where some of it is not, or may not be.
 * Waypoints are left out: what has no target is none of theirs. A policy in the root namespace covers all namespaces.
 */
export function coveredPods(mesh: Mesh, resource: Resource, selector: Selector | undefined): CoveredPods | undefined {
  const { rootNamespace } = mesh.installation;
  if (!rootNamespace.certain) return undefined;
  const wide = !selector && resource.namespace === rootNamespace.value;
  const all = wide ? mesh.workloads : workloadsIn(mesh, resource.namespace);
  if (all.length > MOST_WORKLOADS) return undefined;
  const covered = all.filter((w) => (!selector || matches(selector, w.podLabels) !== 'no') && !isWaypointPod(mesh, w));
  const [workload] = covered;
  if (!workload) return selector || wide ? undefined : wholeNamespace(mesh, resource);
  const sure = covered.every(
    (w) =>
      (!selector || matches(selector, w.podLabels) === 'yes') &&
      (wide || mesh.together(resource, w.resource)) &&
      ambientOf(mesh, w) === 'yes',
  );
  if (!sure) return undefined;
  return { workload, waypoint: covered.every((w) => mayHaveWaypoint(mesh, w) === 'no') ? 'no' : 'unknown' };
}

// The pods of a waypoint stand in a dump of a cluster; istiod labels them so.
function isWaypointPod(mesh: Mesh, { podLabels }: Workload): boolean {
  return mesh.istioAtLeast('1.22') && podLabels.get('gateway.istio.io/managed') === 'istio.io-mesh-controller';
}

// Before the first workload is written the namespace speaks for those to come.
function wholeNamespace(mesh: Mesh, resource: Resource): CoveredPods | undefined {
  const namespaces = ambientNamespaces(mesh, resource);
  if (!namespaces) return undefined;
  const lacking = namespaces.every((n) => WAYPOINT_KEYS.every((key) => n.resource.labels.lacks(key)));
  const without = lacking && !mesh.derive(namespacesWithWaypoints).has(resource.namespace ?? '');
  return { workload: undefined, waypoint: without ? 'no' : 'unknown' };
}

const WAYPOINT_KEYS = [USE_WAYPOINT_KEY, USE_WAYPOINT_NAMESPACE_KEY];

/** Whether a waypoint may stand before the pods of a workload: a label asks for one, or one lives in the namespace. */
function mayHaveWaypoint(mesh: Mesh, workload: Workload): Exclude<Answer, 'yes'> {
  if (mesh.derive(namespacesWithWaypoints).has(workload.resource.namespace ?? '')) return 'unknown';
  const namespaces = namespacesOf(mesh, workload.resource);
  if (!namespaces) return 'unknown';
  const labels = [
    workload.podLabels,
    ...mesh.servicesOf(workload).map((s) => s.resource.labels),
    ...namespaces.map((n) => n.resource.labels),
  ];
  const asked = labels.some((one) =>
    WAYPOINT_KEYS.some((key) => one.mayChange(key) || (one.has(key) && one.get(key) !== 'none')),
  );
  return asked ? 'unknown' : 'no';
}

/** The namespaces in which a waypoint lives, or may live. */
export function namespacesWithWaypoints(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh
      .ofType('gateway.networking.k8s.io/Gateway')
      // A class that cannot be read may be that of a waypoint.
      .filter((r) => r.body.at('spec').at('gatewayClassName').text()?.includes('waypoint') ?? true)
      .map((r) => r.namespace ?? ''),
  );
}

/**
 * The namespaces with a gateway of the Gateway API that is no waypoint. istiod makes its pods, which no manifest shows, and they read the
 * policies of their namespace that have no selector.
 */
export function namespacesWithGateways(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh
      .ofType('gateway.networking.k8s.io/Gateway')
      .filter((r) => !waypointOf(mesh, r))
      .map((r) => r.namespace ?? ''),
  );
}
