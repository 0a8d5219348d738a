import type { ServicePort } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';

/** A workload, and a port of one of its Services, at the number that the pod listens on. */
export type ResolvedTarget =
  | { readonly state: 'found'; readonly number: number; readonly declared: boolean }
  | { readonly state: 'missing' }
  | { readonly state: 'unknown' };

/**
 * The number that a Service port reaches in the pods of a workload, and whether a container declares it. A name is
 * looked up with the L4 protocol, in containers and (Istio since 1.30; Kubernetes itself since 1.28) native sidecars.
 */
export function resolveTarget(port: ServicePort, workload: Workload): ResolvedTarget {
  if (port.targetField.hasValue && port.targetField.number() === undefined && port.targetField.string() === undefined)
    return { state: 'unknown' };
  const target = port.target ?? port.number;
  if (target === undefined) return { state: 'unknown' };
  const declared = workload.declaredPorts;
  if (typeof target === 'number')
    return { state: 'found', number: target, declared: declared.some((p) => p.number === target) };
  const hit = declared.find((p) => p.name === target && p.protocol === port.protocol);
  if (hit?.number !== undefined) return { state: 'found', number: hit.number, declared: true };
  const unreadable = declared.some(
    (p) => (p.field.at('name').hasValue && p.name === undefined) || (p.name === target && p.number === undefined),
  );
  return { state: unreadable ? 'unknown' : 'missing' };
}
