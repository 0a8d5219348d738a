import type { Service } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { Mesh } from './mesh.ts';

// No real Service has so many workloads; in a hostile file each of thousands would be held against each of thousands.
const MOST = 200;

/** The workloads that surely stand behind a Service; none where that is not known. */
export function surelyBehind(mesh: Mesh, service: Service): readonly Workload[] {
  const behind = mesh.behind(service);
  return behind.state === 'found' && behind.value.certain && behind.value.workloads.length <= MOST
    ? behind.value.workloads
    : [];
}
