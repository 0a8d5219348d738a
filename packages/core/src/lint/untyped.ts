import type { YamlDocument } from '../source/document.ts';
import { Field } from '../source/field.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import type { Problem } from '../source/problem.ts';

/** Kinds that nobody writes for another reader than Kubernetes, with the apiVersion of today. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ...['Pod', 'Service', 'ConfigMap', 'Secret', 'Namespace', 'ServiceAccount', 'PersistentVolumeClaim'].map(
    (kind) => [kind, 'v1'] as const,
  ),
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind) => [kind, 'apps/v1'] as const),
  ...['Job', 'CronJob'].map((kind) => [kind, 'batch/v1'] as const),
  ...['Ingress', 'NetworkPolicy'].map((kind) => [kind, 'networking.k8s.io/v1'] as const),
  ...['VirtualService', 'DestinationRule', 'ServiceEntry', 'WorkloadEntry'].map(
    (kind) => [kind, 'networking.istio.io/v1'] as const,
  ),
  ...['PeerAuthentication', 'RequestAuthentication'].map((kind) => [kind, 'security.istio.io/v1'] as const),
  ...['HTTPRoute', 'GRPCRoute'].map((kind) => [kind, 'gateway.networking.k8s.io/v1'] as const),
]);

const API_VERSION = /^(?:v1|[a-z0-9.-]+\/v\d+(?:(?:alpha|beta)\d+)?)$/;

/**
 * Documents that are Kubernetes objects but for their apiVersion or their kind: kubectl refuses both ("apiVersion not set", "kind not set"), and
 * nothing else looks at them. Values of charts and the like are left alone: an object has a name and a body.
 */
export function untyped(path: string, documents: readonly YamlDocument[]): Problem[] {
  if (/(?:^|\/)[^/]*values[^/]*\.ya?ml$/i.test(path)) return [];
  return documents.flatMap((document): Problem[] => {
    const { value } = document;
    if (!isPlainMapping(value)) return [];
    const body = new Field(document, value);
    const named = body.at('metadata').at('name').hasValue;
    const hasBody = ['spec', 'data', 'stringData', 'metadata'].some((key) => body.at(key).isMapping);
    if (!named || !hasBody) return [];
    const [apiVersion, kind] = [body.at('apiVersion'), body.at('kind')];
    if (!apiVersion.exists && kind.string() !== undefined) {
      const usual = KINDS.get(kind.string() as string);
      if (usual === undefined) return [];
      return [
        {
          kind: 'untyped',
          source: document.source,
          span: kind.span(),
          data: { lacks: 'apiVersion', written: kind.string() as string, usual },
        },
      ];
    }
    if (!kind.exists && API_VERSION.test(apiVersion.string() ?? '') && body.at('spec').isMapping)
      return [
        {
          kind: 'untyped',
          source: document.source,
          span: apiVersion.span(),
          data: { lacks: 'kind', written: apiVersion.string() as string },
        },
      ];
    return [];
  });
}
