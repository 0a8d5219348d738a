import { elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { workloadsIn } from '../mesh/workloads-by-namespace.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';

/** API group of Linkerd's policies. */
export const LINKERD_POLICY_GROUP = 'policy.linkerd.io';

/** The objects of a type by `namespace/name`, patches left out. */
export function objectsNamed(mesh: Mesh, type: string, namespace: string, name: string): readonly Resource[] {
  return mesh.derive(policyObjects).get(`${type} ${namespace}/${name}`) ?? [];
}

const REFERRED = ['Server', 'MeshTLSAuthentication', 'NetworkAuthentication', 'HTTPRoute', 'GRPCRoute'].flatMap(
  (kind) => [`${LINKERD_POLICY_GROUP}/${kind}`, `gateway.networking.k8s.io/${kind}`],
);

function policyObjects(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const byName = new Map<string, Resource[]>();
  for (const type of [...REFERRED, 'ServiceAccount'])
    for (const resource of mesh.ofType(type))
      if (!resource.partial) addTo(byName, `${type} ${resource.namespace ?? ''}/${resource.name}`, resource);
  return byName;
}

/**
 * The object that a policy names. Missing only where that is sure: in a closed world, or where workloads of its namespace stand beside the
 * policy, all files there were read, and the namespace is no guess: who keeps a policy with its application keeps what it names there too.
 */
export function lookupNamed(
  mesh: Mesh,
  asker: Resource,
  type: string,
  namespace: string,
  name: string,
): Lookup<readonly Resource[]> {
  const hit = objectsNamed(mesh, type, namespace, name);
  if (hit.length > 0) return found(hit);
  if (mesh.externals.namespace(namespace)) return elsewhere(`the config declares namespace ${namespace}`);
  if (isOfLinkerd(namespace)) return elsewhere(`the charts of Linkerd fill namespace ${namespace}`);
  return isWholeBeside(mesh, asker, namespace) ? MISSING : elsewhere(`no ${type} ${namespace}/${name} was read`);
}

/** Whether the charts of Linkerd fill a namespace: what stands there no manifest need show. */
export function isOfLinkerd(namespace: string): boolean {
  return /^linkerd(?:-|$)/.test(namespace);
}

/** Whether all that belongs to an application of a namespace surely stands among the files around a resource. */
export function isWholeBeside(mesh: Mesh, asker: Resource, namespace: string | undefined): boolean {
  if (mesh.settings.closedWorld) return true;
  if (mesh.assumesNamespace(asker) || mesh.hasUnreadBeside(asker) || asker.rewrites?.namespace) return false;
  return workloadsIn(mesh, namespace)
    .slice(0, MOST)
    .some((w) => mesh.near(w.resource, asker));
}

const MOST = 200;

/** A reference of a policy: `group`, `kind`, `name`, and a namespace in some. */
export interface PolicyReference {
  readonly field: Field;
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly nameField: Field;
  readonly namespace: string | undefined;
}

/** A reference as written; undefined where a part is filled in later. `core` and nothing are one group. */
export function readReference(field: Field): PolicyReference | undefined {
  const nameField = field.at('name');
  const [kind, name] = [field.at('kind').string(), nameField.string()];
  const group = field.at('group').hasValue ? field.at('group').string() : '';
  if (!kind || !name || group === undefined) return undefined;
  return {
    ...{ field, kind, name, nameField },
    group: group === 'core' ? '' : group,
    namespace: field.at('namespace').string() || undefined,
  };
}
