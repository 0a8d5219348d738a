import { isPatchedAt } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { selectsNamespace } from './attachment.ts';
import type { KubernetesGateway } from './kubernetes-gateways.ts';
import { type ParentReference, readParent } from './references.ts';

/** Whether a Gateway takes a ListenerSet; a refusal says by which field, which stands for the one that is lacking too. */
export type SetAdmission =
  | { readonly state: 'taken' | 'unknown' }
  | { readonly state: 'refused'; readonly why: 'none' | 'namespace'; readonly field: Field };

/** The Gateway that a ListenerSet adds its listeners to; undefined for other things, and where it is filled in later. */
export function parentOfListenerSet({ kind, spec, resource }: KubernetesGateway): ParentReference | undefined {
  if (kind !== 'ListenerSet' || isPatchedAt(resource, 'spec', 'parentRef') || !spec.at('parentRef').isMapping)
    return undefined;
  const parent = readParent(spec.at('parentRef'), resource.namespace ?? '');
  return parent?.kind === 'Gateway' ? parent : undefined;
}

/**
 * Whether a Gateway takes the listeners of a ListenerSet: `allowedListeners` says of which namespaces, and without it of none.
 * Source: `pilot/pkg/config/kube/gatewaycommon/gateway_utils.go`, NamespaceAcceptedByAllowListeners.
 */
export function takesListenerSet(mesh: Mesh, gateway: KubernetesGateway, set: KubernetesGateway): SetAdmission {
  const allowed = gateway.spec.at('allowedListeners');
  if (isPatchedAt(gateway.resource, 'spec', 'allowedListeners')) return { state: 'unknown' };
  const namespaces = allowed.at('namespaces');
  if (!allowed.hasValue || (allowed.isMapping && !namespaces.hasValue))
    return { state: 'refused', why: 'none', field: allowed };
  if (!namespaces.isMapping) return { state: 'unknown' };
  const from = namespaces.at('from');
  const loose = mesh.assumesNamespace(gateway.resource) || mesh.assumesNamespace(set.resource);
  switch (from.hasValue ? from.string() : 'None') {
    case 'All':
      return { state: 'taken' };
    case 'None':
      return { state: 'refused', why: 'none', field: from.exists ? from : namespaces };
    case 'Same': {
      if (gateway.resource.namespace === set.resource.namespace) return { state: 'taken' };
      return loose ? { state: 'unknown' } : { state: 'refused', why: 'namespace', field: from };
    }
    case 'Selector': {
      const selector = namespaces.at('selector');
      if (!selector.isMapping || loose) return { state: 'unknown' };
      const answer = selectsNamespace(mesh, selector, set.resource.namespace ?? '');
      if (answer === 'no') return { state: 'refused', why: 'namespace', field: selector };
      return { state: answer === 'yes' ? 'taken' : 'unknown' };
    }
    default:
      return { state: 'unknown' };
  }
}
