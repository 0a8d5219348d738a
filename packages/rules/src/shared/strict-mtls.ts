import type { HostName, Mesh, Resource } from '@meshvet/core';

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
  const policies = mesh.derive(peerAuthentications);
  if (namespace !== undefined && namespace !== root) {
    const own = policies.get(namespace) ?? [];
    // A policy for some workloads may be for those behind this host.
    if (!host.wildcard && own.some(hasSelector)) return undefined;
    const plain = own.filter((p) => !hasSelector(p) && modeOf(p) !== 'UNSET');
    if (plain.length > 0) return allStrict(mesh, plain, asker, 'namespace');
  } else if (namespace === undefined && !isMeshWide(host.fqdn)) return undefined;
  return allStrict(
    mesh,
    (policies.get(root) ?? []).filter((p) => !hasSelector(p)),
    asker,
    'mesh',
  );
}

function allStrict(
  mesh: Mesh,
  policies: readonly Resource[],
  asker: Resource,
  scope: StrictPolicy['scope'],
): StrictPolicy | undefined {
  const [policy] = policies;
  if (!policy || policies.some((p) => modeOf(p) !== 'STRICT')) return undefined;
  const sure =
    mesh.settings.closedWorld || mesh.near(policy, asker) || (scope === 'namespace' && mesh.together(policy, asker));
  return sure ? { policy, scope } : undefined;
}

function peerAuthentications(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const found = new Map<string, Resource[]>();
  for (const policy of mesh.ofType('security.istio.io/PeerAuthentication')) {
    if (policy.partial) continue;
    const key = policy.namespace ?? '';
    const list = found.get(key);
    if (list) list.push(policy);
    else found.set(key, [policy]);
  }
  return found;
}

function hasSelector({ body }: Resource): boolean {
  const selector = body.at('spec').at('selector');
  return (
    selector.hasValue &&
    !(selector.isMapping && selector.at('matchLabels').entries().length === 0 && selector.entries().length <= 1)
  );
}

function modeOf({ body }: Resource): string {
  const mode = body.at('spec').at('mtls').at('mode');
  return mode.hasValue ? (mode.string() ?? 'unread') : 'UNSET';
}

function wildcardNamespace(fqdn: string): string | undefined {
  const [star, namespace, svc] = fqdn.split('.', 4);
  return star === '*' && svc === 'svc' ? namespace : undefined;
}

function isMeshWide(fqdn: string): boolean {
  return fqdn === '*.local' || fqdn === '*.cluster.local' || fqdn === '*.svc.cluster.local';
}
