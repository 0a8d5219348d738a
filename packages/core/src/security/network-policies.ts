import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import { labelSelector, matches, type Selector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { workloadsIn } from '../mesh/workloads-by-namespace.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';

export type Direction = 'Ingress' | 'Egress';

/** One rule of a NetworkPolicy: who, and on which ports. */
export interface NetworkRule {
  readonly field: Field;
  /** `from` or `to`; undefined where none is written: everybody. */
  readonly peers: readonly Field[] | undefined;
  /** undefined where none is written: all of them. */
  readonly ports: readonly Field[] | undefined;
}

/** A NetworkPolicy as far as one direction goes. */
export interface NetworkPolicy {
  readonly resource: Resource;
  readonly selector: Selector;
  readonly directions: ReadonlySet<Direction>;
  readonly ingress: readonly NetworkRule[];
  readonly egress: readonly NetworkRule[];
}

// No namespace has so many; a hostile file holds thousands against thousands of workloads.
const MOST = 100;

/** The policy in a resource; undefined for other kinds and where a later step changes it. */
export function networkPolicyOf(mesh: Mesh, resource: Resource): NetworkPolicy | undefined {
  return mesh.derive(allPolicies).byResource.get(resource);
}

/**
 * The policies that hold for a workload in one direction, those that may do so with them: what any of them allows is allowed. undefined
 * where others of another kind may allow more. Source: kubernetes: Network Policies.
 */
export function policiesFor(
  mesh: Mesh,
  workload: Workload,
  direction: Direction,
): readonly NetworkPolicy[] | undefined {
  const namespace = workload.resource.namespace ?? '';
  const { byNamespace, foreign } = mesh.derive(allPolicies);
  if (foreign.has(namespace) || foreign.has('')) return undefined;
  const policies = byNamespace.get(namespace) ?? [];
  if (policies.length > MOST) return undefined;
  return policies.filter((p) => p.directions.has(direction) && matches(p.selector, workload.podLabels) !== 'no');
}

/** Whether a policy surely holds for a workload. */
export function surelySelects(mesh: Mesh, policy: NetworkPolicy, workload: Workload): boolean {
  return matches(policy.selector, workload.podLabels) === 'yes' && mesh.together(policy.resource, workload.resource);
}

/** The workloads of the namespace of a policy that it surely holds for. */
export function surelySelected(mesh: Mesh, policy: NetworkPolicy): readonly Workload[] {
  const all = workloadsIn(mesh, policy.resource.namespace);
  return all.slice(0, MOST).filter((w) => surelySelects(mesh, policy, w));
}

/** Whether a rule lets a port through. Names may stand for any number. */
export function admitsPort(rule: NetworkRule, number: number, protocol: 'TCP' | 'UDP'): Answer {
  if (rule.ports === undefined) return 'yes';
  let answer: Answer = 'no';
  for (const port of rule.ports) {
    if ((port.at('protocol').text() || 'TCP') !== protocol) continue;
    const written = port.at('port');
    if (!written.hasValue) return 'yes';
    const from = written.number();
    if (from === undefined) {
      answer = 'unknown';
      continue;
    }
    const end = port.at('endPort');
    const to = end.hasValue ? end.number() : from;
    if (to === undefined) answer = 'unknown';
    else if (from <= number && number <= to) return 'yes';
  }
  return answer;
}

/** Whether a selector of labels matches what is known of an object: labels that it surely has, and others that it may have. */
export function mayMatch(selector: Field, known: ReadonlyMap<string, string>): boolean {
  const { requirements } = labelSelector(selector);
  if (!requirements) return true;
  return requirements.every(({ key, operator, values }) => {
    const value = known.get(key);
    if (value === undefined) return true;
    if (operator === 'In') return values.includes(value);
    return operator === 'NotIn' ? !values.includes(value) : operator === 'Exists';
  });
}

function allPolicies(mesh: Mesh) {
  const byResource = new Map<Resource, NetworkPolicy>();
  const byNamespace = new Map<string, NetworkPolicy[]>();
  for (const resource of mesh.ofType('networking.k8s.io/NetworkPolicy')) {
    const policy = readPolicy(resource);
    if (!policy) continue;
    byResource.set(resource, policy);
    addTo(byNamespace, resource.namespace ?? '', policy);
  }
  // Policies of Cilium, Calico and the like add to these; one that cannot be read may say anything.
  const foreign = new Set(
    mesh.resources
      .filter(
        (r) =>
          (/NetworkPolicy$/.test(r.kind) && r.type !== 'networking.k8s.io/NetworkPolicy') ||
          (r.type === 'networking.k8s.io/NetworkPolicy' && !byResource.has(r)),
      )
      .map((r) => r.namespace ?? ''),
  );
  return { byResource, byNamespace, foreign };
}

function readPolicy(resource: Resource): NetworkPolicy | undefined {
  if (resource.partial || resource.rewrites?.texts.length) return undefined;
  const spec = resource.body.at('spec');
  const selector = spec.at('podSelector');
  const types = spec.at('policyTypes');
  if (!selector.isMapping || [spec.at('ingress'), spec.at('egress')].some((f) => f.hasValue && !f.isList))
    return undefined;
  const written = (types.items() as Field[]).flatMap((type) => type.text() ?? []);
  const directions = new Set<Direction>();
  if (types.hasValue) {
    if (written.includes('Ingress')) directions.add('Ingress');
    if (written.includes('Egress')) directions.add('Egress');
  } else {
    directions.add('Ingress');
    if (spec.at('egress').items().length > 0) directions.add('Egress');
  }
  return {
    resource,
    selector: labelSelector(selector),
    directions,
    ingress: rulesOf(spec.at('ingress'), 'from'),
    egress: rulesOf(spec.at('egress'), 'to'),
  };
}

function rulesOf(list: Field, peers: 'from' | 'to'): NetworkRule[] {
  return (list.items() as Field[]).map((field) => ({
    field,
    peers: someOf(field.at(peers)),
    ports: someOf(field.at('ports')),
  }));
}

function someOf(list: Field): readonly Field[] | undefined {
  const items = list.items() as Field[];
  return items.length === 0 ? undefined : items;
}
