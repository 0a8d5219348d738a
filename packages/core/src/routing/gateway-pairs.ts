import type { Workload } from '../cluster/workloads.ts';
import type { Requirement } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type Gateway, gateways, isScopedToNamespace, workloadsOfGateway } from './gateways.ts';

/** Two Gateways that some proxy reads both, and why that is known. */
export interface GatewayPair {
  readonly other: Gateway;
  /** How their selectors go together: the same, one asks for more, or different labels that one workload has. */
  readonly selectors: 'equal' | 'narrower' | 'wider' | 'meeting';
}

// No gateway serves so many objects, and each is held against each.
const MOST = 150;

/** The other Gateways that a proxy of this one reads too, and that are surely applied beside it. */
export function gatewaysBeside(mesh: Mesh, gateway: Gateway): readonly GatewayPair[] {
  if (gateway.resource.name === '' || gateway.resource.rewrites?.name) return [];
  const known = mesh.derive(pairsByGateway);
  let pairs = known.get(gateway);
  if (!pairs) known.set(gateway, (pairs = findPairs(mesh, gateway)));
  return pairs;
}

function pairsByGateway(): Map<Gateway, readonly GatewayPair[]> {
  return new Map();
}

function findPairs(mesh: Mesh, gateway: Gateway): readonly GatewayPair[] {
  const { byPair, free } = mesh.derive(gatewaysByLabel);
  const candidates = new Set<Gateway>(free);
  // A selector that asks for less is asked for less by all its pairs, so that each candidate shares one, or meets it in a workload.
  const labels = new Set((gateway.selector?.requirements ?? []).map(pairOf));
  for (const { podLabels } of workloadsOf(mesh, gateway).slice(0, 20))
    for (const key of podLabels.keys()) labels.add(`${key}\n${podLabels.get(key) ?? ''}`);
  for (const label of labels) for (const other of byPair.get(label) ?? []) candidates.add(other);
  if (!gateway.selector) for (const other of mesh.derive(gateways).slice(0, MOST)) candidates.add(other);
  const pairs: GatewayPair[] = [];
  for (const other of [...candidates].slice(0, MOST)) {
    if (!areApplied(mesh, gateway, other)) continue;
    const selectors = relation(mesh, gateway, other);
    if (selectors) pairs.push({ other, selectors });
  }
  return pairs;
}

// Steps of a tutorial, and overlays of one thing, never meet.
function areApplied(mesh: Mesh, { resource: a }: Gateway, { resource: b }: Gateway): boolean {
  if (a === b || b.name === '' || mesh.sameObject(a, b) || b.rewrites?.name) return false;
  return mesh.appliedTogether(a, b);
}

function relation(mesh: Mesh, a: Gateway, b: Gateway): GatewayPair['selectors'] | undefined {
  const [own, other] = [pairsOf(mesh, a), pairsOf(mesh, b)];
  if (!own || !other) return undefined;
  if (a.resource.namespace !== b.resource.namespace && mesh.derive(isScopedToNamespace)) return undefined;
  const asksLess = [...own].every((pair) => other.has(pair));
  const asksMore = [...other].every((pair) => own.has(pair));
  if (asksLess && asksMore) return 'equal';
  const [mine, theirs] = [workloadsOf(mesh, a), workloadsOf(mesh, b)];
  if (asksLess || asksMore) {
    // Where gateways were read, and none has the labels of the one that asks for more, no proxy reads both.
    const [more, less] = asksLess ? [theirs, mine] : [mine, theirs];
    if (more.length === 0 && less.length > 0) return undefined;
    return asksLess ? 'wider' : 'narrower';
  }
  const known = knownWorkloads(mesh, b);
  return mine.slice(0, MOST_WORKLOADS).some((w) => known.has(w)) ? 'meeting' : undefined;
}

const MOST_WORKLOADS = 40;

function knownWorkloads(mesh: Mesh, gateway: Gateway): ReadonlySet<Workload> {
  const known = mesh.derive(setsByGateway);
  let set = known.get(gateway);
  if (!set) known.set(gateway, (set = new Set(workloadsOf(mesh, gateway))));
  return set;
}

function setsByGateway(): Map<Gateway, ReadonlySet<Workload>> {
  return new Map();
}

// Asked for each pair.
function workloadsOf(mesh: Mesh, gateway: Gateway): readonly Workload[] {
  const known = mesh.derive(workloadsByGateway);
  let workloads = known.get(gateway);
  if (!workloads) known.set(gateway, (workloads = workloadsOfGateway(mesh, gateway).workloads));
  return workloads;
}

function workloadsByGateway(): Map<Gateway, readonly Workload[]> {
  return new Map();
}

function pairsOf(mesh: Mesh, gateway: Gateway): ReadonlySet<string> | undefined {
  const known = mesh.derive(pairsBySelector);
  if (!known.has(gateway)) {
    const { selector } = gateway;
    known.set(gateway, selector ? selector.requirements && new Set(selector.requirements.map(pairOf)) : new Set());
  }
  return known.get(gateway);
}

function pairsBySelector(): Map<Gateway, ReadonlySet<string> | undefined> {
  return new Map();
}

function pairOf({ key, values }: Requirement): string {
  return `${key}\n${values[0] ?? ''}`;
}

function gatewaysByLabel(mesh: Mesh) {
  const byPair = new Map<string, Gateway[]>();
  const free: Gateway[] = [];
  for (const gateway of mesh.derive(gateways)) {
    if (!gateway.selector) free.push(gateway);
    for (const r of gateway.selector?.requirements ?? []) {
      const list = byPair.get(pairOf(r));
      if (!list) byPair.set(pairOf(r), [gateway]);
      else if (list.length < MOST) list.push(gateway);
    }
  }
  return { byPair, free: free.slice(0, MOST) };
}
