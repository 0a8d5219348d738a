import type { Answer } from '../manifest/lookup.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addSome, MOST_LISTENERS } from './limits.ts';
import { GATEWAY_API_GROUP, groupOf } from './references.ts';

// The grants of one namespace that are held against a reference; of more not all is known.
const MOST_GRANTS = 200;

/** What a reference into another namespace means. */
export interface GrantTarget {
  readonly kind: 'Service' | 'Secret' | 'ConfigMap';
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether some ReferenceGrant of the namespace that is referred to permits a reference. No is certain only when grants of that namespace
 * stand near, or the target itself is applied together with what refers to it.
 */
export function isGranted(mesh: Mesh, asker: Resource, to: GrantTarget, targets: readonly Resource[]): Answer {
  if (asker.namespace === to.namespace) return 'yes';
  const { byNamespace, byKey, isLoose } = mesh.derive(readGrants);
  const entries = byKey.get(grantKey(to.namespace, asker.group, asker.kind, asker.namespace ?? '')) ?? [];
  const names = entries.flatMap((grant) => grant.to.get(to.kind) ?? []);
  if (names.some((n) => n === 'all' || n.has(to.name))) return 'yes';
  const grants = byNamespace.get(to.namespace);
  if (grants?.isOpen || mesh.externals.namespace(to.namespace)) return 'unknown';
  if (mesh.settings.closedWorld) return 'no';
  if (isLoose || mesh.assumesNamespace(asker) || mesh.hasUnreadBeside(asker)) return 'unknown';
  const near = grants?.resources.some((grant) => mesh.near(grant, asker));
  return near || targets.some((target) => mesh.appliedTogether(target, asker)) ? 'no' : 'unknown';
}

/** A ReferenceGrant: which names of each kind it gives away. */
interface Grant {
  readonly to: ReadonlyMap<string, ReadonlySet<string> | 'all'>;
}

interface Grants {
  /** The grants of each namespace that something refers to, and whether some say more than was read. */
  readonly byNamespace: ReadonlyMap<string, { readonly resources: readonly Resource[]; readonly isOpen: boolean }>;
  /** By that namespace, and by group, kind and namespace of what refers to it. */
  readonly byKey: ReadonlyMap<string, readonly Grant[]>;
  /** Whether there is one whose namespace is an assumption: it may be anywhere. */
  readonly isLoose: boolean;
}

function grantKey(to: string, group: string, kind: string, from: string): string {
  return `${to}\n${group}/${kind}\n${from}`;
}

function readGrants(mesh: Mesh): Grants {
  const byNamespace = new Map<string, { resources: Resource[]; isOpen: boolean }>();
  const byKey = new Map<string, Grant[]>();
  const all = mesh.ofType(`${GATEWAY_API_GROUP}/ReferenceGrant`).filter((grant) => !grant.partial);
  for (const resource of all) {
    const namespace = resource.namespace ?? '';
    const group = byNamespace.get(namespace) ?? { resources: [], isOpen: false };
    byNamespace.set(namespace, group);
    if (group.resources.length < MOST_GRANTS) group.resources.push(resource);
    else group.isOpen = true;
    if (!takeGrant(resource, byKey)) group.isOpen = true;
  }
  return { byNamespace, byKey, isLoose: all.some((grant) => mesh.assumesNamespace(grant)) };
}

/** Puts a grant into the index; false when some of it is filled in later, or is not read. */
function takeGrant(resource: Resource, byKey: Map<string, Grant[]>): boolean {
  const spec = resource.body.at('spec');
  const to = new Map<string, Set<string> | 'all'>();
  const target = (spec.at('to').items() as Field[]).slice(0, MOST_LISTENERS);
  let isWhole = !isPatchedAt(resource, 'spec') && target.length === spec.at('to').items().length;
  for (const entry of target) {
    const kind = entry.at('kind').string();
    const name = entry.at('name');
    const isAll = !name.hasValue || name.value === '';
    const text = name.string();
    const group = groupOf(entry, '');
    if (kind === undefined || group === undefined || (!isAll && text === undefined)) isWhole = false;
    else if (group === '') {
      const names = to.get(kind) ?? new Set();
      if (isAll || names === 'all') to.set(kind, 'all');
      else to.set(kind, names.add(text ?? ''));
    }
  }
  const sources = (spec.at('from').items() as Field[]).slice(0, MOST_LISTENERS);
  if (sources.length < spec.at('from').items().length) isWhole = false;
  for (const entry of sources) {
    const [group, kind, from] = ['group', 'kind', 'namespace'].map((key) => entry.at(key).string());
    if (group === undefined || kind === undefined || from === undefined) isWhole = false;
    else addSome(byKey, grantKey(resource.namespace ?? '', group, kind, from), { to });
  }
  return isWhole;
}
