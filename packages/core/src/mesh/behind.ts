import type { Service } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { ExternalMatchers, MeshSettings } from '../installation/settings.ts';
import { elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import { matches } from '../manifest/selectors.ts';
import { addTo } from '../source/grouping.ts';
import { lazy, lazyBy } from '../source/lazy.ts';
import type { Inventory } from './inventory.ts';
import type { Nearness } from './nearness.ts';

/** How surely a Service and its pods belong together. */
export interface Behind {
  readonly workloads: readonly Workload[];
  /** False when the only ones that fit stand in an unrelated folder: nothing may be accused on their account. */
  readonly certain: boolean;
}

// No real Service selects so many manifests, and no pod has so many Services; a hostile file holds thousands of each against each.
const MOST_PARTNERS = 400;

const RELEASE_LABELS: ReadonlySet<string> = new Set(['app.kubernetes.io/instance', 'release']);

/** Which workloads stand behind which Services. */
export class ServicePods {
  readonly #settings: MeshSettings;
  readonly #externals: ExternalMatchers;
  readonly #inventory: Inventory;
  readonly #nearness: Nearness;

  constructor(settings: MeshSettings, externals: ExternalMatchers, inventory: Inventory, nearness: Nearness) {
    this.#settings = settings;
    this.#externals = externals;
    this.#inventory = inventory;
    this.#nearness = nearness;
  }

  /** The workloads that a Service selects. */
  readonly behind = lazyBy((service: Service) => this.#findBehind(service));
  /** The Services that select the pods of a workload, and surely belong with it. */
  readonly servicesOf = lazyBy((workload: Workload) => this.#findServicesOf(workload));

  // The keys that the selectors of Services begin with: few, and no other label of a pod has to be in an index.
  readonly #firstKeys = lazy(() => {
    const keys = new Set<string>();
    for (const { selector } of this.#inventory.services()) {
      const first = selector?.requirements?.[0];
      if (first) keys.add(first.key);
    }
    return keys;
  });

  // By namespace and each label pair: a selector looks only at workloads that have its first pair.
  readonly #workloadsByPair = lazy(() =>
    this.#indexed((workload, key, value) => pairKey(workload.resource, key, value)),
  );
  readonly #workloadsByLabel = lazy(() => this.#indexed((_, key, value) => labelKey(key, value)));

  // By namespace and the first pair of the selector: a workload looks only at Services that name a label it has.
  readonly #servicesByPair = lazy(() => {
    const index = new Map<string, Service[]>();
    for (const service of this.#inventory.services()) {
      const first = service.selector?.requirements?.[0];
      if (first) addTo(index, pairKey(service.resource, first.key, first.values[0]), service);
    }
    return index;
  });

  /** Whether some Service may select the pods of a workload, sure or not, related or not. */
  mayHaveService(workload: Workload): boolean {
    const services = this.#inventory.servicesIn(workload.resource.namespace ?? '');
    return services.some((s) => s.selector && matches(s.selector, workload.podLabels) !== 'no');
  }

  #indexed(
    keyOf: (workload: Workload, key: string, value: string | undefined) => string,
  ): ReadonlyMap<string, readonly Workload[]> {
    const index = new Map<string, Workload[]>();
    const asked = this.#firstKeys();
    for (const workload of this.#inventory.workloads()) {
      for (const key of workload.podLabels.keys())
        if (asked.has(key)) addTo(index, keyOf(workload, key, workload.podLabels.get(key)), workload);
    }
    return index;
  }

  #findBehind(service: Service): Lookup<Behind> {
    const selector = service.selector;
    const first = selector?.requirements?.[0];
    if (!selector || !first) return elsewhere('the Service has no selector that can be read');
    const candidates = this.#workloadsByPair().get(pairKey(service.resource, first.key, first.values[0])) ?? [];
    const fitting = candidates.slice(0, MOST_PARTNERS).filter((w) => matches(selector, w.podLabels) === 'yes');
    if (candidates.length > MOST_PARTNERS && fitting.length > 0) return found({ workloads: fitting, certain: false });
    const sure = fitting.filter((w) => this.#nearness.together(service.resource, w.resource));
    if (sure.length > 0) return found({ workloads: sure, certain: true });
    if (fitting.length > 0) return found({ workloads: fitting, certain: false });
    return this.#noneBehind(service);
  }

  #noneBehind(service: Service): Lookup<Behind> {
    const { namespace = '', name } = service.resource;
    if (
      this.#externals.namespace(namespace) ||
      this.#externals.workload(namespace, name) ||
      this.#externals.service(namespace, name)
    )
      return elsewhere('the config declares it');
    if (this.#settings.closedWorld) return MISSING;
    if (service.resource.rewrites?.namespace) return elsewhere('a Kustomization moves it to another namespace');
    if (this.#nearness.hasUnreadBeside(service.resource)) return elsewhere('a template beside it may make them');
    const neighbours = this.#inventory
      .workloadsIn(namespace)
      .filter((w) => this.#nearness.near(service.resource, w.resource));
    if (neighbours.length === 0) return elsewhere(`no workload of namespace ${namespace} was read beside it`);
    if (this.#mayFit(service, neighbours)) return elsewhere('some labels or namespaces are filled in later');
    if (namesUnseenRelease(service, neighbours)) return elsewhere('a Helm release of that name may make them');
    // An operator makes pods out of its own kinds, and labels them with the kind or the name.
    const words = this.#inventory.foreignWords(namespace);
    const values =
      service.selector?.requirements?.flatMap((r) => [r.key.toLowerCase(), ...r.values.map((v) => v.toLowerCase())]) ??
      [];
    if (words && values.some((value) => words.has(value)))
      return elsewhere('a custom resource of that name may make the pods');
    return MISSING;
  }

  // A workload whose labels fit, but whose namespace is not the one that is written: nobody knows where it goes.
  #mayFit(service: Service, neighbours: readonly Workload[]): boolean {
    const { selector, resource } = service;
    const first = selector?.requirements?.[0];
    if (!selector || !first) return false;
    if (neighbours.some((w) => matches(selector, w.podLabels) === 'unknown')) return true;
    return (this.#workloadsByLabel().get(labelKey(first.key, first.values[0])) ?? []).some((w) => {
      const loose = !resource.namespaceWritten || !w.resource.namespaceWritten || w.resource.rewrites?.namespace;
      return loose && matches(selector, w.podLabels) === 'yes';
    });
  }

  #findServicesOf(workload: Workload): readonly Service[] {
    const fitting = new Set<Service>();
    const asked = this.#firstKeys();
    for (const key of workload.podLabels.keys()) {
      if (!asked.has(key)) continue;
      for (const service of this.#servicesByPair().get(pairKey(workload.resource, key, workload.podLabels.get(key))) ??
        []) {
        if (service.selector && matches(service.selector, workload.podLabels) === 'yes') fitting.add(service);
        if (fitting.size > MOST_PARTNERS) return [];
      }
    }
    return [...fitting].filter((s) => this.#nearness.together(s.resource, workload.resource));
  }
}

// `app.kubernetes.io/instance` and `release` carry the name of a Helm release: one of which no pod was read was rendered elsewhere.
function namesUnseenRelease(service: Service, neighbours: readonly Workload[]): boolean {
  const releases = service.selector?.requirements?.filter((r) => RELEASE_LABELS.has(r.key)) ?? [];
  return releases.some((r) => !neighbours.some((w) => w.podLabels.get(r.key) === r.values[0]));
}

function pairKey(resource: Resource, key: string, value: string | undefined): string {
  return `${resource.namespace ?? ''}\n${labelKey(key, value)}`;
}

function labelKey(key: string, value: string | undefined): string {
  return `${key}\n${value ?? ''}`;
}
