import type { Namespace } from '../cluster/namespaces.ts';
import type { Labels } from '../manifest/labels.ts';
import type { Answer } from '../manifest/lookup.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { labelSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import type { Field } from '../source/field.ts';
import { groupBy } from '../source/grouping.ts';
import { isAmbientNamespace } from './ambient-mode.ts';

/** Label that names the waypoint of a namespace, a Service, a ServiceEntry or pods. */
export const USE_WAYPOINT_KEY = 'istio.io/use-waypoint';

/** Label with the namespace of that waypoint, where it is another one; since 1.23. */
export const USE_WAYPOINT_NAMESPACE_KEY = 'istio.io/use-waypoint-namespace';

/** Label of a Gateway, or of its GatewayClass, with the traffic that a waypoint takes: service (the default), workload, all or none. */
export const WAYPOINT_FOR_KEY = 'istio.io/waypoint-for';

/** The waypoint that some labels name. */
export interface NamedWaypoint {
  readonly name: string;
  readonly namespace: string;
  readonly field: Field;
}

/**
 * The waypoint that labels of a resource name; `none` where they refuse one, undefined where they say nothing, or what they say is filled
 * in later. `own` is the namespace of the resource, for a Namespace its name. Source: `ambient/waypoints.go`, getUseWaypoint; only 1.22 had
 * the namespace before a slash.
 */
export function namedWaypoint(mesh: Mesh, labels: Labels, own: string | undefined): NamedWaypoint | 'none' | undefined {
  const name = labels.get(USE_WAYPOINT_KEY);
  if (!name || labels.mayChange(USE_WAYPOINT_KEY) || labels.mayChange(USE_WAYPOINT_NAMESPACE_KEY)) return undefined;
  if (name === 'none') return 'none';
  const field = labels.at(USE_WAYPOINT_KEY);
  if (!mesh.istioAtLeast('1.23')) {
    if (name === '~') return 'none';
    const slash = name.indexOf('/');
    if (slash > 0) return { namespace: name.slice(0, slash), name: name.slice(slash + 1), field };
    return own === undefined ? undefined : { namespace: own, name, field };
  }
  const namespace = labels.has(USE_WAYPOINT_NAMESPACE_KEY) ? labels.get(USE_WAYPOINT_NAMESPACE_KEY) : own;
  return namespace ? { name, namespace, field } : undefined;
}

/**
 * What decides about the waypoint of a Service, a ServiceEntry or pods: their own label, else that of the namespace. `lacking`: both were
 * read, and neither has the label. Whether the waypoint is there and takes such traffic is another question: `waypointNamed`.
 */
export type WaypointChoice =
  | { readonly state: 'named'; readonly waypoint: NamedWaypoint; readonly by: 'own' | 'namespace' }
  | { readonly state: 'refused'; readonly by: 'own' | 'namespace'; readonly field: Field }
  | { readonly state: 'lacking'; readonly namespaces: readonly Namespace[] }
  | { readonly state: 'unknown' };

const UNKNOWN = { state: 'unknown' } as const;

/** The choice for a resource with these labels (of pods: those of the template), by the rules of 1.22 and later. */
export function waypointChoice(mesh: Mesh, resource: Resource, labels: Labels): WaypointChoice {
  if (!mesh.istioAtLeast('1.22') || labels.mayChange(USE_WAYPOINT_KEY)) return UNKNOWN;
  if (labels.has(USE_WAYPOINT_KEY)) {
    const waypoint = namedWaypoint(mesh, labels, resource.namespace);
    if (waypoint === 'none') return { state: 'refused', by: 'own', field: labels.at(USE_WAYPOINT_KEY) };
    return waypoint ? { state: 'named', waypoint, by: 'own' } : UNKNOWN;
  }
  const namespaces = namespacesOf(mesh, resource) ?? [];
  return namespaceChoice(mesh, namespaces);
}

/** What the manifests of one namespace say of the waypoint of all in it; with several that differ nothing is known. */
export function namespaceChoice(mesh: Mesh, namespaces: readonly Namespace[]): WaypointChoice {
  const [first] = namespaces;
  if (!first || !mesh.istioAtLeast('1.22')) return UNKNOWN;
  if (namespaces.every((n) => n.resource.labels.lacks(USE_WAYPOINT_KEY))) return { state: 'lacking', namespaces };
  const named = namespaces.map((n) => namedWaypoint(mesh, n.resource.labels, n.name));
  const [one] = named;
  if (one === 'none' && named.every((other) => other === 'none'))
    return { state: 'refused', by: 'namespace', field: first.resource.labels.at(USE_WAYPOINT_KEY) };
  if (!one || one === 'none') return UNKNOWN;
  const same = named.every((other) => typeof other === 'object' && keyOf(other) === keyOf(one));
  return same ? { state: 'named', waypoint: one, by: 'namespace' } : UNKNOWN;
}

function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/**
 * Whether a resource surely has no waypoint: its labels refuse one, or they and its namespace lack the label. Labels are often set by hand
 * (`istioctl waypoint apply --enroll-namespace`), so in an open world the Namespace has to stand beside the resource that counts on it, with
 * its label of ambient mode written. A waypoint that is named, and is missing or takes nothing, is a mistake of its own.
 */
export function surelyWithoutWaypoint(mesh: Mesh, choice: WaypointChoice, asker: Resource): boolean {
  if (choice.state === 'refused') return true;
  if (choice.state !== 'lacking') return false;
  return (
    mesh.settings.closedWorld ||
    (!mesh.hasUnreadBeside(asker) &&
      choice.namespaces.every(
        ({ resource }) =>
          isAmbientNamespace(resource.labels) && mesh.together(resource, asker) && !mesh.hasUnreadBeside(resource),
      ))
  );
}

