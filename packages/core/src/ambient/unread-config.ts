import type { Workload } from '../cluster/workloads.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { flatSelector } from '../manifest/selectors.ts';
import { targetReferences } from '../manifest/target-references.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import type { Field } from '../source/field.ts';
import { groupBy } from '../source/grouping.ts';
import { ambientNamespaces } from './ambient-mode.ts';
import { coveredPods, namespacesWithGateways, namespacesWithWaypoints } from './covered-pods.ts';
import {
  namespaceChoice,
  refusedBy,
  surelyWithoutWaypoint,
  type WaypointChoice,
  waypointChoice,
  waypointNamed,
} from './waypoints.ts';

/** A Service or ServiceEntry that a policy names as its target, and that surely has no waypoint: then nobody reads the policy. */
export interface LoneTarget {
  readonly kind: string;
  readonly name: string;
  readonly field: Field;
  /** The waypoint that its labels name, which takes no traffic to Services or does not admit the namespace. */
  readonly refusing?: string | undefined;
  /** `none` is written on it or its namespace; else the label is nowhere. */
  readonly refused: boolean;
}

const MOST_TARGETS = 20;

/**
 * The targets of a policy in an ambient namespace that have no waypoint, where that is known for certain. Neither ztunnel nor a sidecar
 * reads a policy with targetRefs. Source: `model/policyattachment.go`, ShouldAttachPolicy; Services as targets since 1.22.
 */
export function loneTargets(mesh: Mesh, resource: Resource): readonly LoneTarget[] {
  if (resource.partial || isPatchedAt(resource, 'spec') || !mesh.istioAtLeast('1.22')) return [];
  const spec = resource.body.at('spec');
  const references = targetReferences(spec);
  if (references.length === 0 || references.length > MOST_TARGETS) return [];
  if (!ambientNamespaces(mesh, resource)) return [];
  return references.flatMap((reference): LoneTarget[] => {
    const field = reference.at('name');
    const name = field.string();
    const kind = reference.at('kind').text() ?? '';
    const targets = name ? targetsNamed(mesh, resource, reference, name) : [];
    const choices = targets.map((t) => waypointChoice(mesh, t, t.labels));
    const refusing = name === undefined ? undefined : refusingWaypoint(mesh, targets, choices);
    if (name && refusing !== undefined) return [{ kind, name, field, refused: false, refusing }];
    if (!name || choices.length === 0 || !choices.every((c) => surelyWithoutWaypoint(mesh, c, resource))) return [];
    return [{ kind, name, field, refused: choices.every((c) => c.state === 'refused') }];
  });
}

/** The Services or ServiceEntries that a target reference of a policy names. */
export function targetsNamed(
  mesh: Mesh,
  { namespace = '' }: Resource,
  reference: Field,
  name: string,
): readonly Resource[] {
  const group = reference.at('group').text() ?? '';
  const kind = reference.at('kind').text();
  if (kind === 'Service' && (group === '' || group === 'core')) {
    const found = mesh.service(namespace, name);
    return found.state === 'found' ? found.value.map((s) => s.resource) : [];
  }
  if (kind === 'ServiceEntry' && group === 'networking.istio.io')
    return mesh.derive(entriesByName).get(`${namespace}/${name}`) ?? [];
  return [];
}

/** The waypoint that all manifests of a target name, and that surely takes nothing of it. Source: `ambient/waypoints.go`, fetchWaypointForService. */
function refusingWaypoint(
  mesh: Mesh,
  targets: readonly Resource[],
  choices: readonly WaypointChoice[],
): string | undefined {
  const [choice] = choices;
  if (
    choice?.state !== 'named' ||
    !choices.every((c) => c.state === 'named' && c.waypoint.name === choice.waypoint.name)
  )
    return undefined;
  const waypoints = waypointNamed(mesh, choice.waypoint);
  const refuses = targets.every((target) => {
    const from = { name: target.namespace ?? '', manifests: namespacesOf(mesh, target) ?? [] };
    return waypoints.every((waypoint) => refusedBy(waypoint, 'service', from) !== undefined);
  });
  return waypoints.length > 0 && refuses ? `${choice.waypoint.namespace}/${choice.waypoint.name}` : undefined;
}

function entriesByName(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const entries = mesh.ofType('networking.istio.io/ServiceEntry').filter((r) => !r.partial);
  return groupBy(entries, (r) => `${r.namespace ?? ''}/${r.name}`);
}

