import { istioAtLeast, type MeshSettings } from '../installation/settings.ts';
import type { Resource } from '../manifest/resource.ts';

/** A core/v1 Namespace object. */
export interface Namespace {
  readonly resource: Resource;
  readonly name: string;
}

/** Namespaces that Istio's injector of today never touches, whatever their labels. Source: `pkg/kube/inject/inject.go`. */
export const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

const FIRST_SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['kube-system', 'kube-public']);

/** Namespaces that the injector of a release never touches: kube-node-lease and local-path-storage since 1.9. */
export function ignoredNamespaces(settings: MeshSettings): ReadonlySet<string> {
  return istioAtLeast(settings, '1.9') ? SYSTEM_NAMESPACES : FIRST_SYSTEM_NAMESPACES;
}

/** The Namespace in a resource; undefined for other kinds and for patches. */
export function readNamespace(resource: Resource): Namespace | undefined {
  if (resource.type !== 'Namespace' || resource.partial) return undefined;
  return { resource, name: resource.name };
}

/** Kubernetes' own namespaces, of which nothing is said. */
export function isSystemNamespace(namespace: string | undefined): boolean {
  return namespace !== undefined && SYSTEM_NAMESPACES.has(namespace);
}
