import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { labelSelector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { type CoveredPods, coveredPods, namespacesWithGateways } from './covered-pods.ts';

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
export interface ZtunnelPolicy extends CoveredPods {
  readonly action: 'ALLOW' | 'DENY';
  readonly rules: readonly ZtunnelRule[];
}

// A rule with more clauses is nobody's; hostile files have thousands.
const MOST_RULES = 100;

/**
 * The policy in a resource, where it names no target and all that it covers is surely in ambient mode: then ztunnel enforces it, and
 * nobody else. Before 1.22 a waypoint did so too, where there was one.
 */
export function ztunnelPolicyOf(mesh: Mesh, resource: Resource): ZtunnelPolicy | undefined {
  if (resource.type !== 'security.istio.io/AuthorizationPolicy' || resource.partial || isPatchedAt(resource, 'spec'))
    return undefined;
  const spec = resource.body.at('spec');
  const action = actionOf(spec);
  if (action !== 'ALLOW' && action !== 'DENY') return undefined;
  if (isAttached(spec) || resource.annotations.has('istio.io/dry-run')) return undefined;
  const items = spec.at('rules').items() as Field[];
  if (items.length === 0 || items.length > MOST_RULES) return undefined;
  const rules = items.flatMap((field, i) => readRule(field, i + 1) ?? []);
  // What cannot be read may be anything.
  if (rules.length !== items.length || rules.every((rule) => rule.l7.length === 0)) return undefined;
  const covered = coveredBySpec(mesh, resource, spec);
  if (!covered || (covered.waypoint !== 'no' && !mesh.istioAtLeast('1.22'))) return undefined;
  return { action, rules, ...covered };
}

function actionOf(spec: Field): string | undefined {
  return spec.at('action').hasValue ? spec.at('action').text() : 'ALLOW';
}

function isAttached(spec: Field): boolean {
  return spec.at('targetRef').exists || spec.at('targetRefs').exists;
}

function coveredBySpec(mesh: Mesh, resource: Resource, spec: Field): CoveredPods | undefined {
  const selector = spec.at('selector');
  if (selector.hasValue && !selector.isMapping) return undefined;
  const selects = selector.at('matchLabels').entries().length > 0 ? labelSelector(selector) : undefined;
  return coveredPods(mesh, resource, selects);
}

/**
 * What an AuthorizationPolicy of action CUSTOM without targets covers, where that is surely in ambient mode and nothing else reads it:
 * ztunnel has no such action, and leaves the policy out whole. Source: `ambient/authorization.go`, convertAuthorizationPolicy.
 */
export function unaskedPods(mesh: Mesh, resource: Resource): CoveredPods | undefined {
  if (resource.type !== 'security.istio.io/AuthorizationPolicy' || resource.partial || isPatchedAt(resource, 'spec'))
    return undefined;
  const spec = resource.body.at('spec');
  if (actionOf(spec) !== 'CUSTOM' || isAttached(spec) || spec.at('rules').items().length === 0) return undefined;
  const covered = coveredBySpec(mesh, resource, spec);
  if (!covered || (covered.waypoint !== 'no' && !mesh.istioAtLeast('1.22'))) return undefined;
  const narrow = spec.at('selector').at('matchLabels').entries().length > 0;
  // Gateways of the namespace read a policy without selector, and those of other namespaces one of the root namespace.
  if (!narrow && resource.namespace === mesh.installation.rootNamespace.value) return undefined;
  return narrow || !mesh.derive(namespacesWithGateways).has(resource.namespace ?? '') ? covered : undefined;
}

/** The codes of Kiali for it: without a target, and where nothing is enrolled at a waypoint. */
export function kialiPolicyCodes({ rules, waypoint }: ZtunnelPolicy): string[] {
  if (!rules.some(isL7ToKiali)) return [];
  return waypoint === 'no' ? ['KIA0109', 'KIA0110'] : ['KIA0110'];
}

/** Whether an AuthorizationPolicy asks for what Kiali takes for HTTP; false for what cannot be read. */
export function asksForHttp(resource: Resource): boolean {
  const rules = resource.body.at('spec').at('rules').items() as Field[];
  return rules.slice(0, MOST_RULES).some((field, i) => {
    const rule = readRule(field, i + 1);
    return rule !== undefined && isL7ToKiali(rule);
  });
}

/** Kiali leaves the address of the original client out of what it takes for HTTP. */
function isL7ToKiali({ l7 }: ZtunnelRule): boolean {
  return l7.some(({ name }) => !/^(?:notR|r)emoteIpBlocks$|^remote\.ip$/.test(name));
}

/** A rule of an AuthorizationPolicy, split into what ztunnel checks and what it does not; undefined where it cannot be read. */
export function readRule(field: Field, number: number): ZtunnelRule | undefined {
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