/** A Gateway of the Gateway API that is a waypoint. */
export interface Waypoint {
  readonly resource: Resource;
  /** What it takes; undefined where that is filled in later, or a class that nobody read may say it. */
  readonly traffic: string | undefined;
  /** The listener by which istiod judges who may use it; undefined where none fits, and then only its own namespace may. */
  readonly listener: Field | undefined;
  /** Whether its listeners are all written. */
  readonly settled: boolean;
}

const GATEWAY_TYPE = 'gateway.networking.k8s.io/Gateway';

/** Class of the waypoints that istiod deploys. Source: `pkg/config/constants`, WaypointGatewayClassName. */
export const WAYPOINT_CLASS = 'istio-waypoint';

/** The waypoint in a resource; undefined for what is none. Source: `ambient/waypoints.go`, WaypointsCollection and makeAllowedRoutes. */
export function waypointOf(mesh: Mesh, resource: Resource): Waypoint | undefined {
  if (resource.type !== GATEWAY_TYPE || resource.partial) return undefined;
  const spec = resource.body.at('spec');
  const className = spec.at('gatewayClassName').text();
  if (className !== WAYPOINT_CLASS || isPatchedAt(resource, 'spec', 'gatewayClassName')) return undefined;
  const listeners = spec.at('listeners');
  const items = (listeners.items() as Field[]).slice(0, MOST_LISTENERS);
  // With an annotation of its own a waypoint is entered by another protocol, as a "sandwich".
  const bound = resource.annotations.has('ambient.istio.io/waypoint-inbound-binding');
  const hbone = items.find((l) => l.at('port').number() === 15008 && l.at('protocol').text() === 'HBONE');
  return {
    resource,
    traffic: trafficOf(mesh, resource, className),
    listener: hbone,
    settled:
      !bound && listeners.isList && !isPatchedAt(resource, 'spec', 'listeners') && items.every(isWrittenListener),
  };
}

const MOST_LISTENERS = 64;

function isWrittenListener(listener: Field): boolean {
  return listener.at('port').number() !== undefined && listener.at('protocol').text() !== undefined;
}

function trafficOf(mesh: Mesh, { labels }: Resource, className: string): string | undefined {
  if (labels.has(WAYPOINT_FOR_KEY) || labels.mayChange(WAYPOINT_FOR_KEY))
    return labels.mayChange(WAYPOINT_FOR_KEY) ? undefined : labels.get(WAYPOINT_FOR_KEY);
  const classes = mesh.ofType('gateway.networking.k8s.io/GatewayClass').filter((c) => c.name === className);
  const said = classes.map((c) =>
    c.labels.mayChange(WAYPOINT_FOR_KEY)
      ? undefined
      : c.labels.has(WAYPOINT_FOR_KEY)
        ? c.labels.get(WAYPOINT_FOR_KEY)
        : 'service',
  );
  const [first = 'service'] = said;
  return said.every((one) => one === first) ? first : undefined;
}

/** The manifests of the waypoint that labels name; empty where none was read. */
export function waypointNamed(mesh: Mesh, { namespace, name }: NamedWaypoint): readonly Waypoint[] {
  return mesh.derive(waypointsByName).get(`${namespace}/${name}`) ?? [];
}

function waypointsByName(mesh: Mesh): ReadonlyMap<string, readonly Waypoint[]> {
  return groupBy(
    mesh.ofType(GATEWAY_TYPE).flatMap((r) => waypointOf(mesh, r) ?? []),
    ({ resource }) => `${resource.namespace ?? ''}/${resource.name}`,
  );
}

/** Why a waypoint takes nothing of what names it. */
export type WaypointRefusal =
  /** It takes other traffic: that to Services, or that to the addresses of pods. */
  | 'traffic'
  /** Its listener does not admit the namespace. */
  | 'namespace';

/**
 * Why a waypoint surely refuses traffic to Services, or to the addresses of pods, of a namespace; undefined where it takes it, or that is
 * not known. Source: `ambient/waypoints.go`, fetchWaypointForService, fetchWaypointForWorkload and AllowsAttachmentFromNamespace.
 */
export function refusedBy(
  waypoint: Waypoint,
  traffic: 'service' | 'workload',
  from: { readonly name: string; readonly manifests: readonly Namespace[] },
): WaypointRefusal | undefined {
  if (!waypoint.settled) return undefined;
  const taken = waypoint.traffic;
  if (admits(waypoint, from) === 'no') return 'namespace';
  return taken === undefined || taken === 'all' || taken === traffic ? undefined : 'traffic';
}

function admits(
  { resource, listener }: Waypoint,
  from: { readonly name: string; readonly manifests: readonly Namespace[] },
): Answer {
  const isSame: Answer = resource.namespace === from.name ? 'yes' : 'no';
  if (!listener) return isSame;
  const namespaces = listener.at('allowedRoutes').at('namespaces');
  const written = namespaces.at('from');
  switch (written.hasValue ? written.text() : 'Same') {
    case 'Same':
      return isSame;
    case 'All':
      return 'yes';
    case 'None':
      // Read as Same: "should be impossible".
      return isSame;
    case 'Selector': {
      if (from.manifests.length === 0) return 'unknown';
      const selector = labelSelector(namespaces.at('selector'));
      const answers = from.manifests.map((n) => matches(selector, n.resource.labels));
      return answers.every((one) => one === answers[0]) ? (answers[0] as Answer) : 'unknown';
    }
    default:
      return 'unknown';
  }
}
