import type { Workload } from '../cluster/workloads.ts';
import { DATAPLANE_KEY } from '../injection/ambient.ts';
import type { Answer } from '../manifest/lookup.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { labelSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import { workloadsIn } from '../mesh/workloads-by-namespace.ts';
import type { Field } from '../source/field.ts';
import { ambientOf } from './ambient-mode.ts';

// Source: `pilot/pkg/serviceregistry/kube/controller/ambient/authorization.go`, `httpOperations`, `httpSources`, `l4WhenAttributes`.
const L7_OPERATIONS = ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths'];
const L7_SOURCES = ['remoteIpBlocks', 'notRemoteIpBlocks', 'requestPrincipals', 'notRequestPrincipals'];
const L4_OPERATIONS = ['ports', 'notPorts'];
const L4_SOURCES = [
  'ipBlocks',
  'notIpBlocks',
  'namespaces',
  'notNamespaces',
  'principals',
  'notPrincipals',
  'serviceAccounts',
  'notServiceAccounts',
];
const L4_KEYS: ReadonlySet<string> = new Set([
  'source.ip',
  'source.namespace',
  'source.principal',
  'destination.ip',
  'destination.port',
]);

/** A rule of an AuthorizationPolicy, as ztunnel takes it. */
export interface ZtunnelRule {
  readonly field: Field;
  readonly number: number;
  /** What only a proxy that reads HTTP can check, with its name as in the policy. */
  readonly l7: readonly { readonly name: string; readonly field: Field }[];
  /** Whether each of its clauses keeps something that ztunnel can check; a clause that is left empty matches nothing. */
  readonly enforceable: boolean;
}

/** An AuthorizationPolicy that ztunnel alone enforces. */
export interface ZtunnelPolicy {
  readonly action: 'ALLOW' | 'DENY';
  readonly rules: readonly ZtunnelRule[];
  /** A workload that it covers; undefined where none was read, and the whole namespace is ambient. */
  readonly workload: Workload | undefined;
  /** Whether a waypoint may stand before the pods. Since 1.22 it reads policies with targetRefs only. */
  readonly waypoint: Exclude<Answer, 'yes'>;
}

// A rule with more clauses is nobody's; hostile files have thousands.
const MOST_RULES = 100;
const MOST_WORKLOADS = 300;

/**
 * The policy in a resource, where it names no target and all that it covers is surely in ambient mode: then ztunnel enforces it, and
 * nobody else. Before 1.22 a waypoint did so too, where there was one.
 */
export function ztunnelPolicyOf(mesh: Mesh, resource: Resource): ZtunnelPolicy | undefined {
  if (resource.type !== 'security.istio.io/AuthorizationPolicy' || resource.partial || isPatchedAt(resource, 'spec'))
    return undefined;
  const spec = resource.body.at('spec');
  const action = spec.at('action').hasValue ? spec.at('action').text() : 'ALLOW';
  if (action !== 'ALLOW' && action !== 'DENY') return undefined;
  if (spec.at('targetRef').exists || spec.at('targetRefs').exists || resource.annotations.has('istio.io/dry-run'))
    return undefined;
  const items = spec.at('rules').items() as Field[];
  if (items.length === 0 || items.length > MOST_RULES) return undefined;
  const rules = items.flatMap((field, i) => readRule(field, i + 1) ?? []);
  // What cannot be read may be anything.
  if (rules.length !== items.length || rules.every((rule) => rule.l7.length === 0)) return undefined;
  const covered = coveredBy(mesh, resource, spec.at('selector'));
  if (!covered || (covered.waypoint !== 'no' && !mesh.istioAtLeast('1.22'))) return undefined;
  return { action, rules, ...covered };
}

/** The codes of Kiali for it: without a target, and where nothing is enrolled at a waypoint. */
export function kialiPolicyCodes({ rules, waypoint }: ZtunnelPolicy): string[] {
  if (!rules.some(isL7ToKiali)) return [];
  return waypoint === 'no' ? ['KIA0109', 'KIA0110'] : ['KIA0110'];
}

/** Kiali leaves the address of the original client out of what it takes for HTTP. */
function isL7ToKiali({ l7 }: ZtunnelRule): boolean {
  return l7.some(({ name }) => !/^(?:notR|r)emoteIpBlocks$|^remote\.ip$/.test(name));
}

/** A Service that a policy names as its target, and that has no waypoint: then nobody enforces the policy. */
export interface LoneTarget {
  readonly name: string;
  readonly field: Field;
  /** `none` is written on the Service; else the label is nowhere. */
  readonly refused: boolean;
  readonly codes: readonly string[];
}

