import type { Workload } from '../cluster/workloads.ts';
import { isPatchedAt, nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';

/** Who a proxy says that it is, by its certificate: `spiffe://TRUST DOMAIN/ns/NAMESPACE/sa/ACCOUNT`. */
export interface Identity {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Whether pods have an identity in the mesh, and which. */
export type WorkloadIdentity =
  | { readonly state: 'known'; readonly identity: Identity; readonly field: Field }
  /** `why`, a clause: "namespace legacy carries no label of the mesh". */
  | { readonly state: 'none'; readonly why: string; readonly field?: Field | undefined }
  | { readonly state: 'unknown'; readonly why: string; readonly needs: string };

/** The trust domain of the mesh, and the names that stand for it too. */
export interface TrustDomains {
  readonly own: string;
  readonly aliases: readonly string[];
  /** Domains whose certificates are believed beside those: they keep their own names in principals. */
  readonly foreign: readonly string[];
  /** Whether no manifest says otherwise. */
  readonly certain: boolean;
}

/** The identity as policies write it, without `spiffe://`. */
export function principalOf({ trustDomain, namespace, serviceAccount }: Identity): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/**
 * `trustDomain`, `trustDomainAliases` and `caCertificates` of MeshConfig; the default is cluster.local. Callers of another domain are
 * refused before any policy sees them. Source: `pkg/config/mesh/mesh.go`; `pilot/pkg/security/authn/utils` and
 * `pilot/pkg/networking/plugin/authn/util.go`, TrustDomainsForValidation.
 */
export function trustDomainsOf(mesh: Mesh): TrustDomains {
  const { value, certain } = mesh.installation.meshConfig;
  const { trustDomain, trustDomainAliases, caCertificates } = value;
  return {
    own: typeof trustDomain === 'string' && trustDomain !== '' ? trustDomain : 'cluster.local',
    aliases: Array.isArray(trustDomainAliases) ? trustDomainAliases.filter((a) => typeof a === 'string') : [],
    foreign: (Array.isArray(caCertificates) ? caCertificates : []).flatMap((ca) =>
      isPlainMapping(ca) && Array.isArray(ca.trustDomains) ? ca.trustDomains.filter((d) => typeof d === 'string') : [],
    ),
    certain,
  };
}

/**
 * The identity that pods show to those whom they call over mutual TLS: that of their service account. Pods without a proxy of Istio have
 * none. Source: `pkg/spiffe/spiffe.go`, GenSpiffeURI.
 */
export function meshIdentityOf(mesh: Mesh, workload: Workload): WorkloadIdentity {
  const { answer, mode, reason, field } = mesh.membership(workload);
  if (answer === 'no' || mode === 'linkerd') return { state: 'none', why: reason, field };
  if (answer === 'unknown')
    return { state: 'unknown', why: reason, needs: `whether ${nameOf(workload.resource)} is in the mesh: ${reason}` };
  return certificateOf(mesh, workload);
}

/** The identity in the certificate of pods that surely have a proxy: the account is `default` where none is named, as in Kubernetes. */
export function certificateOf(mesh: Mesh, workload: Workload): Exclude<WorkloadIdentity, { state: 'none' }> {
  const { resource, podSpec } = workload;
  const name = nameOf(resource);
  const unknown = (why: string, needs: string) => ({ state: 'unknown', why, needs }) as const;
  const written = podSpec.at('serviceAccountName');
  // `serviceAccount` is its older name; the API server keeps both alike.
  const account = written.hasValue && written.text() !== '' ? written : podSpec.at('serviceAccount');
  const text = account.hasValue ? account.text() : '';
  if (text === undefined || isPatchedAt(resource, 'spec', 'template', 'spec', 'serviceAccountName'))
    return unknown(
      `the service account of ${name} is filled in later`,
      `the service account of ${name}, as it is rendered`,
    );
  if (mesh.assumesNamespace(resource))
    return unknown(`the manifest of ${name} names no namespace`, `the namespace of ${name}`);
  const { own, certain } = trustDomainsOf(mesh);
  if (!certain) return unknown('manifests disagree about the trust domain', 'the MeshConfig that counts');
  const identity = { trustDomain: own, namespace: resource.namespace ?? '', serviceAccount: text || 'default' };
  return { state: 'known', identity, field: account.hasValue ? account : podSpec };
}
