import { isControlPlane, type Mesh, type Severity, type Workload } from '@meshvet/core';
import { isSystemNamespace } from './audience.ts';

/**
 * How severe a finding may be about something that Istio's injector reads on a pod: its own severity where the pods are surely injected, at
 * most a warning where that is not known or the manifest carries its proxy already, nothing where nobody injects them (outside the mesh,
 * ambient, Linkerd). Gateways are injected too.
 */
export function severityForInjection(mesh: Mesh, workload: Workload, severity: Severity): Severity | undefined {
  const { labels, namespace } = workload.resource;
  if (isControlPlane(labels) && !workload.isGateway) return undefined;
  if (isSystemNamespace(namespace)) return undefined;
  const { answer, mode } = mesh.membership(workload);
  if (answer === 'no' || mode === 'ambient' || mode === 'linkerd') return undefined;
  const sure = answer === 'yes' && !workload.hasProxy;
  return !sure && severity === 'error' ? 'warning' : severity;
}