/** The targets of an AuthorizationPolicy that have no waypoint, where that is known for certain. */
export function loneTargets(mesh: Mesh, resource: Resource): readonly LoneTarget[] {
  if (resource.type !== 'security.istio.io/AuthorizationPolicy' || resource.partial || isPatchedAt(resource, 'spec'))
    return [];
  if (!mesh.istioAtLeast('1.22')) return [];
  const spec = resource.body.at('spec');
  const references = [spec.at('targetRef'), ...(spec.at('targetRefs').items() as Field[])].filter((r) => r.isMapping);
  if (references.length > 20) return [];
  const rules = (spec.at('rules').items() as Field[]).slice(0, MOST_RULES).map((field, i) => readRule(field, i + 1));
  const codes = rules.some((rule) => rule && isL7ToKiali(rule)) ? ['KIA0109'] : [];
  return references.flatMap((reference): LoneTarget[] => {
    const field = reference.at('name');
    const name = field.string();
    const group = reference.at('group').text() ?? '';
    if (!name || reference.at('kind').text() !== 'Service' || (group !== '' && group !== 'core')) return [];
    const found = mesh.service(resource.namespace ?? '', name);
    const namespaces = namespacesOf(mesh, resource) ?? [];
    if (found.state !== 'found' || namespaces.length === 0) return [];
    if (namespaces.some((n) => n.resource.labels.get(DATAPLANE_KEY) !== 'ambient')) return [];
    const own = found.value.map((s) => s.resource.labels);
    const settled = own.every((labels) => !labels.mayChange(USE_WAYPOINT_KEY));
    if (settled && own.every((labels) => labels.get(USE_WAYPOINT_KEY) === 'none'))
      return [{ name, field, refused: true, codes }];
    const labels = [...own, ...namespaces.map((n) => n.resource.labels)];
    // Labels are often set by hand in a cluster, beside a policy that counts on them.
    return mesh.settings.closedWorld && labels.every((one) => one.lacks(USE_WAYPOINT_KEY))
      ? [{ name, field, refused: false, codes }]
      : [];
  });
}

/** Label that names the waypoint of a namespace, a Service or pods. */
export const USE_WAYPOINT_KEY = 'istio.io/use-waypoint';

function coveredBy(
  mesh: Mesh,
  resource: Resource,
  selector: Field,
): Pick<ZtunnelPolicy, 'workload' | 'waypoint'> | undefined {
  const { rootNamespace } = mesh.installation;
  if (!rootNamespace.certain || (selector.hasValue && !selector.isMapping)) return undefined;
  const selects = selector.at('matchLabels').entries().length > 0 ? labelSelector(selector) : undefined;
  const wide = !selects && resource.namespace === rootNamespace.value;
  const all = wide ? mesh.workloads : workloadsIn(mesh, resource.namespace);
  if (all.length > MOST_WORKLOADS) return undefined;
  const covered = all.filter((w) => !selects || matches(selects, w.podLabels) !== 'no');
  const [workload] = covered;
  if (!workload)
    return !selects && !wide && isWholeAmbient(mesh, resource) ? { workload: undefined, waypoint: 'no' } : undefined;
  const sure = covered.every(
    (w) =>
      (!selects || matches(selects, w.podLabels) === 'yes') &&
      (wide || mesh.together(resource, w.resource)) &&
      ambientOf(mesh, w) === 'yes',
  );
  if (!sure) return undefined;
  return { workload, waypoint: covered.every((w) => waypointOf(mesh, w) === 'no') ? 'no' : 'unknown' };
}

// Before the first workload is written the namespace speaks for those to come.
function isWholeAmbient(mesh: Mesh, resource: Resource): boolean {
  const namespaces = namespacesOf(mesh, resource) ?? [];
  return (
    namespaces.length > 0 &&
    namespaces.every(({ resource: { labels } }) => {
      const known = ['istio-injection', 'istio.io/rev', ...WAYPOINT_KEYS].every((key) => labels.lacks(key));
      return known && labels.get(DATAPLANE_KEY) === 'ambient' && !labels.mayChange(DATAPLANE_KEY);
    }) &&
    !mesh.derive(namespacesWithWaypoints).has(resource.namespace ?? '')
  );
}

const WAYPOINT_KEYS = [USE_WAYPOINT_KEY, 'istio.io/use-waypoint-namespace'];

/** Whether a waypoint may stand before the pods of a workload: a label asks for one, or one lives in the namespace. */
function waypointOf(mesh: Mesh, workload: Workload): Exclude<Answer, 'yes'> {
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

function namespacesWithWaypoints(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh
      .ofType('gateway.networking.k8s.io/Gateway')
      // A class that cannot be read may be that of a waypoint.
      .filter((r) => r.body.at('spec').at('gatewayClassName').text()?.includes('waypoint') ?? true)
      .map((r) => r.namespace ?? ''),
  );
}

function readRule(field: Field, number: number): ZtunnelRule | undefined {
  const [to, from, when] = ['to', 'from', 'when'].map((key) => field.at(key).items() as Field[]);
  if (!to || !from || !when || to.length + from.length + when.length > MOST_RULES) return undefined;
  if (['to', 'from', 'when'].some((key) => field.at(key).hasValue && !field.at(key).isList)) return undefined;
  const operations = to.map((entry) => entry.at('operation'));
  const sources = from.map((entry) => entry.at('source'));
  const keys = when.map((condition) => condition.at('key').string());
  if (keys.includes(undefined)) return undefined;
  const l7 = [
    ...operations.flatMap((one) => present(one, L7_OPERATIONS)),
    ...sources.flatMap((one) => present(one, L7_SOURCES)),
    ...when.flatMap((condition, i) =>
      L4_KEYS.has(keys[i] as string) ? [] : [{ name: keys[i] as string, field: condition.at('key') }],
    ),
  ];
  const enforceable =
    (to.length === 0 || operations.some((one) => present(one, L4_OPERATIONS).length > 0)) &&
    (from.length === 0 || sources.some((one) => present(one, L4_SOURCES).length > 0)) &&
    when.every(
      (condition, i) => L4_KEYS.has(keys[i] as string) && present(condition, ['values', 'notValues']).length > 0,
    );
  return { field, number, l7, enforceable };
}

function present(mapping: Field, names: readonly string[]): { name: string; field: Field }[] {
  return names.flatMap((name) => {
    const field = mapping.at(name);
    return field.isList && field.items().length > 0 ? [{ name, field }] : [];
  });
}
