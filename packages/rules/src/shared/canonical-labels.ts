import { canonicalState, type Field, type Workload } from '@meshvet/core';

/** The keys as a message lists them: "app.kubernetes.io/name or app". */
export function listKeys(keys: readonly string[]): string {
  return keys.length < 2 ? keys.join() : `${keys.slice(0, -1).join(', ')} or ${keys.at(-1)}`;
}

/**
 * A label that only the workload's own metadata carries, while the pods have none of its family: the mesh sees pods and never reads
 * it there. The strongest key that is written. undefined for a bare Pod, whose metadata are the pod's.
 */
export function labelOnWorkloadOnly(
  workload: Workload,
  keys: readonly string[],
): { readonly key: string; readonly value: string; readonly field: Field } | undefined {
  if (workload.resource.type === 'Pod' || canonicalState(workload, keys).state !== 'missing') return undefined;
  const labels = workload.resource.labels;
  for (const key of keys) {
    const value = labels.get(key);
    if (value) return { key, value, field: labels.at(key) };
  }
  return undefined;
}
