import { type Namespace, readNamespace } from '../cluster/namespaces.ts';
import { readService, type Service } from '../cluster/services.ts';
import { readWorkload, type Workload } from '../cluster/workloads.ts';
import type { ExternalMatchers, MeshSettings } from '../installation/settings.ts';
import { isKnownGroup } from '../manifest/kinds.ts';
import type { Labels } from '../manifest/labels.ts';
import { elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import { identityOf, type Resource } from '../manifest/resource.ts';
import { groupBy } from '../source/grouping.ts';
import { lazy } from '../source/lazy.ts';

/** What was read: the objects by kind, by name and by namespace, and whether one that was not read may exist. */
export class Inventory {
  readonly resources: readonly Resource[];
  readonly #settings: MeshSettings;
  readonly #externals: ExternalMatchers;

  constructor(resources: readonly Resource[], settings: MeshSettings, externals: ExternalMatchers) {
    this.resources = resources;
    this.#settings = settings;
    this.#externals = externals;
  }

  /** Every workload and bare Pod, patches left out. */
  readonly workloads = lazy(() => this.resources.flatMap((r) => readWorkload(r) ?? []));
  readonly services = lazy(() => this.resources.flatMap((r) => readService(r) ?? []));
  readonly namespaces = lazy(() => this.resources.flatMap((r) => readNamespace(r) ?? []));

  readonly #byType = lazy(() => groupBy(this.resources, (r) => r.type));
  readonly #variants = lazy(() =>
    groupBy(
      this.resources.filter((r) => !r.partial && r.name !== ''),
      identityOf,
    ),
  );
  readonly #namespacesByName = lazy(() => groupBy(this.namespaces(), (n) => n.name));
  readonly #workloadsByNamespace = lazy(() => groupBy(this.workloads(), (w) => w.resource.namespace ?? ''));
  readonly #servicesByNamespace = lazy(() => groupBy(this.services(), (s) => s.resource.namespace ?? ''));
  readonly #servicesByName = lazy(() => groupBy(this.services(), (s) => `${s.resource.namespace}/${s.resource.name}`));

  // A Namespace may stand beside each of a thousand applications: what decides is asked once, and in an order of its own.
  readonly #differentNamespaces = lazy(() => {
    const byName = new Map<string, readonly Namespace[]>();
    for (const [name, variants] of this.#namespacesByName()) {
      const different = new Map<string, Namespace>();
      for (const variant of variants) {
        const key = substanceOf(variant);
        if (!different.has(key)) different.set(key, variant);
      }
      const keys = [...different.keys()].sort();
      byName.set(
        name,
        keys.map((key) => different.get(key) as Namespace),
      );
    }
    return byName;
  });

  readonly #foreignWords = lazy(() => {
    const words = new Map<string, Set<string>>();
    for (const resource of this.resources) {
      if (resource.namespace === undefined || isKnownGroup(resource.group)) continue;
      let set = words.get(resource.namespace);
      if (!set) words.set(resource.namespace, (set = new Set()));
      set.add(resource.kind.toLowerCase()).add(resource.name.toLowerCase());
    }
    return words;
  });

  ofType(type: string): readonly Resource[] {
    return this.#byType().get(type) ?? [];
  }

  variants(resource: Resource): readonly Resource[] {
    return this.#variants().get(identityOf(resource)) ?? [resource];
  }

  /** All objects, each with its variants. */
  objects(): Iterable<readonly Resource[]> {
    return this.#variants().values();
  }

  namespace(name: string): Lookup<readonly Namespace[]> {
    const variants = this.#namespacesByName().get(name);
    if (variants) return found(variants);
    return this.#settings.closedWorld && !this.#externals.namespace(name)
      ? MISSING
      : elsewhere(`no manifest of Namespace ${name} was read`);
  }

  /** The manifests of a Namespace; none where none was read. */
  namespacesNamed(name: string): readonly Namespace[] {
    return this.#namespacesByName().get(name) ?? [];
  }

  /** Those manifests of a Namespace that differ in what decides about its pods; undefined where none was read. */
  differentNamespaces(name: string): readonly Namespace[] | undefined {
    return this.#differentNamespaces().get(name);
  }

  service(namespace: string, name: string): Lookup<readonly Service[]> {
    const variants = this.#servicesByName().get(`${namespace}/${name}`);
    if (variants) return found(variants);
    if (this.#externals.service(namespace, name) || this.#externals.namespace(namespace))
      return elsewhere('the config declares it');
    if (this.#settings.closedWorld || this.#servicesByNamespace().has(namespace)) return MISSING;
    return elsewhere(`no Service of namespace ${namespace} was read`);
  }

  workloadsIn(namespace: string): readonly Workload[] {
    return this.#workloadsByNamespace().get(namespace) ?? [];
  }

  servicesIn(namespace: string): readonly Service[] {
    return this.#servicesByNamespace().get(namespace) ?? [];
  }

  /** Kinds and names of the custom resources of a namespace, in small letters: an operator may make pods of them. */
  foreignWords(namespace: string): ReadonlySet<string> | undefined {
    return this.#foreignWords().get(namespace);
  }
}

// All of a Namespace that decides about its pods, in one order.
function substanceOf({ resource: { labels, annotations, rewrites } }: Namespace): string {
  const keys = (added: ReadonlySet<string> | 'any' | undefined) => (added instanceof Set ? [...added].sort() : added);
  const pairs = ({ field }: Labels) =>
    field.isMapping
      ? field
          .entries()
          .map(([key, f]) => [key, f.value])
          .sort()
      : field.value;
  return JSON.stringify([pairs(labels), pairs(annotations), keys(rewrites?.labels), keys(rewrites?.annotations)]);
}
