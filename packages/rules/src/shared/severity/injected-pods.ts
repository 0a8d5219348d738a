import {
  isControlPlane,
  isSystemNamespace,
  type Mesh,
  type Resource,
  type Severity,
  type WeighedSeverity,
  workloadOf,
} from '@meshvet/core';
import { lowered } from './audience.ts';

/**
 * How severe a finding may be about something that Istio's injector reads on the pods of a resource: its own severity where they are surely
 * injected, at most a warning where that is not known (a patch, too) or the manifest carries its proxy already, nothing where nobody
 * injects them (outside the mesh, ambient, Linkerd). Gateways are injected too.
 */
export function severityForInjection(mesh: Mesh, resource: Resource, severity: Severity): WeighedSeverity | undefined {
  const mild = severity === 'error' ? 'warning' : severity;
  const { labels, namespace } = resource;
  if (isSystemNamespace(namespace)) return undefined;
  const workload = workloadOf(mesh, resource);
  if (!workload) return { severity: mild };
  if (isControlPlane(labels) && !workload.isGateway) return undefined;
  const membership = mesh.membership(workload);
  const { answer, mode } = membership;
  if (answer === 'no' || mode === 'ambient' || mode === 'linkerd') return undefined;
  if (answer === 'unknown')
    return lowered(severity, mild, 'it is not known whether the pods are in the mesh', membership);
  return { severity: workload.hasProxy ? mild : severity };
}
