import type { Workload } from '../cluster/workloads.ts';
import { INTERCEPTION_MODE_KEY } from '../injection/written-sidecar.ts';
import type { Mesh } from '../mesh/mesh.ts';

/** How the traffic of the pods of a workload gets to the sidecar: `REDIRECT`, `TPROXY` or `NONE`; undefined where a later step says it. */
export function interceptionModeOf(mesh: Mesh, { podAnnotations }: Workload): string | undefined {
  return podAnnotations.has(INTERCEPTION_MODE_KEY)
    ? podAnnotations.get(INTERCEPTION_MODE_KEY)
    : mesh.installation.interceptionMode.value;
}

/** Whether traffic is certainly redirected to the sidecar. Without redirection the application calls the proxy by itself. */
export function isRedirected(mesh: Mesh, workload: Workload): boolean {
  const mode = interceptionModeOf(mesh, workload);
  return mode === 'REDIRECT' || mode === 'TPROXY';
}

/**
 * The user whose traffic is not redirected: that of the proxy. undefined where it is not known, as on OpenShift, where it comes from the
 * range of the namespace. A proxy in the manifest says it itself; with TPROXY it runs as root, and the user stays 1337.
 */
export function proxyUserOf(mesh: Mesh, workload: Workload): number | undefined {
  const written = workload.containers.find((c) => c.name === 'istio-proxy' && c.image !== '' && c.image !== 'auto');
  const user = written?.field.at('securityContext').at('runAsUser');
  if (user?.hasValue && user.number() !== 0) return user.number();
  const { value } = mesh.installation.proxyUid;
  return value === 'assigned' ? undefined : value;
}
