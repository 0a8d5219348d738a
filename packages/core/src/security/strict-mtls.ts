import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { HostName } from '../names/hosts.ts';
import { addTo } from '../source/grouping.ts';
import { type PeerAuthentication, peerAuthentications } from './peer-authentication.ts';

/** A PeerAuthentication that surely makes the servers behind a host refuse plain text. */
export interface StrictPolicy {
  readonly policy: Resource;
  /** Whose it is: of the namespace of the host, or of the whole mesh. */
  readonly scope: 'namespace' | 'mesh';
}

/**
 * The policy that demands mTLS of a host's servers, where that is written plainly: without a selector, in the host's namespace or the root
 * namespace. undefined as soon as another policy may say otherwise, or the policy may not stand beside the asker.
 */
export function strictPolicyFor(mesh: Mesh, host: HostName, asker: Resource): StrictPolicy | undefined {
  const namespace = host.service?.namespace ?? wildcardNamespace(host.fqdn);
  const root = mesh.installation.rootNamespace.value;
  const { own, ofMesh } = mesh.derive(byNamespace);
  if (namespace !== undefined && namespace !== root) {
    const policies = own.get(namespace) ?? [];
    // A policy for some workloads may be for those behind this host.
    if (!host.wildcard && policies.some((p) => p.scope === 'workload')) return undefined;
    const plain = policies.filter((p) => p.scope === 'namespace' && p.mtls.mode !== 'UNSET');
    if (plain.length > 0) return allStrict(mesh, plain, asker, 'namespace');
  } else if (namespace === undefined && !isMeshWide(host.fqdn)) return undefined;
  return allStrict(mesh, ofMesh, asker, 'mesh');
}

function allStrict(
  mesh: Mesh,
  policies: readonly PeerAuthentication[],
  asker: Resource,
  scope: StrictPolicy['scope'],
): StrictPolicy | undefined {
  const [first] = policies;
  if (!first || policies.some((p) => p.mtls.mode !== 'STRICT')) return undefined;
  const policy = first.resource;
  const sure =
    mesh.settings.closedWorld || mesh.near(policy, asker) || (scope === 'namespace' && mesh.together(policy, asker));
  return sure ? { policy, scope } : undefined;
}

interface Policies {
  /** Of the namespaces, those for some workloads among them. */
  readonly own: ReadonlyMap<string, readonly PeerAuthentication[]>;
  readonly ofMesh: readonly PeerAuthentication[];
}

function byNamespace(mesh: Mesh): Policies {
  const own = new Map<string, PeerAuthentication[]>();
  const all = peerAuthentications(mesh);
  for (const policy of all) {
    if (policy.scope === 'mesh' || policy.scope === 'ignored') continue;
    const key = policy.resource.namespace ?? '';
    addTo(own, key, policy);
  }
  return { own, ofMesh: all.filter((p) => p.scope === 'mesh') };
}

function wildcardNamespace(fqdn: string): string | undefined {
  const [star, namespace, svc] = fqdn.split('.', 4);
  return star === '*' && svc === 'svc' ? namespace : undefined;
}

function isMeshWide(fqdn: string): boolean {
  return fqdn === '*.local' || fqdn === '*.cluster.local' || fqdn === '*.svc.cluster.local';
}