/** What only an Envoy reads, written for pods in ambient mode without naming a target. */
export interface UntargetedConfig {
  /** `selector`: for pods by labels; `namespace`: for all of its namespace. */
  readonly by: 'selector' | 'namespace';
  readonly field: Field;
  /** A workload that it covers; undefined where none was read. */
  readonly workload: Workload | undefined;
  /** Whether the pods, or the namespace where none was read, name no waypoint. */
  readonly withoutWaypoint: boolean;
}

/** The kinds that ztunnel does not read at all, with the path of the labels that they select pods by. */
const SELECTORS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['security.istio.io/RequestAuthentication', ['selector', 'matchLabels']],
  ['extensions.istio.io/WasmPlugin', ['selector', 'matchLabels']],
  ['telemetry.istio.io/Telemetry', ['selector', 'matchLabels']],
  ['networking.istio.io/EnvoyFilter', ['workloadSelector', 'labels']],
]);

/**
 * A RequestAuthentication, WasmPlugin, Telemetry or EnvoyFilter without targets that no proxy reads, since all that it covers is surely in
 * ambient mode: ztunnel reads none of these kinds, and waypoints take them by targetRefs only. A Telemetry without selector is the exception:
 * waypoints of its namespace hold to it (`model/telemetry.go`, applicableTelemetries). Of an EnvoyFilter without selector nothing is said.
 */
export function untargetedConfig(mesh: Mesh, resource: Resource): UntargetedConfig | undefined {
  const path = SELECTORS.get(resource.type);
  if (!path || resource.partial || isPatchedAt(resource, 'spec') || !mesh.istioAtLeast('1.22')) return undefined;
  const spec = resource.body.at('spec');
  if (spec.at('targetRef').exists || spec.at('targetRefs').exists) return undefined;
  const outer = spec.at(path[0]);
  const labels = outer.at(path[1]);
  if ((outer.hasValue && !outer.isMapping) || (labels.hasValue && !labels.isMapping)) return undefined;
  const selector = labels.entries().length > 0 ? flatSelector(labels) : undefined;
  const { rootNamespace } = mesh.installation;
  // All namespaces and their gateways read what stands in the root namespace.
  if (!rootNamespace.certain || (resource.namespace === rootNamespace.value && !selector)) return undefined;
  const covered = coveredPods(mesh, resource, selector);
  if (!covered) return undefined;
  const { workload } = covered;
  if (selector) {
    const withoutWaypoint = workload !== undefined && podsWithoutWaypoint(mesh, workload, resource);
    return { by: 'selector', field: labels, workload, withoutWaypoint };
  }
  const { namespace = '' } = resource;
  if (resource.type === 'networking.istio.io/EnvoyFilter' || mesh.derive(namespacesWithGateways).has(namespace))
    return undefined;
  const namespaces = ambientNamespaces(mesh, resource) ?? [];
  const withoutWaypoint =
    covered.waypoint === 'no' && surelyWithoutWaypoint(mesh, namespaceChoice(mesh, namespaces), resource);
  if (resource.type === 'telemetry.istio.io/Telemetry') {
    if (!withoutWaypoint || mesh.derive(namespacesWithWaypoints).has(namespace)) return undefined;
  }
  return { by: 'namespace', field: spec, workload, withoutWaypoint };
}

/**
 * Whether such a resource asks for something: a Telemetry does by traces, access logs and changed metrics. Metrics by their provider alone are
 * what there is without it.
 */
export function asksForEnvoy({ type, body }: Resource): boolean {
  const spec = body.at('spec');
  if (!SELECTORS.has(type)) return false;
  if (type !== 'telemetry.istio.io/Telemetry') return true;
  const metrics = (spec.at('metrics').items() as Field[]).slice(0, 100);
  return (
    spec.at('tracing').items().length > 0 ||
    spec.at('accessLogging').items().length > 0 ||
    metrics.some((m) => m.at('overrides').items().length > 0)
  );
}

function podsWithoutWaypoint(mesh: Mesh, workload: Workload, asker: Resource): boolean {
  const choices: WaypointChoice[] = [
    waypointChoice(mesh, workload.resource, workload.podLabels),
    ...mesh.servicesOf(workload).map((s) => waypointChoice(mesh, s.resource, s.resource.labels)),
  ];
  return choices.every((choice) => surelyWithoutWaypoint(mesh, choice, asker));
}
