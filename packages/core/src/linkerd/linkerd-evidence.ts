import type { Service } from '../cluster/services.ts';
import { LINKERD_INJECT_KEY } from '../injection/linkerd.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import { surelyBehind } from '../mesh/surely-behind.ts';
import { hasLinkerd } from './linkerd-proxy.ts';

/** What `linkerd.io/inject` may be. `ingress` since 2.9. Source: linkerd2 `pkg/inject/report.go`, exact case. */
export const LINKERD_INJECT_VALUES: ReadonlySet<string> = new Set(['enabled', 'ingress', 'disabled']);

/** Whether Linkerd evidently serves some pods of a Service; one without pods in the input is judged by its namespace. */
export function linkerdServes(mesh: Mesh, service: Service): boolean {
  const behind = surelyBehind(mesh, service);
  return behind.length > 0 ? behind.some((w) => hasLinkerd(mesh, w) === 'yes') : isAskedFor(mesh, service.resource);
}

// All manifests of the namespace say so.
function isAskedFor(mesh: Mesh, resource: Resource): boolean {
  const namespaces = namespacesOf(mesh, resource) ?? [];
  return (
    namespaces.length > 0 &&
    namespaces.every(({ resource: { annotations } }) => {
      const value = annotations.get(LINKERD_INJECT_KEY);
      return !annotations.mayChange(LINKERD_INJECT_KEY) && (value === 'enabled' || value === 'ingress');
    })
  );
}
