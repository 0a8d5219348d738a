import { folderOf } from '../manifest/kustomize.ts';
import { fileOf, type Resource } from '../manifest/resource.ts';
import { lazy, lazyBy } from '../source/lazy.ts';
import type { Inventory } from './inventory.ts';
import type { Nearness } from './nearness.ts';

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
      (variants) => variants.length > 1 && variants[0]?.type !== 'Namespace' && new Set(variants.map(fileOf)).size > 1,
    ),
  );
  readonly #repeatedResources = lazy(() => new Set(this.#repeated().flat()));
  /** What says how traffic goes, and stands once: it holds in its own branch. */
  readonly #settings = lazy(() =>
    this.#inventory.resources.filter((r) => SETTINGS.test(r.group) && !this.#repeatedResources().has(r)),
  );
  readonly #around = lazyBy((file: string) => this.#find(file));

  /** What stands for the surroundings of a resource: the whole where nothing stands twice; undefined where there are too many to look at. */
  of(resource: Resource): T | undefined {
    return this.#repeated().length === 0 ? this.#all : this.#around(fileOf(resource));
  }

  #find(file: string): T | undefined {
    const dropped = new Set<Resource>();
    for (const variants of this.#repeated()) {
      const ranks = variants.map((v) => this.#distance(file, fileOf(v)));
      const best = Math.min(...ranks);
      for (const [i, variant] of variants.entries()) if (ranks[i] !== best) dropped.add(variant);
    }
    for (const resource of this.#settings())
      if (this.#nearness.areAlternatives(folderOf(file), folderOf(fileOf(resource)))) dropped.add(resource);
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

  /** 0 in the same file, 1 in the same folder, 2 under one Kustomization, 3 and more for folders ever further away, last for alternatives. */
  #distance(a: string, b: string): number {
    if (a === b) return 0;
    const [here, there] = [folderOf(a), folderOf(b)];
    if (here === there) return 1;
    if (this.#nearness.shareKustomization(a, b)) return 2;
    if (this.#nearness.areAlternatives(here, there)) return FAR;
    return here.startsWith(`${there}/`) || there.startsWith(`${here}/`) || there === '' || here === '' ? 3 : 4;
  }
}

const FAR = 9;
const SETTINGS = /^(?:networking|security|telemetry|extensions)\.istio\.io$|^gateway\.networking\.k8s\.io$/;
