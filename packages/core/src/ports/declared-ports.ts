import { applicationContainers, type Workload } from '../cluster/workloads.ts';
import type { Mesh } from '../mesh/mesh.ts';

/** All manifests of the objects of some workloads: what any of them declares is declared. */
export function withVariants(mesh: Mesh, workloads: readonly Workload[]): readonly Workload[] {
  const several = workloads.filter((w) => mesh.variants(w.resource).length > 1);
  if (several.length === 0) return workloads;
  const more = mesh.workloads.filter((w) => several.some((s) => mesh.sameObject(s.resource, w.resource)));
  return [...new Set([...workloads, ...more])];
}

/** Whether the ports of a workload's containers are all written: no placeholder, no patch that may add one, no template of the injector. */
export function portsAreKnown(workload: Workload): boolean {
  const rewrites = workload.resource.rewrites;
  if (rewrites?.texts.some((text) => text === '*' || text.includes('ports') || text.includes('containers')))
    return false;
  return workload.containers.every((container) => {
    const ports = container.field.at('ports');
    if (container.image === 'auto' && container.name === 'istio-proxy') return false;
    return (
      (!ports.hasValue || ports.isList) &&
      container.ports.every((port) => port.number !== undefined || !port.field.at('containerPort').hasValue)
    );
  });
}

/** Whether the author of a workload lists any port. Kubernetes needs none listed, so many list none at all. */
export function declaresPorts(workload: Workload): boolean {
  return applicationContainers(workload).some((container) => container.ports.length > 0);
}
