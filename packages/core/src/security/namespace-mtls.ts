import { fileOf, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { HostName } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { type MtlsMode, type PeerAuthentication, peerAuthentications } from './peer-authentication.ts';

/** The mutual TLS that a policy without selector sets for the pods of a namespace, or for all of the mesh. */
export interface NamespaceMtls {
  readonly mode: MtlsMode;
  readonly policy: Resource;
  readonly field: Field;
  /** Whose policy it is: of the namespace, or of the whole mesh. */
  readonly scope: 'namespace' | 'mesh';
  /** Whether some pods of the namespace have a policy of their own. */
  readonly exceptions: boolean;
}

// As many as a namespace may have; a hostile file holds thousands.
const MOST = 100;

/**
 * The mutual TLS of pods of a namespace that nobody has seen (undefined: of any namespace), where it is written plainly for them. undefined
 * as soon as another policy of the scope may say otherwise, or the policy may not stand beside the asker.
 */
export function mtlsOfNamespace(mesh: Mesh, namespace: string | undefined, asker: Resource): NamespaceMtls | undefined {
  const { own, ofMesh } = mesh.derive(policiesByNamespace);
  const everywhere = ofMesh.slice(0, MOST).filter((p) => standsBeside(mesh, p.resource, asker, true));
  if (namespace === undefined || namespace === mesh.installation.rootNamespace.value)
    return agreed(everywhere, 'mesh', false);
  const all = own.get(namespace) ?? [];
  if (all.length > MOST) return undefined;
  const policies = all.filter((p) => standsBeside(mesh, p.resource, asker, false));
  const exceptions = policies.some((p) => p.scope === 'workload');
  const plain = policies.filter((p) => p.scope === 'namespace' && p.mtls.mode !== 'UNSET');
  if (plain.length > 0) return agreed(plain, 'namespace', exceptions);
  return policies.length === all.length ? agreed(everywhere, 'mesh', exceptions) : undefined;
}

function agreed(
  policies: readonly PeerAuthentication[],
  scope: NamespaceMtls['scope'],
  exceptions: boolean,
): NamespaceMtls | undefined {
  const [first] = policies;
  if (!first || policies.some((p) => p.mtls.mode !== first.mtls.mode)) return undefined;
  const { mode, field } = first.mtls;
  if (mode === 'UNSET' || mode === 'UNKNOWN') return undefined;
  return { mode, policy: first.resource, field, scope, exceptions };
}

/**
 * Whether two resources, also of different namespaces, are surely deployed in one mesh: they stand near each other, or both say where they
 * live and no other manifest of either lies in another file. `near` asks for the first.
 */
export function standsBeside(mesh: Mesh, a: Resource, b: Resource, near = false): boolean {
  if (mesh.settings.closedWorld || mesh.near(a, b)) return true;
  if (near || mesh.assumesNamespace(a) || mesh.assumesNamespace(b)) return false;
  if (a.namespace === b.namespace) return mesh.together(a, b);
  return [a, b].every((r) => mesh.variants(r).every((v) => fileOf(v) === fileOf(r)));
}

/** The namespace whose pods a host of the cluster means, also `*.shop.svc.cluster.local`; `any` for those of all namespaces. */
export function namespaceOfHost({ service, fqdn }: HostName): string | 'any' | undefined {
  if (service) return service.namespace;
  if (MESH_WIDE.has(fqdn)) return 'any';
  const [star, namespace, svc] = fqdn.split('.', 4);
  return star === '*' && svc === 'svc' && fqdn === `*.${namespace}.svc.cluster.local` ? namespace : undefined;
}

const MESH_WIDE: ReadonlySet<string> = new Set(['*', '*.local', '*.cluster.local', '*.svc.cluster.local']);

interface Policies {
  /** Of the namespaces, those for some workloads among them. */
  readonly own: ReadonlyMap<string, readonly PeerAuthentication[]>;
  readonly ofMesh: readonly PeerAuthentication[];
}

function policiesByNamespace(mesh: Mesh): Policies {
  const own = new Map<string, PeerAuthentication[]>();
  const all = peerAuthentications(mesh);
  for (const policy of all)
    if (policy.scope !== 'mesh' && policy.scope !== 'ignored') addTo(own, policy.resource.namespace ?? '', policy);
  return { own, ofMesh: all.filter((p) => p.scope === 'mesh') };
}
