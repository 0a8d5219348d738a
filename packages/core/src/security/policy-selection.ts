import { folderOf } from '../manifest/folders.ts';
import { isKnownGroup } from '../manifest/kinds.ts';
import { elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import { fileOf, isPatchedAt, type Resource } from '../manifest/resource.ts';
import { flatSelector, matches, type Selector } from '../manifest/selectors.ts';
import { otherClusters } from '../mesh/clusters.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type Endpoint, endpointsByLabel } from '../names/host-endpoints.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';

/** What a policy of Istio (a Sidecar and an EnvoyFilter too) says of the pods that it holds for. */
export interface PolicySelection {
  readonly resource: Resource;
  /** undefined where none is written, or an empty one: it holds for all pods of its scope. */
  readonly selector: Selector | undefined;
  /** The mapping of labels; the nearest that is written where there is none. */
  readonly field: Field;
  /** Whether the key of the selector is written at all, perhaps with nothing in it. */
  readonly written: boolean;
  /** It is attached to objects by name: then no selector counts. */
  readonly attached: boolean;
  /** Whether its selector is read in every namespace, as that of a policy in the root namespace is. */
  readonly everywhere: boolean;
  /** Whether all of this stands in the manifest, and no patch changes it. */
  readonly settled: boolean;
}

/** The kinds that select pods by labels, with the path of the labels, and whether the root namespace selects everywhere. */
const KINDS: ReadonlyMap<string, { readonly path: readonly [string, string]; readonly everywhere: boolean }> = new Map(
  (
    [
      ['security.istio.io/AuthorizationPolicy', true],
      ['security.istio.io/RequestAuthentication', true],
      ['security.istio.io/PeerAuthentication', false],
      ['telemetry.istio.io/Telemetry', true],
      ['extensions.istio.io/WasmPlugin', true],
      ['networking.istio.io/EnvoyFilter', true],
      ['networking.istio.io/Sidecar', false],
    ] as const
  ).map(([type, everywhere]) => [
    type,
    {
      path: type.startsWith('networking') ? ['workloadSelector', 'labels'] : ['selector', 'matchLabels'],
      everywhere,
    } as const,
  ]),
);

/** What a resource selects; undefined for kinds that select no pods, and for patches. */
export function policySelection(mesh: Mesh, resource: Resource): PolicySelection | undefined {
  const kind = KINDS.get(resource.type);
  if (!kind || resource.partial) return undefined;
  const spec = resource.body.at('spec');
  const [outer, inner] = kind.path;
  const labels = spec.at(outer).at(inner);
  const empty = !labels.hasValue || (labels.isMapping && labels.entries().length === 0);
  return {
    resource,
    selector: empty ? undefined : flatSelector(labels),
    field: labels,
    written: spec.at(outer).exists,
    attached: spec.at('targetRef').hasValue || spec.at('targetRefs').items().length > 0,
    everywhere: kind.everywhere && resource.namespace === mesh.installation.rootNamespace.value,
    settled:
      !isPatchedAt(resource, 'spec', outer) &&
      !isPatchedAt(resource, 'spec', 'targetRefs') &&
      (!spec.at(outer).hasValue || spec.at(outer).isMapping),
  };
}

// No real policy selects so many manifests; a hostile file holds thousands of each.
const MOST = 400;

/** The pods, WorkloadEntries and WorkloadGroups that a selection surely picks, whatever folder they stand in. */
export function endpointsSelected(
  mesh: Mesh,
  { selector, resource, everywhere }: PolicySelection,
): { readonly endpoints: readonly Endpoint[]; readonly open: boolean } {
  const first = selector?.requirements?.[0];
  if (!selector || !first) return { endpoints: [], open: true };
  const { byPair, changing } = mesh.derive(endpointsByLabel);
  const all = byPair.get(`${first.key}\n${first.values[0]}`) ?? [];
  const inScope = (e: Endpoint) =>
    everywhere ||
    e.resource.namespace === resource.namespace ||
    mesh.assumesNamespace(e.resource) ||
    mesh.assumesNamespace(resource);
  return {
    endpoints: all.slice(0, MOST).filter((e) => inScope(e) && matches(selector, e.labels) === 'yes'),
    open: all.length > MOST || changing.some((e) => inScope(e) && matches(selector, e.labels) === 'unknown'),
  };
}

/** Whether a controller or the injector writes such a label: then no manifest shows it. */
export function isMadeLabel(key: string): boolean {
  return MADE.test(key);
}

const MADE =
  /^(?:gateway\.networking\.k8s\.io|gateway\.istio\.io|istio\.io|service\.istio\.io|serving\.knative\.dev|statefulset\.kubernetes\.io|batch\.kubernetes\.io|apps\.kubernetes\.io|topology\.istio\.io|topology\.kubernetes\.io|security\.istio\.io)\/|^(?:pod-template-hash|controller-revision-hash|job-name|controller-uid)$/;

/**
 * The pods that a selection picks. Missing only when that is certain: in a closed world, or when workloads of its namespace were read beside
 * it, and nothing else makes pods there. A selection without selector has none to look for: `elsewhere`.
 */
export function lookupSelected(mesh: Mesh, selection: PolicySelection): Lookup<readonly Endpoint[]> {
  const { selector, resource, everywhere } = selection;
  const requirements = selector?.requirements;
  if (!selector || !requirements?.[0]) return elsewhere('it has no selector that can be read');
  const { endpoints, open } = endpointsSelected(mesh, selection);
  if (endpoints.length > 0) return found(endpoints);
  if (open || resource.rewrites?.namespace) return elsewhere('some labels or namespaces are filled in later');
  if (requirements.some((r) => isMadeLabel(r.key))) return elsewhere('a controller writes such labels');
  const { namespace = '' } = resource;
  if (mesh.externals.namespace(namespace) || mesh.externals.workload(namespace, requirements[0].values[0] ?? ''))
    return elsewhere('the config declares it');
  if ([...otherClusters(mesh).values()].some((there) => endpointsSelected(there, selection).endpoints.length > 0))
    return elsewhere('pods of another cluster have such labels');
  if (mesh.settings.closedWorld) return MISSING;
  if (everywhere || !mesh.installation.rootNamespace.certain) return elsewhere('it looks in every namespace');
  if (mesh.hasUnreadBeside(resource)) return elsewhere('a template beside it may make them');
  const near = (mesh.derive(workloadsByNamespace).get(namespace) ?? [])
    .slice(0, MOST)
    .filter((r) => mesh.near(r, resource) && isSettledBeside(mesh, r, resource));
  if (near.length === 0) return elsewhere(`no workload of namespace ${namespace} was read beside it`);
  if (near.some((r) => mesh.hasUnreadBeside(r))) return elsewhere('a template may make them');
  if (mesh.derive(foreignMakers).has(namespace)) return elsewhere('a custom resource may make the pods');
  return MISSING;
}

// Two files without a namespace go to the same one where they stand in one folder; else nobody knows.
function isSettledBeside(mesh: Mesh, a: Resource, b: Resource): boolean {
  if (a.document.source === b.document.source) return true;
  if (!mesh.assumesNamespace(a) && !mesh.assumesNamespace(b)) return true;
  return a.namespaceWritten === b.namespaceWritten && folderOf(fileOf(a)) === folderOf(fileOf(b));
}

function workloadsByNamespace(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const spaces = new Map<string, Resource[]>();
  for (const { resource } of mesh.workloads) {
    addTo(spaces, resource.namespace ?? '', resource);
  }
  return spaces;
}

// Operators, and charts of whatever sort, make pods out of kinds of their own.
function foreignMakers(mesh: Mesh): ReadonlySet<string> {
  return new Set(mesh.resources.filter((r) => !isKnownGroup(r.group)).map((r) => r.namespace ?? ''));
}
