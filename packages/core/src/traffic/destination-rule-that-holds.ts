import type { LabelSet } from '../manifest/label-set.ts';
import type { Resource } from '../manifest/resource.ts';
import { flatSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { exportsOf } from '../names/hosts.ts';
import { type DestinationRule, destinationRules, type Subset } from '../routing/destination-rules.ts';
import type { Field } from '../source/field.ts';
import { compareAge } from './age.ts';
import type { PassedOver } from './trace.ts';

/** Several DestinationRules of one host, one namespace and one audience, as istiod puts them together: the oldest first. */
export interface MergedRule {
  readonly host: string;
  readonly namespace: string;
  readonly rules: readonly DestinationRule[];
  /** The pods whose proxies follow it; undefined for all. */
  readonly selector: Field | undefined;
  /** The first that is written. */
  readonly trafficPolicy: Field | undefined;
  /** Of two with one name the older counts. */
  readonly subsets: readonly MergedSubset[];
  /** The same by their names. */
  readonly subsetsByName: ReadonlyMap<string, MergedSubset>;
  /** Whether the subsets are all written: no placeholder, no patch. */
  readonly subsetsKnown: boolean;
  /** The namespaces that see it; undefined is not known. */
  readonly exports: readonly string[] | undefined;
}

/** A subset with the DestinationRule that defines it. */
export interface MergedSubset extends Subset {
  readonly rule: Resource;
}

/** Who asks: a proxy of a namespace, with the labels of its pod. */
export interface RuleClient {
  readonly namespace: string;
  readonly labels: LabelSet;
}

/** The DestinationRule that a proxy follows for a host, and those for it that it does not follow. */
export interface RuleDecision {
  /** undefined when none holds. */
  readonly rule: MergedRule | undefined;
  readonly passedOver: readonly PassedRule[];
}

/** A DestinationRule for a host that is not followed, and why. */
export interface PassedRule extends PassedOver {
  readonly rule: MergedRule;
}

/**
 * Which DestinationRule holds for a host when proxies of a namespace call it: the most specific of the caller's own namespace (not where that is the root namespace), else
 * the most specific that the host's namespace exports to the caller, else that of the root namespace. Nothing of a less specific host is
 * inherited. With a workloadSelector it holds for proxies of its own namespace that it selects, before one without.
 * Source: `pilot/pkg/model/push_context.go`, destinationRule; `sidecar.go`, DestinationRule; selector since 1.15.
 */
export function ruleThatHolds(mesh: Mesh, client: RuleClient, host: string, hostNamespace: string): RuleDecision {
  const { byNamespace, covering } = mesh.derive(indexOfRules);
  const root = mesh.installation.rootNamespace.value;
  const candidates: readonly MergedRule[][] = [
    client.namespace === root
      ? mostSpecific(byNamespace.get(root), host, (r) => isPrivate(r))
      : mostSpecific(byNamespace.get(client.namespace), host, () => true),
    exported(byNamespace.get(hostNamespace), host, client.namespace),
    exported(byNamespace.get(root), host, client.namespace),
  ];
  const all = covering(host);
  for (const group of candidates) {
    if (group.length === 0) continue;
    const rule = chosen(group, client);
    return { rule, passedOver: all.filter((r) => r !== rule).map((r) => passed(r, rule, client)) };
  }
  return { rule: undefined, passedOver: all.map((r) => passed(r, undefined, client)) };
}

function passed(rule: MergedRule, instead: MergedRule | undefined, { namespace }: RuleClient): PassedRule {
  const [first] = rule.rules as [DestinationRule];
  return { rule, resource: first.resource, field: first.hostField, why: whyNot(rule, instead, namespace) };
}

function whyNot(rule: MergedRule, instead: MergedRule | undefined, namespace: string): string {
  if (rule.exports && !rule.exports.includes('*') && !rule.exports.includes(namespace))
    return `its exportTo keeps it from namespace ${namespace}`;
  if (rule.selector && rule.namespace !== namespace)
    return `its workloadSelector picks pods of namespace ${rule.namespace} alone`;
  if (!instead)
    return rule.selector
      ? 'its workloadSelector does not pick the pods that call'
      : `proxies of namespace ${namespace} look for rules in their own namespace, that of the host, and the root namespace`;
  if (instead.namespace !== rule.namespace)
    return `the rule of namespace ${instead.namespace} comes first, and replaces it whole`;
  return instead.selector
    ? 'another one selects the pods that call'
    : `${instead.host} is more specific than ${rule.host}`;
}

function chosen(group: readonly MergedRule[], { namespace, labels }: RuleClient): MergedRule | undefined {
  const selecting = group.find(
    (r) => r.selector && r.namespace === namespace && matches(flatSelector(r.selector), labels) === 'yes',
  );
  return selecting ?? group.findLast((r) => !r.selector);
}

/** Exported to somebody beside its own namespace. */
function isPrivate({ exports, namespace }: MergedRule): boolean {
  return exports !== undefined && exports.length === 1 && exports[0] === namespace;
}

function exported(here: HostRules | undefined, host: string, client: string): MergedRule[] {
  const found = mostSpecific(here, host, (r) => !isPrivate(r));
  return found.filter((r) => r.exports === undefined || r.exports.includes('*') || r.exports.includes(client));
}

interface HostRules {
  readonly exact: ReadonlyMap<string, readonly MergedRule[]>;
  /** Longest first. */
  readonly wildcards: ReadonlyMap<string, readonly MergedRule[]>;
}

function mostSpecific(here: HostRules | undefined, host: string, wanted: (rule: MergedRule) => boolean): MergedRule[] {
  if (!here) return [];
  for (const list of coveringLists(here, host)) {
    const fitting = list.filter(wanted);
    if (fitting.length > 0) return fitting;
  }
  return [];
}

function* coveringLists({ exact, wildcards }: HostRules, host: string): Iterable<readonly MergedRule[]> {
  const same = host.startsWith('*') ? undefined : exact.get(host);
  if (same) yield same;
  if (wildcards.size === 0 || host.length > LONGEST) return;
  const rest = host.startsWith('*') ? host.slice(1) : host;
  for (let i = 0; i <= rest.length; i++) {
    const list = wildcards.get(rest.slice(i));
    if (list) yield list;
  }
}

const LONGEST = 512;

interface RuleIndex {
  readonly byNamespace: ReadonlyMap<string, HostRules>;
  /** All rules of all namespaces whose host covers a host. */
  readonly covering: (host: string) => readonly MergedRule[];
}

function indexOfRules(mesh: Mesh): RuleIndex {
  const byNamespace = new Map<string, { exact: Map<string, Draft[]>; wildcards: Map<string, Draft[]> }>();
  const rules = [...mesh.derive(destinationRules)].sort((a, b) => compareAge(a.resource, b.resource));
  for (const rule of rules) {
    if (!rule.host) continue;
    const namespace = rule.resource.namespace ?? '';
    let here = byNamespace.get(namespace);
    if (!here) byNamespace.set(namespace, (here = { exact: new Map(), wildcards: new Map() }));
    const { fqdn } = rule.host;
    const [index, key] = fqdn.startsWith('*') ? [here.wildcards, fqdn.slice(1)] : [here.exact, fqdn];
    add(mesh, index, key, rule, fqdn, namespace);
  }
  const done = new Map(
    [...byNamespace].map(([namespace, { exact, wildcards }]): [string, HostRules] => [
      namespace,
      { exact: finished(exact), wildcards: finished(wildcards) },
    ]),
  );
  const covering = (host: string) => [...done.values()].flatMap((here) => [...coveringLists(here, host)].flat());
  return { byNamespace: done, covering };
}

interface Draft {
  host: string;
  namespace: string;
  rules: DestinationRule[];
  selector: Field | undefined;
  key: string;
  exports: readonly string[] | undefined;
}

// Merging looks at the audience and at the selector: what differs in either stands alone. Variants of one object add nothing to each other.
function add(
  mesh: Mesh,
  index: Map<string, Draft[]>,
  key: string,
  rule: DestinationRule,
  host: string,
  namespace: string,
): void {
  const labels = rule.spec.at('workloadSelector').at('matchLabels');
  const selector = rule.spec.at('workloadSelector').hasValue ? labels : undefined;
  const exports = exportsOf(mesh, rule.resource);
  const selected = selector
    ? JSON.stringify(
        selector
          .entries()
          .map(([k, f]) => [k, f.value])
          .sort(),
      )
    : '';
  const group = JSON.stringify([exports ? [...exports].sort() : null, selected]);
  const list = index.get(key) ?? [];
  index.set(key, list);
  const known = list.find((d) => d.key === group);
  if (!known) list.push({ host, namespace, rules: [rule], selector, key: group, exports });
  else if (!known.rules.some((r) => mesh.sameObject(r.resource, rule.resource))) known.rules.push(rule);
}

function finished(index: Map<string, Draft[]>): Map<string, MergedRule[]> {
  return new Map([...index].map(([key, drafts]) => [key, drafts.map(merge)]));
}

function merge({ host, namespace, rules, selector, exports }: Draft): MergedRule {
  const subsets = new Map<string, MergedSubset>();
  for (const rule of rules)
    for (const subset of rule.subsets)
      if (subset.name !== undefined && !subsets.has(subset.name))
        subsets.set(subset.name, { ...subset, rule: rule.resource });
  const trafficPolicy = rules.map((r) => r.spec.at('trafficPolicy')).find((f) => f.hasValue);
  return {
    host,
    namespace,
    rules,
    selector,
    trafficPolicy,
    subsets: [...subsets.values()],
    subsetsByName: subsets,
    subsetsKnown: rules.every((r) => r.subsetsKnown),
    exports,
  };
}
