import { applicationContainers, type Container, type Workload } from '../cluster/workloads.ts';
import type { Field } from '../source/field.ts';

/** Containers that run as some user or group, and the one place where that is written for all of them. */
export interface SharedIdentity {
  readonly field: Field;
  readonly containers: readonly Container[];
}

/**
 * The containers of the author that run as a user or group, by the place that says so: what a container says itself wins over the pod.
 * `init` asks for the init containers that end before the others start.
 */
export function runningAs(
  workload: Workload,
  key: 'runAsUser' | 'runAsGroup',
  id: number,
  init = false,
): readonly SharedIdentity[] {
  const ofPod = workload.podSpec.at('securityContext').at(key);
  const all = init ? applicationInitContainers(workload) : applicationContainers(workload);
  const inherited: Container[] = [];
  const found: { field: Field; containers: Container[] }[] = [];
  for (const container of all) {
    const own = container.field.at('securityContext').at(key);
    if (!own.hasValue) inherited.push(container);
    else if (own.number() === id) found.push({ field: own, containers: [container] });
  }
  return ofPod.number() === id && inherited.length > 0 ? [{ field: ofPod, containers: inherited }, ...found] : found;
}
const MESH_INIT: ReadonlySet<string> = new Set([
  'istio-init',
  'istio-validation',
  'istio-proxy',
  'linkerd-init',
  'linkerd-network-validator',
  'linkerd-proxy',
]);

/** The init containers of the author that end before the others start: not native sidecars, and none of a mesh. */
export function applicationInitContainers(workload: Workload): readonly Container[] {
  return workload.containers.filter((c) => c.init && !c.native && !MESH_INIT.has(c.name));
}
