import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from './mesh.ts';

// Their specs hold no selector, or a copy of every field there is.
const WITHOUT: ReadonlySet<string> = new Set(['apiextensions.k8s.io/CustomResourceDefinition', 'ConfigMap', 'Secret']);

// Policies in the namespace of the control plane are for all namespaces.
const FOR_ALL = 'istio-system';

/**
 * Whether some selector of the input, of whatever kind (Service, workload, policy, monitor), asks for a label of objects of a
 * namespace. What gets such a label may be selected by what left it alone before.
 */
export function isSelected(mesh: Mesh, resource: Resource, key: string, value: string): boolean {
  const asked = mesh.derive(selectedLabels);
  return [resource.namespace ?? FOR_ALL, FOR_ALL].some((namespace) => {
    const there = asked.get(namespace);
    return there !== undefined && (there.has(key) || there.has(`${key}=${value}`));
  });
}

/** By namespace: `key=value` for each label that is asked for; the bare key where any of its values may count. */
function selectedLabels(mesh: Mesh): ReadonlyMap<string, ReadonlySet<string>> {
  const asked = new Map<string, Set<string>>();
  for (const { type, namespace = FOR_ALL, body } of mesh.resources) {
    if (WITHOUT.has(type)) continue;
    const there = asked.get(namespace) ?? new Set();
    asked.set(namespace, there);
    // Only anchors make values that are reached twice; without one nothing has to be remembered.
    walk(body.at('spec').value, there, body.document.source.text.includes('&') ? new Set() : undefined);
  }
  return asked;
}

// The most of a pod, and nothing in it selects pods.
const PASSED_OVER: ReadonlySet<string> = new Set(['containers', 'initContainers', 'volumes']);

/** Anything that is called a selector: `selector`, `podSelector`, `labelSelector`, `workloadSelector`. */
function walk(value: unknown, asked: Set<string>, seen: Set<object> | undefined): void {
  if (typeof value !== 'object' || value === null || seen?.has(value)) return;
  seen?.add(value);
  if (Array.isArray(value)) {
    for (const item of value) walk(item, asked, seen);
    return;
  }
  const mapping = value as Record<string, unknown>;
  for (const key in mapping) {
    const inside = mapping[key];
    if (typeof inside !== 'object' || inside === null || PASSED_OVER.has(key)) continue;
    if (key.endsWith('elector') || key.endsWith('electors')) take(inside, asked, 3);
    walk(inside, asked, seen);
  }
}

function take(selector: unknown, asked: Set<string>, depth: number): void {
  // Aliases could lead from here to here without end.
  if (typeof selector !== 'object' || selector === null || depth === 0) return;
  if (Array.isArray(selector)) {
    for (const one of selector) take(one, asked, depth - 1);
    return;
  }
  for (const [key, value] of Object.entries(selector)) {
    if (key === 'matchLabels' || key === 'labels') take(value, asked, depth - 1);
    else if (key === 'matchExpressions') takeExpressions(value, asked);
    else takeLabel(key, value, asked);
  }
}

function takeLabel(key: string, value: unknown, asked: Set<string>): void {
  // What a later step fills in may be any value.
  const open = typeof value === 'object' || (typeof value === 'string' && /\$|\{\{/.test(value));
  asked.add(open ? key : `${key}=${value}`);
}

function takeExpressions(list: unknown, asked: Set<string>): void {
  if (!Array.isArray(list)) return;
  for (const one of list) {
    if (typeof one !== 'object' || one === null) continue;
    const { key, operator, values } = one as { key?: unknown; operator?: unknown; values?: unknown };
    if (typeof key !== 'string') continue;
    // A pod without the key is in already where certain values are shut out.
    if ((operator !== 'In' && operator !== 'NotIn') || !Array.isArray(values)) asked.add(key);
    else for (const value of values) takeLabel(key, value, asked);
  }
}
