import {
  type Answer,
  DATAPLANE_KEY,
  type Field,
  isPatchedAt,
  labelSelector,
  type Mesh,
  matches,
  type Resource,
  type Workload,
} from '@meshvet/core';
import { ambientOf } from './ambient-audience.ts';
import { namespacesOf } from './inject-value.ts';
import { workloadsIn } from './workloads-by-namespace.ts';

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
}

// A rule with more clauses is nobody's; hostile files have thousands.
const MOST_RULES = 100;
const MOST_WORKLOADS = 300;

/**
 * The policy in a resource, where all that it covers is surely in ambient mode and surely no waypoint stands before it: then ztunnel
 * enforces it, and nobody else.
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
  return covered && { action, rules, workload: covered.workload };
}

/** The codes of Kiali for it: its notion of HTTP leaves out the address of the original client. */
export function kialiPolicyCodes({ rules }: ZtunnelPolicy): string[] {
  const seen = rules.some((rule) => rule.l7.some(({ name }) => !/^(?:notR|r)emoteIpBlocks$|^remote\.ip$/.test(name)));
  return seen ? ['KIA0109', 'KIA0110', 'KIA1317'] : [];
}

function coveredBy(mesh: Mesh, resource: Resource, selector: Field): { workload: Workload | undefined } | undefined {
  const { rootNamespace } = mesh.installation;
  if (!rootNamespace.certain || (selector.hasValue && !selector.isMapping)) return undefined;
  const selects = selector.at('matchLabels').entries().length > 0 ? labelSelector(selector) : undefined;
  const wide = !selects && resource.namespace === rootNamespace.value;
  const all = wide ? mesh.workloads : workloadsIn(mesh, resource.namespace);
  if (all.length > MOST_WORKLOADS) return undefined;
  const covered = all.filter((w) => !selects || matches(selects, w.podLabels) !== 'no');
  const [workload] = covered;
  if (!workload) return !selects && !wide && isWholeAmbient(mesh, resource) ? { workload: undefined } : undefined;
  const sure = covered.every(
    (w) =>
      (!selects || matches(selects, w.podLabels) === 'yes') &&
      (wide || mesh.together(resource, w.resource)) &&
      ambientOf(mesh, w) === 'yes' &&
      waypointOf(mesh, w) === 'no',
  );
  return sure ? { workload } : undefined;
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

const WAYPOINT_KEYS = ['istio.io/use-waypoint', 'istio.io/use-waypoint-namespace'];

/** Whether a waypoint may stand before the pods of a workload: a label asks for one, or one lives in the namespace. */
export function waypointOf(mesh: Mesh, workload: Workload): Answer {
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
