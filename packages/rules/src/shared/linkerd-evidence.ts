import type { Answer, Mesh, Namespace, Resource, Service, Workload } from '@meshvet/core';
import { surelyBehind } from './endpoints.ts';
import { namespacesOf } from './inject-value.ts';

/** Annotation by which Linkerd takes pods into its mesh; nothing else does. */
export const LINKERD_INJECT_KEY = 'linkerd.io/inject';

/** What `linkerd.io/inject` may be. `ingress` since 2.9. Source: linkerd2 `pkg/inject/report.go`, exact case. */
export const LINKERD_INJECT_VALUES: ReadonlySet<string> = new Set(['enabled', 'ingress', 'disabled']);

/**
 * Whether Linkerd evidently serves the pods of a workload: its proxy is written, or the annotation asks for it. A value that Linkerd does
 * not know keeps it out, and on a namespace vetoes all its pods. Source: linkerd2 `pkg/inject/report.go`.
 */
export function linkerdOf(mesh: Mesh, workload: Workload): Answer {
  if (workload.containers.some((c) => c.name === 'linkerd-proxy')) return 'yes';
  if (workload.hostNetwork || workload.hasProxy) return 'no';
  const { podAnnotations } = workload;
  const own = podAnnotations.get(LINKERD_INJECT_KEY);
  if (podAnnotations.mayChange(LINKERD_INJECT_KEY) || (podAnnotations.has(LINKERD_INJECT_KEY) && own === undefined))
    return 'unknown';
  if (own !== undefined && own !== '') {
    if (!asks(own)) return 'no';
    return namespaceWish(mesh, workload.resource) === 'veto' ? 'no' : 'yes';
  }
  switch (namespaceWish(mesh, workload.resource)) {
    case 'enabled':
      return 'yes';
    case 'unknown':
      return 'unknown';
    default:
      return 'no';
  }
}

/** Whether Linkerd evidently serves some pods of a Service; one without pods in the input is judged by its namespace. */
export function linkerdServes(mesh: Mesh, service: Service): boolean {
  const behind = surelyBehind(mesh, service);
  if (behind.length > 0) return behind.some((w) => linkerdOf(mesh, w) === 'yes');
  return namespaceWish(mesh, service.resource) === 'enabled';
}

/** What the namespace of a resource says to Linkerd; its manifests have to agree. */
export function namespaceWish(mesh: Mesh, resource: Resource): 'enabled' | 'none' | 'veto' | 'unknown' {
  const namespaces = namespacesOf(mesh, resource);
  if (!namespaces || namespaces.length === 0) return 'unknown';
  const [first, ...rest] = namespaces.map(wishOfNamespace);
  return first !== undefined && rest.every((wish) => wish === first) ? first : 'unknown';
}

function wishOfNamespace({ resource: { annotations } }: Namespace): 'enabled' | 'none' | 'veto' | 'unknown' {
  const value = annotations.get(LINKERD_INJECT_KEY);
  if (annotations.mayChange(LINKERD_INJECT_KEY) || (annotations.has(LINKERD_INJECT_KEY) && value === undefined))
    return 'unknown';
  if (value === undefined || value === '' || value === 'disabled') return 'none';
  return asks(value) ? 'enabled' : 'veto';
}

function asks(value: string): boolean {
  return value === 'enabled' || value === 'ingress';
}
