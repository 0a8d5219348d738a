import { fileOf, type Resource } from '../manifest/resource.ts';
import { lazy } from '../source/lazy.ts';
import type { Inventory } from './inventory.ts';
import { areBuiltApart, homeOf, type Nearness, shareBuild } from './nearness.ts';

// Each surroundings is a mesh of its own with indexes of its own: so many manifests may be in all of them together.
const MOST_MANIFESTS = 2_000_000;

/**
 * What is applied where a resource is applied. A quarter of the objects of real repositories stand in several overlays, steps or releases:
 * of each such object only the manifest that stands nearest counts there, and what stands in a branch that is an alternative does not.
 */
export class Surroundings<T> {
  readonly #inventory: Inventory;
  readonly #nearness: Nearness;
  readonly #make: (resources: readonly Resource[]) => T;
  readonly #all: T;
  readonly #known = new Map<string, T>();
  #manifests = 0;

  /** `all`: what stands for the whole input; `make`: what stands for a part of it. */
  constructor(inventory: Inventory, nearness: Nearness, all: T, make: (resources: readonly Resource[]) => T) {
    this.#inventory = inventory;
    this.#nearness = nearness;
    this.#all = all;
    this.#make = make;
  }

  /** The objects with manifests in several files; a Namespace may stand beside each application, and hides nothing. */
  readonly #repeated = lazy(() =>
    [...this.#inventory.objects()].filter(
      (variants) => variants.length > 1 && variants[0]?.type !== 'Namespace' && new Set(variants.map(placeOf)).size > 1,
    ),
  );
  readonly #repeatedResources = lazy(() => new Set(this.#repeated().flat()));
  /** What says how traffic goes, and stands once: it holds in its own branch. */
  readonly #settings = lazy(() =>
    this.#inventory.resources.filter((r) => SETTINGS.test(r.group) && !this.#repeatedResources().has(r)),
  );
  // By the place from which a resource is deployed: what stands there has the same surroundings.
  readonly #around = new Map<string, T | undefined>();

  /** What stands for the surroundings of a resource: the whole where nothing stands twice; undefined where there are too many to look at. */
  of(resource: Resource): T | undefined {
    if (this.#repeated().length === 0) return this.#all;
    const place = placeOf(resource);
    if (!this.#around.has(place)) this.#around.set(place, this.#find(resource));
    return this.#around.get(place);
  }

  #find(resource: Resource): T | undefined {
    const dropped = new Set<Resource>();
    for (const variants of this.#repeated()) {
      const ranks = variants.map((v) => this.#distance(resource, v));
      const best = Math.min(...ranks);
      for (const [i, variant] of variants.entries()) if (ranks[i] !== best) dropped.add(variant);
    }
    for (const other of this.#settings()) if (this.#nearness.areAlternatives(resource, other)) dropped.add(other);
    if (dropped.size === 0) return this.#all;
    const kept = this.#inventory.resources.filter((r) => !dropped.has(r));
    const key = this.#inventory.resources.flatMap((r, i) => (dropped.has(r) ? [i] : [])).join(' ');
    let here = this.#known.get(key);
    if (!here && this.#manifests + kept.length <= MOST_MANIFESTS) {
      this.#manifests += kept.length;
      this.#known.set(key, (here = this.#make(kept)));
    }
    return here;
  }

  /** 0 in one build, or in the same file; 1 in the same folder, 3 and more for folders ever further away, last for alternatives. */
  #distance(a: Resource, b: Resource): number {
    if (shareBuild(a, b)) return 0;
    const [here, there] = [homeOf(a), homeOf(b)];
    if (!areBuiltApart(a, b)) {
      if (fileOf(a) === fileOf(b)) return 0;
      if (here === there) return 1;
    }
    if (this.#nearness.areAlternatives(a, b)) return FAR;
    return here.startsWith(`${there}/`) || there.startsWith(`${here}/`) || there === '' || here === '' ? 3 : 4;
  }
}

/** From where a resource is deployed: its file, and the builds that make it. */
function placeOf(resource: Resource): string {
  return `${fileOf(resource)}\n${[...(resource.roots ?? [])].join('\n')}`;
}

const FAR = 9;
const SETTINGS = /^(?:networking|security|telemetry|extensions)\.istio\.io$|^gateway\.networking\.k8s\.io$/;
