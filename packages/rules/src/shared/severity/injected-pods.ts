import { isControlPlane, isSystemNamespace, type Mesh, type Resource, type Severity, workloadOf } from '@meshvet/core';

/**
 * How severe a finding may be about something that Istio's injector reads on the pods of a resource: its own severity where they are surely
 * injected, at most a warning where that is not known (a patch, too) or the manifest carries its proxy already, nothing where nobody
 * injects them (outside the mesh, ambient, Linkerd). Gateways are injected too.
 */
export function severityForInjection(mesh: Mesh, resource: Resource, severity: Severity): Severity | undefined {
  const mild = severity === 'error' ? 'warning' : severity;
  const { labels, namespace } = resource;
  if (isSystemNamespace(namespace)) return undefined;
  const workload = workloadOf(mesh, resource);
  if (!workload) return mild;
  if (isControlPlane(labels) && !workload.isGateway) return undefined;
  const { answer, mode } = mesh.membership(workload);
  if (answer === 'no' || mode === 'ambient' || mode === 'linkerd') return undefined;
  return answer === 'yes' && !workload.hasProxy ? severity : mild;
}
