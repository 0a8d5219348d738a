import { linkerdIdentity } from '../linkerd/linkerd-identity.ts';
import { elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { accountPath, serviceAccounts } from '../security/service-accounts.ts';
import type { Field } from '../source/field.ts';
import { isOfLinkerd, LINKERD_POLICY_GROUP } from './objects.ts';

/** The identity of a proxy, as a policy names it. */
export type Identity =
  | { readonly kind: 'account'; readonly account: string; readonly namespace: string }
  /** Written the way Istio or Kubernetes write it: no proxy of Linkerd bears such a name. */
  | { readonly kind: 'foreign'; readonly of: 'Istio' | 'Kubernetes'; readonly instead: string }
  /** A star that is neither alone nor the first label: it is read as a letter, and the webhook refuses it. */
  | { readonly kind: 'star' }
  /** The beginning of a name alone: certificates have the long one. */
  | { readonly kind: 'short'; readonly account: string; readonly namespace: string | undefined }
  /** A wildcard, a SPIFFE id of a machine, or a name that is not told here. */
  | { readonly kind: 'other' };

/**
 * What an identity means: `ACCOUNT.NAMESPACE.serviceaccount.identity.LINKERD-NAMESPACE.TRUST-DOMAIN`. Source: linkerd.io, Automatic mTLS;
 * linkerd2 `policy-controller/core/src/identity_match.rs`.
 */
export function readIdentity(text: string): Identity {
  const own = /^([a-z0-9.-]+)\.([a-z0-9-]+)\.serviceaccount\.identity\./.exec(text);
  if (own) return { kind: 'account', account: own[1] as string, namespace: own[2] as string };
  const istio = /^(?:spiffe:\/\/)?cluster\.local\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(text);
  if (istio && !text.startsWith('spiffe://'))
    return {
      kind: 'foreign',
      of: 'Istio',
      instead: linkerdIdentity(istio[1] as string, istio[2] as string),
    };
  const kubernetes = /^system:serviceaccount:([^:*]+):([^:*]+)$/.exec(text);
  if (kubernetes)
    return {
      kind: 'foreign',
      of: 'Kubernetes',
      instead: linkerdIdentity(kubernetes[1] as string, kubernetes[2] as string),
    };
  if (text.includes('://')) return { kind: 'other' };
  if (text.replace(/^\*(?:\.|$)/, '').includes('*')) return { kind: 'star' };
  const short = /^([a-z0-9-]+)(?:\.([a-z0-9-]+)(?:\.serviceaccount)?)?$/.exec(text);
  return short ? { kind: 'short', account: short[1] as string, namespace: short[2] } : { kind: 'other' };
}

/** Whether a service account is there: only a whole world tells that one is not. */
export function lookupAccount(mesh: Mesh, namespace: string, name: string): Lookup<string> {
  const path = accountPath(namespace, name);
  if (serviceAccounts(mesh).all.has(path)) return found(path);
  // Linked clusters have one trust anchor and, as a rule, one trust domain: their pods may bear the name.
  const linked = mesh.clusters.size > 0 || mesh.ofType('multicluster.linkerd.io/Link').length > 0;
  if (mesh.externals.namespace(namespace) || isOfLinkerd(namespace) || linked || !mesh.settings.closedWorld)
    return elsewhere(`no ServiceAccount ${namespace}/${name} was read`);
  return MISSING;
}

/** Places where a policy names identities. */
export function identitiesIn({ type, body }: Resource): readonly Field[] {
  const spec = body.at('spec');
  const list =
    type === `${LINKERD_POLICY_GROUP}/MeshTLSAuthentication`
      ? spec.at('identities')
      : spec.at('client').at('meshTLS').at('identities');
  return (list.items() as Field[]).slice(0, 200);
}

/** A service account that a policy names by reference. */
export interface AccountReference {
  readonly field: Field;
  readonly name: string;
  readonly namespace: string;
}

/** The service accounts that a policy names by reference: `identityRefs`, `serviceAccounts` of a ServerAuthorization, `requiredAuthenticationRefs`. */
export function accountsIn({ type, body, namespace: own = '' }: Resource): readonly AccountReference[] {
  const spec = body.at('spec');
  const lists: Readonly<Record<string, Field>> = {
    [`${LINKERD_POLICY_GROUP}/MeshTLSAuthentication`]: spec.at('identityRefs'),
    [`${LINKERD_POLICY_GROUP}/AuthorizationPolicy`]: spec.at('requiredAuthenticationRefs'),
    [`${LINKERD_POLICY_GROUP}/ServerAuthorization`]: spec.at('client').at('meshTLS').at('serviceAccounts'),
  };
  const items = ((Object.hasOwn(lists, type) ? lists[type] : undefined)?.items() ?? []) as Field[];
  return items.slice(0, 200).flatMap((item) => {
    const kind = item.at('kind');
    const name = item.at('name').string();
    const isAccount = type.endsWith('/ServerAuthorization') || kind.string() === 'ServiceAccount';
    const namespace = item.at('namespace').hasValue ? item.at('namespace').string() : own;
    return isAccount && name && namespace ? [{ field: item.at('name'), name, namespace }] : [];
  });
}
